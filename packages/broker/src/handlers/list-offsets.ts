/**
 * ListOffsets (key 2): the offset of the first record at or after a timestamp, or one of the places that negative
 * timestamps stand for: -1 the end, -2 the start, -3 the record with the largest timestamp, -4 the start of what lies on
 * local disks, -5 the end of what is tiered, -6 the start of what waits to be tiered.
 *
 * Consumers find nothing beyond the high watermark, with read_committed nothing beyond the last stable offset.
 *
 * Versions: 1 one offset per partition; 2 isolation level; 4 leader epochs (KIP-320); 5 OFFSET_NOT_AVAILABLE;
 * 6 flexible; 7 timestamp -3 (KIP-734); 8 -4 (KIP-405); 9 -5 (KIP-1005); 10 a timeout for tiered reads (KIP-1075);
 * 11 -6 (KIP-1023).
 */
import { Errors, ListOffsetsRequest, ListOffsetsResponse } from '@milena/protocol/messages'
import type { Input, KafkaError } from '@milena/protocol/messages'
import { ListOffsets } from '@milena/storage'
import type { Partition } from '../replica/partition.ts'
import { toApiError } from '../request/api-error.ts'
import { handler } from '../request/handler.ts'
import type { RequestContext } from '../request/handler.ts'

const READ_COMMITTED = 1
const CONSUMER_REPLICA_ID = -1

/** The version from which each special timestamp may be asked for. */
const FIRST_VERSIONS: ReadonlyMap<number, number> = new Map([
  [ListOffsets.LATEST, 1],
  [ListOffsets.EARLIEST, 1],
  [ListOffsets.MAX_TIMESTAMP, 7],
  [ListOffsets.EARLIEST_LOCAL, 8],
  [ListOffsets.LATEST_TIERED, 9],
  [ListOffsets.EARLIEST_PENDING_UPLOAD, 11],
])

type PartitionRequest = ListOffsetsRequest['topics'][number]['partitions'][number]
type PartitionResponse = Input<typeof ListOffsetsResponse>['topics'][number]['partitions'][number]

export const listOffsets = handler(ListOffsetsRequest, ListOffsetsResponse, {
  versions: { min: 1, max: 11 },
  handle: async (request, context) => {
    const duplicates = duplicatePartitions(request)
    const lookUpUnlessTwice = async (name: string, asked: PartitionRequest): Promise<PartitionResponse> =>
      duplicates.has(`${name}-${asked.partitionIndex}`)
        ? failed(asked, Errors.INVALID_REQUEST)
        : lookUp(name, asked, request, context)
    const topics = await Promise.all(
      request.topics.map(async ({ name, partitions }) => ({
        name,
        partitions: await Promise.all(partitions.map((partition) => lookUpUnlessTwice(name, partition))),
      })),
    )
    return { throttleTimeMs: 0, topics }
  },
  errorResponse: ({ error }, { topics }) => ({
    throttleTimeMs: 0,
    topics: topics.map(({ name, partitions }) => ({ name, partitions: partitions.map((each) => failed(each, error)) })),
  }),
})

function duplicatePartitions({ topics }: ListOffsetsRequest): Set<string> {
  const seen = new Set<string>()
  const duplicates = new Set<string>()
  for (const { name, partitions } of topics) {
    for (const { partitionIndex } of partitions) {
      const key = `${name}-${partitionIndex}`
      if (seen.has(key)) duplicates.add(key)
      seen.add(key)
    }
  }
  return duplicates
}

async function lookUp(
  topic: string,
  asked: PartitionRequest,
  { replicaId, isolationLevel }: ListOffsetsRequest,
  { apiVersion, services }: RequestContext,
): Promise<PartitionResponse> {
  const { partitionIndex, timestamp, currentLeaderEpoch } = asked
  if (timestamp < 0 && apiVersion < (FIRST_VERSIONS.get(timestamp) ?? Infinity)) {
    return failed(asked, Errors.UNSUPPORTED_VERSION)
  }
  const partition = services.replicas.partition(topic, partitionIndex)
  const error =
    partition === undefined ? Errors.UNKNOWN_TOPIC_OR_PARTITION : partition.leadershipError(currentLeaderEpoch)
  if (partition === undefined || error !== undefined) return failed(asked, error ?? Errors.UNKNOWN_TOPIC_OR_PARTITION)
  try {
    const found = await find(partition, timestamp, visibleEnd(partition, replicaId, isolationLevel))
    // Leader epochs are told from version 4 on (KIP-320); a field that a version lacks must not have a value.
    const leaderEpoch = apiVersion >= 4 ? found.leaderEpoch : -1
    return { partitionIndex, errorCode: Errors.NONE.code, ...found, leaderEpoch }
  } catch (cause) {
    return failed(asked, toApiError(cause).error)
  }
}

/** How far the one who asks can see: a replica, or a tool that debugs as one, sees all that is written. */
function visibleEnd(partition: Partition, replicaId: number, isolationLevel: number): number {
  if (replicaId !== CONSUMER_REPLICA_ID) return partition.logEndOffset
  return isolationLevel === READ_COMMITTED ? partition.lastStableOffset : partition.highWatermark
}

async function find(
  partition: Partition,
  timestamp: number,
  maxOffset: number,
): Promise<Pick<PartitionResponse, 'timestamp' | 'offset' | 'leaderEpoch'>> {
  if (timestamp === ListOffsets.LATEST) return { timestamp: -1, offset: maxOffset, leaderEpoch: partition.leaderEpoch }
  if (partition.log === undefined) return inEmptyLog(partition, timestamp)
  const found = await partition.log.fetchOffsetByTimestamp(timestamp, { maxOffset })
  if (found === undefined) return { timestamp: -1, offset: -1, leaderEpoch: -1 }
  return { timestamp: found.timestamp, offset: found.offset, leaderEpoch: found.leaderEpoch ?? -1 }
}

function inEmptyLog(
  { leaderEpoch }: Partition,
  timestamp: number,
): Pick<PartitionResponse, 'timestamp' | 'offset' | 'leaderEpoch'> {
  const isStart = timestamp === ListOffsets.EARLIEST || timestamp === ListOffsets.EARLIEST_LOCAL
  return isStart ? { timestamp: -1, offset: 0, leaderEpoch } : { timestamp: -1, offset: -1, leaderEpoch: -1 }
}

function failed({ partitionIndex }: PartitionRequest, error: KafkaError): PartitionResponse {
  return { partitionIndex, errorCode: error.code, timestamp: -1, offset: -1, leaderEpoch: -1 }
}
