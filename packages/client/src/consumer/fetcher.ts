import { ZERO_UUID } from '@milena/protocol'
import { apis } from '../apis.ts'
import { byTopic } from '../admin/per-key.ts'
import type { IsolationLevel } from '../admin/offsets.ts'
import { partitionKey, type TopicPartition } from '../cluster/cluster-metadata.ts'
import type { KafkaClient } from '../cluster/kafka-client.ts'
import { KafkaError } from '../kafka-error.ts'
import type { ResponseBody } from '../net/api.ts'
import { CompletedFetch, type ConsumerRecord } from './completed-fetch.ts'
import { FetchSession, type FetchTarget } from './fetch-session.ts'
import type { PartitionState, SubscriptionState } from './subscription-state.ts'

export interface FetcherOptions {
  readonly client: KafkaClient
  readonly subscriptions: SubscriptionState
  readonly minBytes: number
  readonly maxWaitMs: number
  readonly maxBytes: number
  readonly maxPartitionBytes: number
  readonly isolationLevel: IsolationLevel
  readonly checkCrcs: boolean
  readonly rackId: string
  /** An offset is out of range; the consumer decides where to go on. */
  readonly onOutOfRange: (partition: TopicPartition, offset: number) => void
  /** Metadata of a topic is out of date. */
  readonly onStale: (topic: string) => void
  /** Something arrived, or failed in a way that the caller of poll must hear of. */
  readonly onProgress: () => void
}

interface Node {
  readonly session: FetchSession
  busy: boolean
  notBeforeMs: number
  failures: number
}

type PartitionData = ResponseBody<typeof apis.fetch.response>['responses'][number]['partitions'][number]

/**
 * Keeps one fetch under way at each broker that leads an assigned partition, and holds what has arrived until it is
 * asked for. A broker is asked again once everything that it sent has been handed out.
 */
export class Fetcher {
  readonly #options: FetcherOptions
  readonly #client: KafkaClient
  readonly #nodes = new Map<number, Node>()
  readonly #completed: CompletedFetch[] = []
  #failure: KafkaError | undefined
  #closed = false

  constructor(options: FetcherOptions) {
    this.#options = options
    this.#client = options.client
  }

  /** Up to so many records from what has arrived; positions move on. Throws a failure that is the caller's to handle. */
  take(maxRecords: number): ConsumerRecord[] {
    const records: ConsumerRecord[] = []
    const later: CompletedFetch[] = []
    for (let fetch = this.#completed.shift(); fetch !== undefined; fetch = this.#completed.shift()) {
      const state = this.#options.subscriptions.find(fetch)
      if (state === undefined || state.position !== fetch.nextOffset) continue // Revoked, or sought elsewhere.
      if (state.paused) {
        later.push(fetch)
        continue
      }
      try {
        fetch.take(records, maxRecords)
      } catch (error) {
        later.push(fetch)
        advance(state, fetch)
        if (records.length > 0) break // What precedes the bad batch is handed out first.
        this.#completed.unshift(...later)
        throw error
      }
      advance(state, fetch)
      if (!fetch.done) later.push(fetch)
      if (records.length >= maxRecords) break
    }
    this.#completed.unshift(...later)
    if (records.length === 0 && this.#failure !== undefined) {
      const failure = this.#failure
      this.#failure = undefined
      throw failure
    }
    return records
  }

  /** Sends a fetch to each broker that has partitions for us and is neither busy nor still to be read from. */
  sendFetches(): void {
    if (this.#closed) return
    const nowMs = this.#client.clock.monotonicMs()
    const buffered = new Set(this.#completed.map((fetch) => partitionKey(fetch)))
    const targets = new Map<number, FetchTarget[]>()
    const unread = new Set<number>()
    for (const state of this.#options.subscriptions.partitions()) {
      const nodeId = this.#nodeFor(state, nowMs)
      if (nodeId === undefined) continue
      if (buffered.has(partitionKey(state))) {
        if (!state.paused) unread.add(nodeId)
        continue
      }
      if (state.position === undefined || state.paused || state.notBeforeMs > nowMs) continue
      const list = targets.get(nodeId)
      const target = this.#target(state, state.position)
      if (list === undefined) targets.set(nodeId, [target])
      else list.push(target)
    }
    for (const [nodeId, list] of targets) {
      const node = this.#node(nodeId)
      if (!node.busy && !unread.has(nodeId) && node.notBeforeMs <= nowMs) void this.#fetch(nodeId, node, list)
    }
  }

  /** How long until a broker or partition that failed may be asked again; Infinity when none waits. */
  get backoffMs(): number {
    const nowMs = this.#client.clock.monotonicMs()
    let untilMs = Infinity
    for (const { notBeforeMs } of this.#nodes.values())
      if (notBeforeMs > nowMs) untilMs = Math.min(untilMs, notBeforeMs)
    for (const { notBeforeMs } of this.#options.subscriptions.partitions()) {
      if (notBeforeMs > nowMs) untilMs = Math.min(untilMs, notBeforeMs)
    }
    return untilMs - nowMs
  }

  close(): void {
    this.#closed = true
    this.#completed.length = 0
  }

  #nodeFor(state: PartitionState, nowMs: number): number | undefined {
    const preferred = state.preferredReplica
    if (preferred !== undefined) {
      if (preferred.untilMs > nowMs && this.#client.metadata.brokers.has(preferred.nodeId)) return preferred.nodeId
      state.preferredReplica = undefined
    }
    const leaderId = this.#client.metadata.partition(state)?.leaderId ?? -1
    if (leaderId >= 0) return leaderId
    this.#options.onStale(state.topic)
    return undefined
  }

  #target({ topic, partition }: PartitionState, fetchOffset: number): FetchTarget {
    const { metadata } = this.#client
    return {
      topic,
      partition,
      topicId: metadata.topic(topic)?.topicId ?? ZERO_UUID,
      fetchOffset,
      currentLeaderEpoch: metadata.partition({ topic, partition })?.leaderEpoch ?? -1,
      maxBytes: this.#options.maxPartitionBytes,
    }
  }

  #node(nodeId: number): Node {
    let node = this.#nodes.get(nodeId)
    if (node === undefined) {
      node = { session: new FetchSession(), busy: false, notBeforeMs: 0, failures: 0 }
      this.#nodes.set(nodeId, node)
    }
    return node
  }

  async #fetch(nodeId: number, node: Node, targets: readonly FetchTarget[]): Promise<void> {
    node.busy = true
    const { isolationLevel, maxWaitMs, minBytes, maxBytes, rackId } = this.#options
    const { sessionId, sessionEpoch, toFetch, toForget } = node.session.next(targets)
    try {
      const identified = [...targets, ...toForget].every(({ topicId }) => topicId !== ZERO_UUID)
      const response = await this.#client.send(
        apis.fetch,
        {
          maxWaitMs,
          minBytes,
          maxBytes,
          isolationLevel: isolationLevel === 'read_committed' ? 1 : 0,
          sessionId,
          sessionEpoch,
          rackId,
          topics: Array.from(byTopic(toFetch), ([topic, list]) => ({
            topic,
            topicId: list[0]!.topicId,
            partitions: list.map(({ partition, currentLeaderEpoch, fetchOffset, maxBytes: partitionMaxBytes }) => ({
              partition,
              currentLeaderEpoch,
              fetchOffset,
              partitionMaxBytes,
            })),
          })),
          forgottenTopicsData: Array.from(byTopic(toForget), ([topic, list]) => ({
            topic,
            topicId: list[0]!.topicId,
            partitions: list.map(({ partition }) => partition),
          })),
        },
        { to: { nodeId, purpose: 'fetch' }, ...(!identified && { versions: { max: 12 } }) },
      )
      this.#onResponse(nodeId, node, response)
    } catch (error) {
      this.#onFailure(node, targets, error)
    } finally {
      node.busy = false
      this.#options.onProgress()
    }
  }

  #onResponse(nodeId: number, node: Node, response: ResponseBody<typeof apis.fetch.response>): void {
    if (response.errorCode !== 0) {
      node.session.onResponse(response)
      const error = KafkaError.ofCode(response.errorCode)
      // A lost session is opened anew with the next request, at once.
      if (
        !['FETCH_SESSION_ID_NOT_FOUND', 'INVALID_FETCH_SESSION_EPOCH', 'FETCH_SESSION_TOPIC_ID_ERROR'].includes(
          error.name,
        )
      ) {
        throw error
      }
      return
    }
    node.failures = 0
    for (const { topic: name, topicId, partitions } of response.responses) {
      const topic = name === '' ? node.session.topicName(topicId) : name
      if (topic === undefined) continue
      for (const data of partitions) this.#onPartition(node, { topic, partition: data.partitionIndex }, data, nodeId)
    }
    node.session.onResponse(response)
  }

  #onPartition(node: Node, at: TopicPartition, data: PartitionData, nodeId: number): void {
    const state = this.#options.subscriptions.find(at)
    const target = node.session.target(at)
    // Sought elsewhere or revoked while the request was under way: nobody wants this any more.
    if (state === undefined || target === undefined || state.position !== target.fetchOffset) return
    if (data.errorCode !== 0) {
      this.#onPartitionError(state, KafkaError.ofCode(data.errorCode), nodeId)
      return
    }
    if (data.preferredReadReplica >= 0) {
      const untilMs = this.#client.clock.monotonicMs() + this.#client.metadataMaxAgeMs
      state.preferredReplica = { nodeId: data.preferredReadReplica, untilMs }
    }
    const bytes = data.records
    if (bytes === null || bytes.length === 0) return
    const { isolationLevel, checkCrcs } = this.#options
    this.#completed.push(
      new CompletedFetch({
        at,
        bytes,
        fetchOffset: target.fetchOffset,
        abortedTransactions: isolationLevel === 'read_committed' ? (data.abortedTransactions ?? []) : undefined,
        checkCrcs,
      }),
    )
  }

  #onPartitionError(state: PartitionState, error: KafkaError, nodeId: number): void {
    if (error.name === 'OFFSET_OUT_OF_RANGE') {
      // A follower may lag behind; the leader has the last word.
      if (state.preferredReplica?.nodeId === nodeId) state.preferredReplica = undefined
      else this.#options.onOutOfRange(state, state.position ?? -1)
    } else if (error.retriable && error.name !== 'CORRUPT_MESSAGE') {
      state.preferredReplica = undefined
      state.notBeforeMs = this.#client.clock.monotonicMs() + this.#client.retryBackoff.delayMs(0)
      this.#options.onStale(state.topic)
    } else {
      this.#failure = KafkaError.ofCode(error.code, `${partitionKey(state)}: ${error.message}`)
    }
  }

  #onFailure(node: Node, targets: readonly FetchTarget[], error: unknown): void {
    node.session.onFailure()
    node.notBeforeMs = this.#client.clock.monotonicMs() + this.#client.retryBackoff.delayMs(node.failures++)
    if (this.#closed) return
    if (error instanceof KafkaError && error.retriable) {
      for (const { topic } of targets) this.#options.onStale(topic)
    } else {
      this.#failure =
        error instanceof KafkaError ? error : KafkaError.client('MALFORMED_RESPONSE', String(error), { cause: error })
    }
  }
}

function advance(state: PartitionState, fetch: CompletedFetch): void {
  state.position = fetch.nextOffset
  if (fetch.leaderEpoch >= 0) state.positionEpoch = fetch.leaderEpoch
}
