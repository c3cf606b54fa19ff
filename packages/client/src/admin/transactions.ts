import { apis } from '../apis.ts'
import { partitionKey, type TopicPartition } from '../cluster/cluster-metadata.ts'
import type { KafkaClient } from '../cluster/kafka-client.ts'
import { failure, KafkaError, success, type Outcome } from '../kafka-error.ts'
import { byCoordinator, byLeader, byTopic, perKey, type CallOptions } from './per-key.ts'

export interface TransactionListing {
  readonly transactionalId: string
  readonly producerId: number
  /** As the coordinator writes it: `Ongoing`, `CompleteCommit`… */
  readonly state: string
}

export interface ListTransactionsOptions extends CallOptions {
  readonly producerIds?: readonly number[]
  /** Only those that have run for longer. Not known to brokers before version 1 of ListTransactions (KIP-994). */
  readonly minDurationMs?: number
  /** Of transactional ids, as RE2 reads it. Not known to brokers before version 2 (KIP-1152). */
  readonly transactionalIdPattern?: string
}

/** Each broker knows the transactions that it coordinates; all are asked. Keyed by broker. */
export async function listTransactions(
  client: KafkaClient,
  options: ListTransactionsOptions = {},
): Promise<Map<number, readonly TransactionListing[]>> {
  const deadline = client.deadline(options.timeoutMs)
  const { signal, producerIds = [], minDurationMs = -1, transactionalIdPattern } = options
  const { brokers } = await client.refreshMetadata({ call: 'listTransactions', deadline, signal })
  const min = transactionalIdPattern !== undefined ? 2 : minDurationMs >= 0 ? 1 : 0
  const lists = await Promise.all(
    Array.from(brokers.keys(), async (nodeId) => {
      const { transactionStates } = await client.request(
        apis.listTransactions,
        {
          stateFilters: [],
          producerIdFilters: producerIds,
          durationFilter: minDurationMs,
          transactionalIdPattern: transactionalIdPattern ?? null,
        },
        {
          to: { nodeId },
          call: 'listTransactions',
          deadline,
          versions: { min },
          ...(signal && { signal }),
          check: ({ errorCode }) => KafkaError.check(errorCode),
        },
      )
      return [
        nodeId,
        transactionStates.map(({ transactionState, ...rest }) => ({ ...rest, state: transactionState })),
      ] as const
    }),
  )
  return new Map(lists)
}

export interface TransactionDescription {
  readonly coordinatorId: number
  readonly state: string
  readonly producerId: number
  readonly producerEpoch: number
  readonly timeoutMs: number
  /** Milliseconds since 1970; absent when no transaction is under way. */
  readonly startTimeMs?: number
  readonly partitions: readonly TopicPartition[]
}

/** Keyed by transactional id. */
export async function describeTransactions(
  client: KafkaClient,
  transactionalIds: readonly string[],
  options: CallOptions = {},
): Promise<Map<string, Outcome<TransactionDescription>>> {
  const deadline = client.deadline(options.timeoutMs)
  const ask = async ({ nodeId }: { nodeId: number }, ids: readonly string[]) => {
    const response = await client.send(apis.describeTransactions, { transactionalIds: ids }, { to: { nodeId } })
    return new Map(
      response.transactionStates.map((entry) => [
        entry.transactionalId,
        entry.errorCode === 0
          ? success<TransactionDescription>({
              coordinatorId: nodeId,
              state: entry.transactionState,
              producerId: entry.producerId,
              producerEpoch: entry.producerEpoch,
              timeoutMs: entry.transactionTimeoutMs,
              ...(entry.transactionStartTimeMs >= 0 && { startTimeMs: entry.transactionStartTimeMs }),
              partitions: entry.topics.flatMap(({ topic, partitions }) =>
                partitions.map((partition) => ({ topic, partition })),
              ),
            })
          : failure<TransactionDescription>(KafkaError.ofCode(entry.errorCode)),
      ]),
    )
  }
  return perKey({
    client,
    call: 'describeTransactions',
    keys: transactionalIds,
    deadline,
    signal: options.signal,
    attempt: (pending) => byCoordinator(client, pending, ask, 'transaction'),
  })
}

/** What a broker remembers of a producer that writes to a partition. */
export interface ProducerState {
  readonly producerId: number
  readonly producerEpoch: number
  readonly lastSequence: number
  readonly lastTimestamp: number
  /** Of the coordinator that wrote the last marker; -1 when there was none. */
  readonly coordinatorEpoch: number
  /** Where the open transaction begins; absent when there is none. */
  readonly transactionStartOffset?: number
}

/** Of each partition the producers that its leader, or the broker named, remembers; keyed by `topic-partition`. */
export async function describeProducers(
  client: KafkaClient,
  partitions: readonly TopicPartition[],
  options: CallOptions & { readonly brokerId?: number } = {},
): Promise<Map<string, Outcome<readonly ProducerState[]>>> {
  const { brokerId } = options
  const deadline = client.deadline(options.timeoutMs)
  const ask = async (nodeId: number, batch: readonly TopicPartition[]) => {
    const topics = Array.from(byTopic(batch), ([name, list]) => ({
      name,
      partitionIndexes: list.map(({ partition }) => partition),
    }))
    const response = await client.send(apis.describeProducers, { topics }, { to: { nodeId } })
    const asked = new Map(batch.map((each) => [partitionKey(each), each]))
    const results = new Map<TopicPartition, Outcome<readonly ProducerState[]>>()
    for (const { name: topic, partitions: answered } of response.topics) {
      for (const { partitionIndex, errorCode, errorMessage, activeProducers } of answered) {
        const key = asked.get(partitionKey({ topic, partition: partitionIndex }))
        if (key === undefined) continue
        results.set(
          key,
          errorCode === 0
            ? success(activeProducers.map(producerState))
            : failure(KafkaError.ofCode(errorCode, errorMessage)),
        )
      }
    }
    return results
  }
  // Of the broker that was named nobody else can speak.
  const retries = (error: KafkaError): boolean =>
    error.retriable && !(brokerId !== undefined && error.name === 'NOT_LEADER_OR_FOLLOWER')
  const outcomes = await perKey({
    client,
    call: 'describeProducers',
    keys: partitions,
    deadline,
    signal: options.signal,
    retries,
    attempt: (pending) => (brokerId === undefined ? byLeader(client, pending, ask) : ask(brokerId, pending)),
  })
  return new Map(Array.from(outcomes, ([partition, outcome]) => [partitionKey(partition), outcome]))
}

function producerState(entry: {
  readonly producerId: number
  readonly producerEpoch: number
  readonly lastSequence: number
  readonly lastTimestamp: number
  readonly coordinatorEpoch: number
  readonly currentTxnStartOffset: number
}): ProducerState {
  const { currentTxnStartOffset, ...rest } = entry
  return { ...rest, ...(currentTxnStartOffset >= 0 && { transactionStartOffset: currentTxnStartOffset }) }
}

/** The transaction of a producer in one partition. */
export interface AbortTransactionSpec extends TopicPartition {
  readonly producerId: number
  readonly producerEpoch: number
  readonly coordinatorEpoch: number
}

/** Ends a transaction in one partition as aborted, past its coordinator, which must know nothing of it any more. */
export async function abortTransaction(
  client: KafkaClient,
  spec: AbortTransactionSpec,
  options: CallOptions = {},
): Promise<void> {
  const { topic, partition, ...producer } = spec
  const ask = async (nodeId: number, [key]: readonly TopicPartition[]) => {
    const { markers } = await client.send(
      apis.writeTxnMarkers,
      {
        markers: [{ ...producer, transactionResult: false, topics: [{ name: topic, partitionIndexes: [partition] }] }],
      },
      { to: { nodeId } },
    )
    const result = markers[0]?.topics[0]?.partitions[0]
    const outcome =
      result === undefined
        ? failure<void>(KafkaError.client('MALFORMED_RESPONSE', 'abortTransaction: no answer'))
        : result.errorCode === 0
          ? success<void>(undefined)
          : failure<void>(KafkaError.ofCode(result.errorCode))
    return new Map([[key!, outcome]])
  }
  const outcomes = await perKey<TopicPartition, void>({
    client,
    call: 'abortTransaction',
    keys: [{ topic, partition }],
    deadline: client.deadline(options.timeoutMs),
    signal: options.signal,
    attempt: (pending) => byLeader(client, pending, ask),
  })
  for (const outcome of outcomes.values()) if (!outcome.ok) throw outcome.error
}

/** Fences whoever uses a transactional id, which aborts what they have open. */
export async function forceTerminateTransaction(
  client: KafkaClient,
  transactionalId: string,
  options: CallOptions = {},
): Promise<void> {
  await client.request(
    apis.initProducerId,
    {
      transactionalId,
      transactionTimeoutMs: options.timeoutMs ?? client.requestTimeoutMs,
      producerId: -1,
      producerEpoch: -1,
    },
    {
      to: { transactionalId },
      call: 'forceTerminateTransaction',
      deadline: client.deadline(options.timeoutMs),
      ...(options.signal && { signal: options.signal }),
      check: ({ errorCode }) => KafkaError.check(errorCode),
    },
  )
}
