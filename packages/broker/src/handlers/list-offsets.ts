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
import { mapInTurns } from '@milena/coordinator'
import { Errors, ListOffsetsRequest, ListOffsetsResponse } from '@milena/protocol/messages'
import type { Input, KafkaError } from '@milena/protocol/messages'
import { ListOffsets } from '@milena/storage'
import type { Partition } from '../replica/partition.ts'
import { ApiError, toApiError } from '../request/api-error.ts'
import { handler } from '../request/handler.ts'
import type { RequestContext } from '../request/handler.ts'

const READ_UNCOMMITTED = 0
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
    if (request.isolationLevel !== READ_UNCOMMITTED && request.isolationLevel !== READ_COMMITTED) {
      throw new ApiError(Errors.UNKNOWN_SERVER_ERROR, `There is no isolation level ${request.isolationLevel}.`)
    }
    const { clock } = context.services
    const topics = await mapInTurns(clock, [...askedFor(request)], async ([name, partitions]) => ({
      name,
      partitions: await mapInTurns(clock, [...partitions.values()], ({ asked, isTwice }) =>
        isTwice ? failed(asked, Errors.INVALID_REQUEST) : lookUp(name, asked, request, context),
      ),
    }))
    return { throttleTimeMs: 0, topics }
  },
  errorResponse: ({ error }, { topics }) => ({
    throttleTimeMs: 0,
    topics: topics.map(({ name, partitions }) => ({ name, partitions: partitions.map((each) => failed(each, error)) })),
  }),
})

interface Asked {
  readonly asked: PartitionRequest
  /** A partition that is named twice is answered once, and refused. */
  readonly isTwice: boolean
}

function askedFor({ topics }: ListOffsetsRequest): Map<string, Map<number, Asked>> {
  const byTopic = new Map<string, Map<number, Asked>>()
  for (const { name, partitions } of topics) {
    for (const asked of partitions) {
      const byPartition = byTopic.get(name) ?? new Map<number, Asked>()
      byPartition.set(asked.partitionIndex, { asked, isTwice: byPartition.has(asked.partitionIndex) })
      byTopic.set(name, byPartition)
    }
  }
  return byTopic
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
  // A log in which nothing was written since its leader began is of the leader's epoch.
  return { timestamp: found.timestamp, offset: found.offset, leaderEpoch: found.leaderEpoch ?? partition.leaderEpoch }
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
