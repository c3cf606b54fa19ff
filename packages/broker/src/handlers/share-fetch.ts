/**
 * ShareFetch (key 78): a member of a share group gets records to process that nobody else has at the moment (KIP-932),
 * and says what became of earlier ones. Records come as they lie in the log, in whole batches; `acquiredRecords` says
 * which of them are the member's, and how often they have been handed out.
 *
 * Requests of a member belong to a share session: epoch 0 opens it, each further request counts one up, -1 ends it. It
 * ends with its connection, too. When there is too little, the answer waits for more, at most `maxWaitMs`.
 *
 * Versions: 1 the first stable one; 2 the exact number of records (KIP-1206), renewing locks (KIP-1222).
 */
import { Errors, ShareFetchRequest, ShareFetchResponse } from '@milena/protocol/messages'
import type { Input } from '@milena/protocol/messages'
import { ApiError } from '../request/api-error.ts'
import { largestFetch, throttleFetch } from '../request/bandwidth.ts'
import { handler } from '../request/handler.ts'
import type { RequestContext } from '../request/handler.ts'
import { MAX_ELEMENTS_TO_ACKNOWLEDGE } from '../request/request-limits.ts'
import { acknowledgeAll } from '../share/share-acknowledgements.ts'
import type { AcknowledgeResult } from '../share/share-acknowledgements.ts'
import { shareFetchContext } from '../share/share-fetch-context.ts'
import { ShareFetch } from '../share/share-fetch.ts'
import type { ShareFetchPartition, ShareFetchResult } from '../share/share-fetch.ts'
import { byTopic, CurrentLeaders, sessionKeyOf } from '../share/share-request.ts'
import { FINAL_EPOCH } from '../share/share-session.ts'
import type { SessionPartition, ShareSessionKey } from '../share/share-session.ts'
import { whenOverOrClosed } from '../share/when-over-or-closed.ts'

const FIRST_VERSION_WITH_RENEWAL = 2
const BATCH_OPTIMIZED = 0
const RECORD_LIMIT = 1

type PartitionResponse = Input<typeof ShareFetchResponse>['responses'][number]['partitions'][number]

export const shareFetch = handler(ShareFetchRequest, ShareFetchResponse, {
  versions: { min: 1, max: 2 },
  maxElements: MAX_ELEMENTS_TO_ACKNOWLEDGE,
  handle: async (request, context) => {
    const key = sessionKeyOf(request, context)
    const { sharePartitions: manager, metadata, clock } = context.services
    const supportsRenew = context.apiVersion >= FIRST_VERSION_WITH_RENEWAL
    const isRenewAck = supportsRenew && request.isRenewAck
    if (isRenewAck) checkRenewal(request)
    const hasAcknowledgements = request.topics.some(({ partitions }) =>
      partitions.some(({ acknowledgementBatches }) => acknowledgementBatches.length > 0),
    )
    const { connection } = context
    const named = { ...namedPartitions(request, context), key, connection }
    const session = shareFetchContext(manager, {
      ...named,
      sessionEpoch: request.shareSessionEpoch,
      hasAcknowledgements,
    })
    if ('code' in session) {
      // Who finds no room comes again at once: it is kept for as long as it would have waited for records.
      if (session === Errors.SHARE_SESSION_LIMIT_REACHED) await whenOverOrClosed(request.maxWaitMs, clock, connection)
      throw new ApiError(session)
    }
    const { image } = metadata
    const [acknowledged, fetched] = await Promise.all([
      hasAcknowledgements ? acknowledgeAll(request, { manager, image, key, supportsRenew }) : [],
      isRenewAck ? [] : fetchRecords(session.partitions, key, request, context),
    ])
    const throttleTimeMs = throttleFetch(sizeOf(fetched), context)
    // As in Kafka, what a member over its quota does not get stays locked for it until its time is up.
    const told = session.respond(throttleTimeMs > 0 ? [] : fetched)
    if ('code' in told) throw new ApiError(told)
    // The answer does not wait for what goes back.
    if (request.shareSessionEpoch === FINAL_EPOCH) void manager.closeSession(key)
    const leaders = new CurrentLeaders(context)
    return {
      throttleTimeMs,
      errorCode: Errors.NONE.code,
      acquisitionLockTimeoutMs: manager.configOf(key.groupId).recordLockDurationMs,
      responses: combined(told, acknowledged, leaders),
      nodeEndpoints: leaders.nodes,
    }
  },
  // As in Kafka, without words.
  errorResponse: ({ code }) => ({
    throttleTimeMs: 0,
    errorCode: code,
    acquisitionLockTimeoutMs: 0,
    responses: [],
    nodeEndpoints: [],
  }),
})

/** What renews locks must be quick: it fetches nothing. */
function checkRenewal(request: ShareFetchRequest): void {
  const { maxBytes, minBytes, maxRecords, maxWaitMs } = request
  if ([maxBytes, minBytes, maxRecords, maxWaitMs].some((value) => value !== 0)) {
    throw new ApiError(Errors.INVALID_REQUEST)
  }
}

function namedPartitions(
  { topics, forgottenTopicsData }: ShareFetchRequest,
  { services }: RequestContext,
): {
  readonly partitions: { topic: string | null; topicId: string; partition: number }[]
  readonly forgotten: { topicId: string; partition: number }[]
} {
  const { topicNamesById } = services.metadata.image
  return {
    partitions: topics.flatMap(({ topicId, partitions }) => {
      const topic = topicNamesById.get(topicId) ?? null
      return partitions.map(({ partitionIndex }) => ({ topic, topicId, partition: partitionIndex }))
    }),
    forgotten: forgottenTopicsData.flatMap(({ topicId, partitions }) =>
      partitions.map((partition) => ({ topicId, partition })),
    ),
  }
}

async function fetchRecords(
  partitions: readonly SessionPartition[],
  key: ShareSessionKey,
  request: ShareFetchRequest,
  context: RequestContext,
): Promise<ShareFetchResult[]> {
  const { apiVersion, services, connection } = context
  const { sharePartitions: manager, metadata, config, clock, replicas, responseMemory } = services
  const { maxWaitMs, maxRecords, batchSize, minBytes } = request
  const acquireMode = apiVersion >= FIRST_VERSION_WITH_RENEWAL ? request.shareAcquireMode : BATCH_OPTIMIZED
  const failed: ShareFetchResult[] = []
  const wanted: ShareFetchPartition[] = []
  for (const { topic, topicId, partition } of partitions) {
    const nothing = { topic: topic ?? '', topicId, partition, records: [], acquired: [] }
    if (topic === null) failed.push({ ...nothing, errorCode: Errors.UNKNOWN_TOPIC_ID.code })
    else if (metadata.image.topics.get(topic)?.partitions[partition] === undefined) {
      failed.push({ ...nothing, errorCode: Errors.UNKNOWN_TOPIC_OR_PARTITION.code })
    } else wanted.push({ topic, topicId, partition })
  }
  const wantedBytes = Math.min(request.maxBytes, config.get('fetch.max.bytes'), largestFetch(context))
  if (wanted.length === 0) return failed
  if (acquireMode !== BATCH_OPTIMIZED && acquireMode !== RECORD_LIMIT) {
    throw new ApiError(Errors.UNKNOWN_SERVER_ERROR, `There is no acquire mode ${acquireMode}.`)
  }
  if (maxRecords === 0 || wantedBytes === 0) return failed
  const fetch = new ShareFetch(
    {
      key,
      partitions: rotated(wanted, request.shareSessionEpoch),
      maxWaitMs,
      minBytes: Math.min(minBytes, wantedBytes),
      maxBytes: () => (wantedBytes < 0 ? wantedBytes : responseMemory.fairShare(wantedBytes)),
      maxRecords,
      batchSize,
      isRecordLimit: acquireMode === RECORD_LIMIT,
      isReadCommitted: manager.configOf(key.groupId).isReadCommitted,
    },
    { manager, replicas, clock, connection },
  )
  return [...(await fetch.run()), ...failed]
}

function sizeOf(results: readonly ShareFetchResult[]): number {
  return results.flatMap(({ records }) => records).reduce((sum, { length }) => sum + length, 0)
}

/** Another partition comes first with every request, so that none has to wait for the others forever. */
function rotated(partitions: readonly ShareFetchPartition[], sessionEpoch: number): readonly ShareFetchPartition[] {
  const first = sessionEpoch < 1 ? 0 : sessionEpoch % partitions.length
  return first === 0 ? partitions : [...partitions.slice(first), ...partitions.slice(0, first)]
}

function combined(
  fetched: readonly ShareFetchResult[],
  acknowledged: readonly AcknowledgeResult[],
  leaders: CurrentLeaders,
): Input<typeof ShareFetchResponse>['responses'] {
  const waiting = new Map(acknowledged.map((each) => [`${each.topicId}${each.partition}`, each]))
  const answers: { topicId: string; response: PartitionResponse }[] = fetched.map((each) => {
    const name = `${each.topicId}${each.partition}`
    const response = { ...fetchedResponse(each, leaders), ...acknowledgedFields(waiting.get(name)) }
    waiting.delete(name)
    return { topicId: each.topicId, response }
  })
  for (const each of waiting.values()) {
    const nothing = { ...each, errorCode: Errors.NONE.code, topic: '', records: [], acquired: [] }
    answers.push({
      topicId: each.topicId,
      response: { ...fetchedResponse(nothing, leaders), ...acknowledgedFields(each) },
    })
  }
  return byTopic(answers, ({ response }) => response)
}

function fetchedResponse(
  { topic, partition, errorCode, records, acquired }: ShareFetchResult,
  leaders: CurrentLeaders,
): PartitionResponse {
  return {
    partitionIndex: partition,
    errorCode,
    acknowledgeErrorCode: Errors.NONE.code,
    currentLeader: { leaderId: 0, leaderEpoch: 0, ...leaders.of(topic, partition, errorCode).currentLeader },
    records,
    acquiredRecords: [...acquired],
  }
}

function acknowledgedFields(
  result: AcknowledgeResult | undefined,
): Pick<PartitionResponse, 'acknowledgeErrorCode' | 'acknowledgeErrorMessage'> {
  if (result === undefined) return { acknowledgeErrorCode: Errors.NONE.code }
  return { acknowledgeErrorCode: result.errorCode, acknowledgeErrorMessage: result.errorMessage }
}
