import type { TransactionStateName } from './transaction-state.ts'

export const NO_PRODUCER_ID = -1
export const NO_PRODUCER_EPOCH = -1
const LARGEST_EPOCH = 32_767
/** The last epoch that a client is given; the largest one is kept, so that the coordinator can fence whoever is there. */
export const LAST_CLIENT_EPOCH = LARGEST_EPOCH - 1

export interface TopicPartition {
  readonly topic: string
  readonly partition: number
}

/** By topic. */
export type TransactionPartitions = ReadonlyMap<string, ReadonlySet<number>>

export const NO_PARTITIONS: TransactionPartitions = new Map()

/**
 * What is known of a transactional id (Kafka: `TransactionMetadata`). Values are immutable: each transition makes a new
 * one. Times are in milliseconds since 1970.
 */
export interface Transaction {
  readonly transactionalId: string
  readonly producerId: number
  /** The producer id before the last transition; the same one unless the epochs of the former were used up. */
  readonly previousProducerId: number
  /** Taken when this transaction is complete, because the epochs of `producerId` are used up; -1 for none. */
  readonly nextProducerId: number
  readonly producerEpoch: number
  /** The epoch that a living producer had before its last bump. Not in the log: -1 after a failover, as in Kafka. */
  readonly lastProducerEpoch: number
  readonly timeoutMs: number
  readonly state: TransactionStateName
  readonly partitions: TransactionPartitions
  /** -1 while there was no transaction since the producer was initialized. */
  readonly startTimestampMs: number
  readonly lastUpdateTimestampMs: number
  /** The generation of the protocol that the client spoke at the last transition: 0 or 2 (KIP-890). */
  readonly clientTransactionVersion: number
  /** Names this end of this transaction while its markers are written; not in the log. Undefined in other states. */
  readonly endId: string | undefined
}

/** From generation 2 on each end of a transaction bumps the epoch (KIP-890). */
export const supportsEpochBump = (transactionVersion: number): boolean => transactionVersion >= 2

export const isEpochExhausted = (epoch: number): boolean => epoch >= LAST_CLIENT_EPOCH

/** True for a transaction that was decided and whose markers are on their way: everybody else has to wait. */
export const isEnding = ({ state }: Transaction): boolean => state === 'PrepareCommit' || state === 'PrepareAbort'

export const isIdle = ({ state }: Transaction): boolean =>
  state === 'Empty' || state === 'CompleteCommit' || state === 'CompleteAbort'

export const hasPartition = ({ partitions }: Transaction, { topic, partition }: TopicPartition): boolean =>
  partitions.get(topic)?.has(partition) ?? false

export const partitionList = (partitions: TransactionPartitions): TopicPartition[] =>
  Array.from(partitions).flatMap(([topic, indexes]) => Array.from(indexes, (partition) => ({ topic, partition })))

const changedSets = (
  partitions: TransactionPartitions,
  changed: readonly TopicPartition[],
  change: (set: Set<number>, partition: number) => void,
): TransactionPartitions => {
  const result = new Map(partitions)
  const copies = new Map<string, Set<number>>()
  for (const { topic, partition } of changed) {
    let copy = copies.get(topic)
    if (copy === undefined) {
      copy = new Set(partitions.get(topic))
      copies.set(topic, copy)
    }
    change(copy, partition)
  }
  for (const [topic, copy] of copies) {
    if (copy.size === 0) result.delete(topic)
    else result.set(topic, copy)
  }
  return result
}

export const withPartitions = (
  partitions: TransactionPartitions,
  added: readonly TopicPartition[],
): TransactionPartitions => changedSets(partitions, added, (set, partition) => set.add(partition))

export const withoutPartitions = (
  partitions: TransactionPartitions,
  removed: readonly TopicPartition[],
): TransactionPartitions => changedSets(partitions, removed, (set, partition) => set.delete(partition))

/** A transactional id that nobody has used yet: its first InitProducerId makes epoch 0 of it. */
export const newTransaction = (transactionalId: string, producerId: number, timeoutMs: number): Transaction => ({
  transactionalId,
  producerId,
  previousProducerId: NO_PRODUCER_ID,
  nextProducerId: NO_PRODUCER_ID,
  producerEpoch: NO_PRODUCER_EPOCH,
  lastProducerEpoch: NO_PRODUCER_EPOCH,
  timeoutMs,
  state: 'Empty',
  partitions: NO_PARTITIONS,
  startTimestampMs: -1,
  lastUpdateTimestampMs: -1,
  clientTransactionVersion: 0,
  endId: undefined,
})

/** What every transition has in common. */
const transition = (transaction: Transaction, changed: Partial<Transaction>): Transaction => ({
  ...transaction,
  previousProducerId: transaction.producerId,
  ...changed,
})

export interface Initialized {
  readonly producerId: number
  readonly producerEpoch: number
  readonly lastProducerEpoch: number
  readonly timeoutMs: number
  readonly nowMs: number
}

/** A producer begins, or begins anew, with nothing open. */
export const initialized = (transaction: Transaction, { nowMs, ...producer }: Initialized): Transaction =>
  transition(transaction, {
    ...producer,
    state: 'Empty',
    partitions: NO_PARTITIONS,
    startTimestampMs: -1,
    lastUpdateTimestampMs: nowMs,
  })

export const withAddedPartitions = (
  transaction: Transaction,
  added: readonly TopicPartition[],
  clientTransactionVersion: number,
  nowMs: number,
): Transaction =>
  transition(transaction, {
    state: 'Ongoing',
    partitions: withPartitions(transaction.partitions, added),
    startTimestampMs: isIdle(transaction) ? nowMs : transaction.startTimestampMs,
    lastUpdateTimestampMs: nowMs,
    clientTransactionVersion,
  })

export interface Ending {
  readonly isCommit: boolean
  readonly transactionVersion: number
  /** Given when the epochs are used up. */
  readonly nextProducerId: number
  readonly endId: string
  readonly nowMs: number
}

const bumped = (epoch: number): number => Math.min(epoch + 1, LARGEST_EPOCH)

/**
 * The end of a transaction is decided. In generation 2 the markers already carry the next epoch, so that nothing of the
 * old one that is still under way can be taken for part of the next transaction. An abort without an open transaction
 * begins and ends at the same moment.
 */
export const prepared = (transaction: Transaction, ending: Ending): Transaction => {
  const { isCommit, transactionVersion, nextProducerId, endId, nowMs } = ending
  const bumps = supportsEpochBump(transactionVersion)
  return transition(transaction, {
    producerEpoch: bumps ? bumped(transaction.producerEpoch) : transaction.producerEpoch,
    lastProducerEpoch: bumps ? transaction.producerEpoch : transaction.lastProducerEpoch,
    state: isCommit ? 'PrepareCommit' : 'PrepareAbort',
    startTimestampMs: isIdle(transaction) ? nowMs : transaction.startTimestampMs,
    nextProducerId,
    lastUpdateTimestampMs: nowMs,
    clientTransactionVersion: bumps ? transactionVersion : 0,
    endId,
  })
}

/** The coordinator aborts an open transaction itself, under an epoch that no client has. */
export const fenced = (transaction: Transaction, ending: Omit<Ending, 'isCommit'>): Transaction => {
  if (supportsEpochBump(ending.transactionVersion)) return prepared(transaction, { ...ending, isCommit: false })
  const producer = { producerEpoch: bumped(transaction.producerEpoch), lastProducerEpoch: NO_PRODUCER_EPOCH }
  return prepared({ ...transaction, ...producer }, { ...ending, isCommit: false })
}

/** Under which id and epoch the producer goes on when the markers are written. */
export const producerAfter = (transaction: Transaction): { producerId: number; producerEpoch: number } => {
  const { nextProducerId, producerId, producerEpoch, clientTransactionVersion } = transaction
  return supportsEpochBump(clientTransactionVersion) && nextProducerId !== NO_PRODUCER_ID
    ? { producerId: nextProducerId, producerEpoch: 0 }
    : { producerId, producerEpoch }
}

/** Every partition has its marker. */
export const completed = (transaction: Transaction, nowMs: number): Transaction =>
  transition(transaction, {
    ...producerAfter(transaction),
    nextProducerId: NO_PRODUCER_ID,
    state: transaction.state === 'PrepareCommit' ? 'CompleteCommit' : 'CompleteAbort',
    partitions: NO_PARTITIONS,
    lastUpdateTimestampMs: nowMs,
    endId: undefined,
  })
