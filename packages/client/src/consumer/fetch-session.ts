import { ZERO_UUID } from '@milena/protocol'
import type { Uuid } from '@milena/protocol'
import { partitionKey, type TopicPartition } from '../cluster/cluster-metadata.ts'

export interface FetchTarget extends TopicPartition {
  readonly topicId: Uuid
  readonly fetchOffset: number
  readonly currentLeaderEpoch: number
  readonly maxBytes: number
}

export interface SessionRequest {
  readonly sessionId: number
  readonly sessionEpoch: number
  readonly toFetch: readonly FetchTarget[]
  readonly toForget: readonly FetchTarget[]
}

/**
 * The fetch session with one broker (KIP-227): after the first request only what changed is sent. The epoch counts the
 * requests of a session; 0 asks for a new one.
 */
export class FetchSession {
  #sessionId = 0
  #epoch = 0
  #partitions = new Map<string, FetchTarget>()

  /** The next request, given everything that shall be fetched. */
  next(targets: readonly FetchTarget[]): SessionRequest {
    const wanted = new Map(targets.map((target) => [partitionKey(target), target]))
    const before = this.#partitions
    this.#partitions = wanted
    if (this.#epoch === 0) return { sessionId: this.#sessionId, sessionEpoch: 0, toFetch: targets, toForget: [] }
    const toFetch = targets.filter((target) => !same(before.get(partitionKey(target)), target))
    const toForget = Array.from(before).flatMap(([key, target]) => {
      const now = wanted.get(key)
      // A topic that was deleted and made again is another one under the same name.
      return now === undefined || now.topicId !== target.topicId ? [target] : []
    })
    return { sessionId: this.#sessionId, sessionEpoch: this.#epoch, toFetch, toForget }
  }

  /** The broker may decline a session; then each request says everything. */
  onResponse({ sessionId, errorCode }: { readonly sessionId: number; readonly errorCode: number }): void {
    if (errorCode !== 0) return this.reset()
    if (sessionId === 0) {
      this.reset()
    } else if (this.#epoch === 0) {
      this.#sessionId = sessionId
      this.#epoch = 1
    } else {
      this.#epoch = this.#epoch === 0x7fffffff ? 1 : this.#epoch + 1
    }
  }

  /** Nobody knows what the broker has seen: start again, closing the old session if there is one. */
  onFailure(): void {
    this.#epoch = 0
    this.#partitions.clear()
  }

  reset(): void {
    this.#sessionId = 0
    this.#epoch = 0
    this.#partitions.clear()
  }

  topicName(topicId: Uuid): string | undefined {
    if (topicId === ZERO_UUID) return undefined
    for (const target of this.#partitions.values()) if (target.topicId === topicId) return target.topic
    return undefined
  }

  target(partition: TopicPartition): FetchTarget | undefined {
    return this.#partitions.get(partitionKey(partition))
  }
}

function same(a: FetchTarget | undefined, b: FetchTarget): boolean {
  return (
    a !== undefined &&
    a.topicId === b.topicId &&
    a.fetchOffset === b.fetchOffset &&
    a.currentLeaderEpoch === b.currentLeaderEpoch &&
    a.maxBytes === b.maxBytes
  )
}
