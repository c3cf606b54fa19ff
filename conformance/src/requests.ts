// Requests that many histories make: about one partition, valid unless told otherwise.
import type { FetchRequest, Input, ListOffsetsRequest, ProduceRequest } from '@milena/protocol'
import type { Topic } from './session.ts'

export function producing(
  topic: Topic,
  records: Uint8Array | null,
  { acks = -1, partition = 0 }: { readonly acks?: number; readonly partition?: number } = {},
): Input<typeof ProduceRequest> {
  const partitionData = [{ index: partition, records }]
  return {
    transactionalId: null,
    acks,
    timeoutMs: 30_000,
    topicData: [{ name: topic.name, topicId: topic.id, partitionData }],
  }
}

interface FetchedPartition {
  readonly partition?: number
  readonly currentLeaderEpoch?: number
  readonly lastFetchedEpoch?: number
  readonly partitionMaxBytes?: number
}

export function fetching(
  topic: Topic,
  fetchOffset: number,
  partition: FetchedPartition = {},
  options: Partial<Input<typeof FetchRequest>> = {},
): Input<typeof FetchRequest> {
  const one = { partition: 0, partitionMaxBytes: 1 << 20, ...partition, fetchOffset }
  return {
    maxWaitMs: 0,
    minBytes: 1,
    topics: [{ topic: topic.name, topicId: topic.id, partitions: [one] }],
    ...options,
  }
}

export function listing(
  topic: Topic,
  timestamp: number,
  options: { readonly partition?: number; readonly currentLeaderEpoch?: number; readonly isolationLevel?: number } = {},
): Input<typeof ListOffsetsRequest> {
  const { partition = 0, currentLeaderEpoch = -1, isolationLevel = 0 } = options
  const partitions = [{ partitionIndex: partition, currentLeaderEpoch, timestamp }]
  return { replicaId: -1, isolationLevel, topics: [{ name: topic.name, partitions }], timeoutMs: 10_000 }
}
