import { apis } from '../apis.ts'
import { partitionKey, type TopicPartition } from '../cluster/cluster-metadata.ts'
import type { KafkaClient } from '../cluster/kafka-client.ts'
import { KafkaError, failure, success, type Outcome } from '../kafka-error.ts'
import { byLeader, byTopic, perKey, type CallOptions } from './per-key.ts'

/** Places in a log that are found by kind rather than by time, with their numbers on the wire. */
export const OffsetSpec = {
  latest: -1,
  earliest: -2,
  maxTimestamp: -3,
  earliestLocal: -4,
  latestTiered: -5,
  earliestPendingUpload: -6,
} as const

/** A name of `OffsetSpec`, or a time in milliseconds: the first record at or after it. */
export type OffsetSpec = keyof typeof OffsetSpec | number

export type IsolationLevel = 'read_uncommitted' | 'read_committed'

export interface OffsetQuery extends TopicPartition {
  readonly at: OffsetSpec
}

export interface OffsetResult extends TopicPartition {
  /** -1 when no record is there. */
  readonly offset: number
  readonly timestamp: number
  /** -1 when the broker did not say. */
  readonly leaderEpoch: number
}

/** The ListOffsets version that first knew a place. */
function minVersionFor(at: OffsetSpec): number {
  const versions: Partial<Record<OffsetSpec, number>> = {
    maxTimestamp: 7,
    earliestLocal: 8,
    latestTiered: 9,
    earliestPendingUpload: 11,
  }
  return typeof at === 'number' ? 1 : (versions[at] ?? 1)
}

/** Asks each leader for its partitions. The result is keyed by `topic-partition`. */
export async function listOffsets(
  client: KafkaClient,
  queries: readonly OffsetQuery[],
  options: CallOptions & { readonly isolationLevel?: IsolationLevel } = {},
): Promise<Map<string, Outcome<OffsetResult>>> {
  const deadline = client.deadline(options.timeoutMs)
  const isolationLevel = options.isolationLevel === 'read_committed' ? 1 : 0
  const ask = async (
    nodeId: number,
    batch: readonly OffsetQuery[],
  ): Promise<Map<OffsetQuery, Outcome<OffsetResult>>> => {
    const response = await client.send(
      apis.listOffsets,
      {
        replicaId: -1,
        isolationLevel,
        topics: Array.from(byTopic(batch), ([name, partitions]) => ({
          name,
          partitions: partitions.map((query) => ({
            partitionIndex: query.partition,
            timestamp: typeof query.at === 'number' ? query.at : OffsetSpec[query.at],
          })),
        })),
        timeoutMs: client.requestTimeoutMs,
      },
      { to: { nodeId }, versions: { min: Math.max(...batch.map(({ at }) => minVersionFor(at))) } },
    )
    const queriesByKey = new Map(batch.map((query) => [partitionKey(query), query]))
    const results = new Map<OffsetQuery, Outcome<OffsetResult>>()
    for (const { name: topic, partitions } of response.topics) {
      for (const { partitionIndex: partition, errorCode, offset, timestamp, leaderEpoch } of partitions) {
        const query = queriesByKey.get(partitionKey({ topic, partition }))
        if (query === undefined) continue
        results.set(
          query,
          errorCode === 0
            ? success({ topic, partition, offset, timestamp, leaderEpoch })
            : failure(KafkaError.ofCode(errorCode)),
        )
      }
    }
    return results
  }
  const outcomes = await perKey({
    client,
    call: 'listOffsets',
    keys: queries,
    deadline,
    signal: options.signal,
    attempt: (pending) => byLeader(client, pending, ask),
  })
  return new Map(Array.from(outcomes, ([query, outcome]) => [partitionKey(query), outcome]))
}

export interface DeleteRecordsQuery extends TopicPartition {
  /** Everything below this goes; -1 for everything up to the high watermark. */
  readonly beforeOffset: number
}

/** Deletes from the beginning of logs; the result is the new start of each, keyed by `topic-partition`. */
export async function deleteRecords(
  client: KafkaClient,
  queries: readonly DeleteRecordsQuery[],
  options: CallOptions = {},
): Promise<Map<string, Outcome<{ readonly lowWatermark: number }>>> {
  const deadline = client.deadline(options.timeoutMs)
  const ask = async (nodeId: number, batch: readonly DeleteRecordsQuery[]) => {
    const response = await client.send(
      apis.deleteRecords,
      {
        topics: Array.from(byTopic(batch), ([name, partitions]) => ({
          name,
          partitions: partitions.map(({ partition, beforeOffset }) => ({
            partitionIndex: partition,
            offset: beforeOffset,
          })),
        })),
        timeoutMs: Math.ceil(deadline.remainingMs),
      },
      { to: { nodeId } },
    )
    const queriesByKey = new Map(batch.map((query) => [partitionKey(query), query]))
    const results = new Map<DeleteRecordsQuery, Outcome<{ lowWatermark: number }>>()
    for (const { name: topic, partitions } of response.topics) {
      for (const { partitionIndex: partition, errorCode, lowWatermark } of partitions) {
        const query = queriesByKey.get(partitionKey({ topic, partition }))
        if (query === undefined) continue
        results.set(query, errorCode === 0 ? success({ lowWatermark }) : failure(KafkaError.ofCode(errorCode)))
      }
    }
    return results
  }
  const outcomes = await perKey({
    client,
    call: 'deleteRecords',
    keys: queries,
    deadline,
    signal: options.signal,
    attempt: (pending) => byLeader(client, pending, ask),
  })
  return new Map(Array.from(outcomes, ([query, outcome]) => [partitionKey(query), outcome]))
}
