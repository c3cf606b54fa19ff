/**
 * Fetch (key 1): record batches from the partitions that this broker leads, as they lie in the log. When fewer than
 * `minBytes` are there, the answer waits for more, at most `maxWaitMs`.
 *
 * Consumers see what is committed (up to the high watermark), with read_committed what is stable. The limits in bytes
 * are soft (KIP-74). Fetch sessions (KIP-227) let consumers name, and be told, only what changes.
 *
 * Versions: 4 isolation level, aborted transactions; 5 log start offset; 7 fetch sessions; 9 current leader epoch
 * (KIP-320); 10 zstd; 11 rack id and preferred read replica (KIP-392); 12 flexible, last fetched epoch and diverging
 * epoch (KIP-595), current leader; 13 topic ids; 14 tiered storage; 15 replica state; 16 node endpoints (KIP-951);
 * 17 directory ids; 18 the follower's high watermark (KIP-1166).
 */
import { Errors, FetchRequest, FetchResponse, ZERO_UUID } from '@milena/protocol/messages'
import type { Input, KafkaError } from '@milena/protocol/messages'
import { DelayedFetch } from '../replica/delayed-fetch.ts'
import { fetchContext } from '../replica/fetch-context.ts'
import type { FetchContext } from '../replica/fetch-context.ts'
import type { FetchPartition, FetchResult } from '../replica/fetch-partition.ts'
import { readPartitions } from '../replica/fetch-reader.ts'
import type { FetchRead } from '../replica/fetch-reader.ts'
import type { ReplicaManager } from '../replica/replica-manager.ts'
import { ApiError } from '../request/api-error.ts'
import { largestFetch, throttleFetch } from '../request/bandwidth.ts'
import { brokerNode } from '../request/broker-nodes.ts'
import type { BrokerNode } from '../request/broker-nodes.ts'
import { handler } from '../request/handler.ts'
import type { RequestContext } from '../request/handler.ts'

const READ_UNCOMMITTED = 0
const READ_COMMITTED = 1
const NO_EPOCH = -1
const FIRST_VERSION_WITH_TOPIC_IDS = 13
const FIRST_VERSION_WITH_NODE_ENDPOINTS = 16

type Response = Input<typeof FetchResponse>
type TopicResponse = Response['responses'][number]
type PartitionResponse = TopicResponse['partitions'][number]

export const fetch = handler(FetchRequest, FetchResponse, {
  versions: { min: 4, max: 18 },
  handle: async (request, context) => {
    const { services, apiVersion } = context
    const session = fetchContext(services.fetchSessions, {
      version: apiVersion,
      sessionId: request.sessionId,
      sessionEpoch: request.sessionEpoch,
      partitions: requestedPartitions(request, context),
      forgotten: forgottenPartitions(request),
    })
    if (session.error !== undefined) return { throttleTimeMs: 0, errorCode: session.error.code, responses: [] }
    const replicaId = apiVersion >= 15 ? request.replicaState.replicaId : request.replicaId
    if (replicaId >= 0) {
      // Endpoints are for clients; other brokers know each other.
      return { ...respond(session, followerRefused(session), context), nodeEndpoints: [] }
    }
    checkIsolationLevel(request, session.partitions, context)
    const { results, sizeInBytes } = await read(session, request, context)
    const throttleTimeMs = throttleFetch(sizeInBytes, context)
    if (throttleTimeMs === 0) return respond(session, results, context)
    // Nothing for now; who has a session keeps it, who wanted one asks again.
    const kept = request.sessionEpoch > 0 ? session.respond([]) : { sessionId: 0, error: undefined }
    return { throttleTimeMs, errorCode: (kept.error ?? Errors.NONE).code, sessionId: kept.sessionId, responses: [] }
  },
  errorResponse: ({ error }, { topics, sessionId }, { apiVersion }) => ({
    throttleTimeMs: 0,
    errorCode: error.code,
    sessionId,
    // From version 13 on a client is known to look at the error of the whole.
    responses: apiVersion >= FIRST_VERSION_WITH_TOPIC_IDS ? [] : topics.map((topic) => failedTopic(topic, error)),
  }),
})

/** As in Kafka, a level that there is not makes a request fail that has something to be read. */
function checkIsolationLevel(
  { isolationLevel }: FetchRequest,
  partitions: readonly FetchPartition[],
  { services }: RequestContext,
): void {
  if (isolationLevel === READ_UNCOMMITTED || isolationLevel === READ_COMMITTED) return
  if (partitions.some(({ topic, partition }) => services.replicas.partition(topic ?? '', partition) !== undefined)) {
    throw new ApiError(Errors.UNKNOWN_SERVER_ERROR, `There is no isolation level ${isolationLevel}.`)
  }
}

function failedTopic({ topic, topicId, partitions }: FetchRequest['topics'][number], error: KafkaError): TopicResponse {
  const failed = { errorCode: error.code, highWatermark: -1, abortedTransactions: [], records: [] }
  return { topic, topicId, partitions: partitions.map(({ partition }) => ({ partitionIndex: partition, ...failed })) }
}

function requestedPartitions(request: FetchRequest, { apiVersion, services }: RequestContext): FetchPartition[] {
  const { topicNamesById } = services.metadata.image
  const usesTopicIds = apiVersion >= FIRST_VERSION_WITH_TOPIC_IDS
  const partitions: FetchPartition[] = []
  for (const { topic: name, topicId, partitions: asked } of request.topics) {
    const topic = usesTopicIds ? (topicNamesById.get(topicId) ?? null) : name
    for (const { partition, fetchOffset, partitionMaxBytes, currentLeaderEpoch, lastFetchedEpoch } of asked) {
      partitions.push({
        topic,
        topicId,
        partition,
        fetchOffset,
        maxBytes: partitionMaxBytes,
        // Here, unlike in ListOffsets, Kafka takes every negative epoch for none.
        currentLeaderEpoch: Math.max(NO_EPOCH, currentLeaderEpoch),
        lastFetchedEpoch: Math.max(NO_EPOCH, lastFetchedEpoch),
      })
    }
  }
  return partitions.length > 1 ? withoutRepetition(partitions) : partitions
}

/** A partition that is named twice is read once, as it was named last, where it was named first. */
function withoutRepetition(partitions: FetchPartition[]): FetchPartition[] {
  const unique = new Map<string, FetchPartition>()
  for (const each of partitions) unique.set(`${each.topicId}${each.partition} ${each.topic}`, each)
  return unique.size === partitions.length ? partitions : [...unique.values()]
}

function forgottenPartitions({
  forgottenTopicsData,
}: FetchRequest): Pick<FetchPartition, 'topic' | 'topicId' | 'partition'>[] {
  return forgottenTopicsData.flatMap(({ topic, topicId, partitions }) =>
    partitions.map((partition) => ({ topic, topicId, partition })),
  )
}

/** Reads at once, and once more after the wait if that was not enough. */
async function read(session: FetchContext, request: FetchRequest, context: RequestContext): Promise<FetchRead> {
  const { services, connection } = context
  const { replicas, clock, responseMemory, config } = services
  const wantedBytes = Math.min(Math.max(0, request.maxBytes), config.get('fetch.max.bytes'), largestFetch(context))
  const minBytes = Math.min(request.minBytes, wantedBytes)
  const { isolationLevel, maxBytes } = request
  const isReadCommitted = isolationLevel === READ_COMMITTED
  const readOptions = { replicas, isReadCommitted, isSizeNegative: maxBytes < 0 }
  const readNow = (): Promise<FetchRead> =>
    readPartitions(session.partitions, { ...readOptions, maxBytes: responseMemory.fairShare(wantedBytes) })
  let found: FetchRead
  let missingBytes: number
  do {
    found = await readNow()
    missingBytes = minBytes - found.sizeInBytes
    if (missingBytes <= 0 || found.isUrgent || request.maxWaitMs <= 0 || session.partitions.length === 0) return found
    // What was committed while other partitions were being read would not wake the wait that follows.
  } while (found.results.some((result) => hasMoved(result, replicas)))
  const partitions = session.partitions.flatMap(
    ({ topic, partition }) => replicas.partition(topic ?? '', partition) ?? [],
  )
  const { maxWaitMs } = request
  await new DelayedFetch({ partitions, missingBytes, isReadCommitted, maxWaitMs, clock, connection }).done
  return readNow()
}

function hasMoved({ request, highWatermark, lastStableOffset }: FetchResult, replicas: ReplicaManager): boolean {
  const partition = replicas.partition(request.topic ?? '', request.partition)
  return partition?.highWatermark !== highWatermark || partition.lastStableOffset !== lastStableOffset
}

/** Nobody replicates from this broker: a fetch that says it comes from a replica is told so for each partition. */
function followerRefused({ partitions }: FetchContext): FetchResult[] {
  return partitions.map((request) => ({
    request,
    error: Errors.NOT_LEADER_OR_FOLLOWER,
    highWatermark: -1,
    lastStableOffset: -1,
    logStartOffset: -1,
    divergingEpoch: undefined,
    abortedTransactions: null,
    records: [],
    sizeInBytes: 0,
  }))
}

/**
 * As in Kafka, which asks whether a partition is of the same topic as the one before it, by name where there is no id,
 * and by then has no names: a topic without an id can only come last.
 */
function checkIds(found: readonly FetchResult[], { apiVersion }: RequestContext): void {
  const first = found.findIndex(({ request }) => request.topicId === ZERO_UUID)
  if (apiVersion >= FIRST_VERSION_WITH_TOPIC_IDS && first !== -1 && first < found.length - 1) {
    throw new ApiError(Errors.UNKNOWN_SERVER_ERROR, 'A partition of a topic without an id is followed by another.')
  }
}

function respond(session: FetchContext, found: readonly FetchResult[], context: RequestContext): Response {
  checkIds(found, context)
  const { sessionId, error, results } = session.respond(found)
  const leaders = new Map<number, BrokerNode>()
  const responses: { topic: string; topicId: string; partitions: PartitionResponse[] }[] = []
  for (const result of results) {
    const { topic, topicId } = result.request
    let last = responses.at(-1)
    // Results come in the order of the partitions, so those of a topic mostly stand together.
    if (last === undefined || last.topicId !== topicId || (topicId === ZERO_UUID && last.topic !== topic)) {
      last = { topic: topic ?? '', topicId, partitions: [] }
      responses.push(last)
    }
    last.partitions.push({ ...partitionResponse(result), ...currentLeader(result, context, leaders) })
  }
  return {
    throttleTimeMs: 0,
    errorCode: error?.code ?? Errors.NONE.code,
    sessionId,
    responses,
    nodeEndpoints: [...leaders.values()],
  }
}

function partitionResponse(result: FetchResult): PartitionResponse {
  return {
    partitionIndex: result.request.partition,
    errorCode: result.error?.code ?? Errors.NONE.code,
    highWatermark: result.highWatermark,
    lastStableOffset: result.lastStableOffset,
    logStartOffset: result.logStartOffset,
    divergingEpoch: result.divergingEpoch,
    abortedTransactions: result.abortedTransactions,
    records: result.records,
  }
}

/** Who leads instead, for clients that can make use of it at once (KIP-951). */
function currentLeader(
  { error, request }: FetchResult,
  context: RequestContext,
  leaders: Map<number, BrokerNode>,
): Pick<PartitionResponse, 'currentLeader'> {
  if (error !== Errors.NOT_LEADER_OR_FOLLOWER && error !== Errors.FENCED_LEADER_EPOCH) return {}
  if (context.apiVersion < FIRST_VERSION_WITH_NODE_ENDPOINTS || request.topic === null) return {}
  const image = context.services.metadata.image.topics.get(request.topic)?.partitions[request.partition]
  if (image === undefined) return {}
  const node = brokerNode(context, image.leader)
  if (node !== undefined) leaders.set(node.nodeId, node)
  return { currentLeader: { leaderId: image.leader, leaderEpoch: image.leaderEpoch } }
}
