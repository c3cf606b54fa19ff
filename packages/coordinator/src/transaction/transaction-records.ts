import type { TransactionLogValue } from '@milena/protocol/messages'
import { stateId, stateOfId } from './transaction-state.ts'
import type { Transaction, TransactionPartitions } from './transaction.ts'
import { NO_PARTITIONS, NO_PRODUCER_EPOCH, NO_PRODUCER_ID, supportsEpochBump } from './transaction.ts'
import type { TransactionRecord } from './transaction-types.ts'

/** The lowest `transaction.version` whose records are flexible and carry what generation 2 needs. */
const FLEXIBLE_MIN_TRANSACTION_VERSION = 1

/** Whether the log can say that a client speaks generation 2: in the records of before it nobody would know. */
export const isRecordable = (clientTransactionVersion: number, transactionVersion: number): boolean =>
  !supportsEpochBump(clientTransactionVersion) || transactionVersion >= FLEXIBLE_MIN_TRANSACTION_VERSION

/** A transactional id as it stands, for the log (Kafka: `TransactionLog.valueToBytes`). */
export const transactionRecord = (transaction: Transaction, transactionVersion: number): TransactionRecord => {
  const isFlexible = transactionVersion >= FLEXIBLE_MIN_TRANSACTION_VERSION
  const partitions = Array.from(transaction.partitions, ([topic, indexes]) => ({ topic, partitionIds: [...indexes] }))
  return {
    key: { transactionalId: transaction.transactionalId },
    version: isFlexible ? 1 : 0,
    value: {
      producerId: transaction.producerId,
      previousProducerId: isFlexible ? transaction.previousProducerId : NO_PRODUCER_ID,
      nextProducerId: isFlexible ? transaction.nextProducerId : NO_PRODUCER_ID,
      producerEpoch: transaction.producerEpoch,
      nextProducerEpoch: NO_PRODUCER_EPOCH,
      transactionTimeoutMs: transaction.timeoutMs,
      transactionStatus: stateId(transaction.state),
      transactionPartitions: transaction.state === 'Empty' ? null : partitions,
      transactionLastUpdateTimestampMs: transaction.lastUpdateTimestampMs,
      transactionStartTimestampMs: transaction.startTimestampMs,
      clientTransactionVersion: isFlexible ? transaction.clientTransactionVersion : 0,
    },
  }
}

export const transactionTombstone = (transactionalId: string): TransactionRecord => ({
  key: { transactionalId },
  value: null,
  version: 0,
})

export const recordedTransaction = (transactionalId: string, value: TransactionLogValue): Transaction => {
  const state = stateOfId(value.transactionStatus)
  return {
    transactionalId,
    producerId: value.producerId,
    previousProducerId: value.previousProducerId,
    nextProducerId: value.nextProducerId,
    producerEpoch: value.producerEpoch,
    lastProducerEpoch: NO_PRODUCER_EPOCH,
    timeoutMs: value.transactionTimeoutMs,
    state,
    partitions: state === 'Empty' ? NO_PARTITIONS : recordedPartitions(value),
    startTimestampMs: value.transactionStartTimestampMs,
    lastUpdateTimestampMs: value.transactionLastUpdateTimestampMs,
    clientTransactionVersion: value.clientTransactionVersion,
    endId: undefined,
  }
}

const recordedPartitions = ({ transactionPartitions }: TransactionLogValue): TransactionPartitions =>
  new Map((transactionPartitions ?? []).map(({ topic, partitionIds }) => [topic, new Set(partitionIds)]))
