/** How one Fetch request stands to its session (KIP-227): what is to be read for it, and what of it is worth telling. */
import { Errors } from '@milena/protocol/messages'
import type { KafkaError } from '@milena/protocol/messages'
import type { FetchPartition, FetchResult } from './fetch-partition.ts'
import { CachedPartition, nextSessionEpoch } from './fetch-session.ts'
import type { FetchSession } from './fetch-session.ts'
import type { FetchSessionCache } from './fetch-session-cache.ts'

const NO_SESSION = 0
const OPEN_EPOCH = 0
const FINAL_EPOCH = -1
const FIRST_VERSION_WITH_TOPIC_IDS = 13

export interface FetchContext {
  /** Set: there is nothing to read, the request as a whole gets this error. */
  readonly error: KafkaError | undefined
  readonly partitions: readonly FetchPartition[]
  /** What goes into the response for `results`, which are in the order of `partitions`. */
  respond(results: readonly FetchResult[]): {
    readonly sessionId: number
    readonly error: KafkaError | undefined
    readonly results: readonly FetchResult[]
  }
}

export interface FetchContextRequest {
  readonly version: number
  readonly sessionId: number
  readonly sessionEpoch: number
  /** Those that the request names. */
  readonly partitions: readonly FetchPartition[]
  readonly forgotten: readonly { readonly topic: string | null; readonly topicId: string; readonly partition: number }[]
}

export function fetchContext(cache: FetchSessionCache, request: FetchContextRequest): FetchContext {
  const { sessionId, sessionEpoch, version, partitions } = request
  const usesTopicIds = version >= FIRST_VERSION_WITH_TOPIC_IDS
  if (sessionEpoch === OPEN_EPOCH || sessionEpoch === FINAL_EPOCH) {
    // A full request ends the session that it names.
    if (sessionId !== NO_SESSION) cache.remove(sessionId)
    return sessionEpoch === FINAL_EPOCH ? sessionless(partitions) : opening(cache, partitions, usesTopicIds)
  }
  const session = cache.get(sessionId)
  if (session === undefined) return failed(Errors.FETCH_SESSION_ID_NOT_FOUND)
  if (session.epoch !== sessionEpoch) return failed(Errors.INVALID_FETCH_SESSION_EPOCH)
  if (session.usesTopicIds !== usesTopicIds) return failed(Errors.FETCH_SESSION_TOPIC_ID_ERROR)
  for (const partition of partitions) session.put(partition)
  for (const forgotten of request.forgotten) session.forget(forgotten)
  if (session.size === 0) {
    cache.remove(sessionId)
    return sessionless([])
  }
  cache.touch(session)
  session.epoch = nextSessionEpoch(session.epoch)
  return incremental(session)
}

function failed(error: KafkaError): FetchContext {
  return { error, partitions: [], respond: () => ({ sessionId: NO_SESSION, error, results: [] }) }
}

function sessionless(partitions: readonly FetchPartition[]): FetchContext {
  const respond: FetchContext['respond'] = (results) => ({ sessionId: NO_SESSION, error: undefined, results })
  return { error: undefined, partitions, respond }
}

/** Everything is told; if the cache has room, it is remembered too. */
function opening(cache: FetchSessionCache, partitions: readonly FetchPartition[], usesTopicIds: boolean): FetchContext {
  const respond: FetchContext['respond'] = (results) => {
    const session = cache.create({ size: partitions.length, usesTopicIds })
    if (session !== undefined) for (const result of results) session.put(result.request).tell(result)
    return { sessionId: session?.id ?? NO_SESSION, error: undefined, results }
  }
  return { error: undefined, partitions, respond }
}

function incremental(session: FetchSession): FetchContext {
  const expectedEpoch = session.epoch
  const respond: FetchContext['respond'] = (results) => {
    if (session.epoch !== expectedEpoch) {
      return { sessionId: session.id, error: Errors.INVALID_FETCH_SESSION_EPOCH, results: [] }
    }
    const news: FetchResult[] = []
    for (const result of results) {
      const partition = result.request
      if (!(partition instanceof CachedPartition) || !partition.tell(result)) continue
      news.push(result)
      if (result.sizeInBytes > 0) session.moveToEnd(partition)
    }
    return { sessionId: session.id, error: undefined, results: news }
  }
  return { error: undefined, partitions: [...session.partitions()], respond }
}
