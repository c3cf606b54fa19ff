/**
 * Incremental fetch sessions (KIP-227): the broker remembers what a consumer fetches and what it was told, so that
 * requests name only what changes and responses only what is new.
 */
import type { FetchPartition, FetchResult } from './fetch-partition.ts'

/** A partition of a session: what to fetch of it, and what its consumer knows already. */
export class CachedPartition implements FetchPartition {
  topic: string | null
  readonly topicId: string
  readonly partition: number
  fetchOffset: number
  maxBytes: number
  currentLeaderEpoch: number
  lastFetchedEpoch: number
  /** As last told; -1: must be told. */
  #highWatermark = -1
  #logStartOffset = -1

  constructor(request: FetchPartition) {
    this.topic = request.topic
    this.topicId = request.topicId
    this.partition = request.partition
    this.fetchOffset = request.fetchOffset
    this.maxBytes = request.maxBytes
    this.currentLeaderEpoch = request.currentLeaderEpoch
    this.lastFetchedEpoch = request.lastFetchedEpoch
  }

  update(request: FetchPartition): void {
    // The name of a topic that is gone stays, and is what is found to be unknown.
    this.topic ??= request.topic
    this.fetchOffset = request.fetchOffset
    this.maxBytes = request.maxBytes
    this.currentLeaderEpoch = request.currentLeaderEpoch
    this.lastFetchedEpoch = request.lastFetchedEpoch
  }

  /** True when the consumer does not know this yet; it counts as told from now on. */
  tell(result: FetchResult): boolean {
    const isNews =
      result.sizeInBytes > 0 ||
      result.highWatermark !== this.#highWatermark ||
      result.logStartOffset !== this.#logStartOffset ||
      result.divergingEpoch !== undefined ||
      result.error !== undefined
    // After an error the next good answer is news, whatever it says.
    this.#highWatermark = result.error === undefined ? result.highWatermark : -1
    this.#logStartOffset = result.logStartOffset
    return isNews
  }
}

export class FetchSession {
  readonly id: number
  /** Sessions by topic id (version 13 and later) and by topic name do not mix. */
  readonly usesTopicIds: boolean
  /** The next request must carry this. */
  epoch: number
  lastUsedMs: number
  readonly createdMs: number
  /** In the order in which they are served: those that gave data go to the end. */
  readonly #partitions = new Map<string, CachedPartition>()

  constructor(options: { id: number; usesTopicIds: boolean; nowMs: number }) {
    this.id = options.id
    this.usesTopicIds = options.usesTopicIds
    this.epoch = 1
    this.createdMs = options.nowMs
    this.lastUsedMs = options.nowMs
  }

  get size(): number {
    return this.#partitions.size
  }

  partitions(): Iterable<CachedPartition> {
    return this.#partitions.values()
  }

  put(request: FetchPartition): CachedPartition {
    const key = this.#keyOf(request)
    const known = this.#partitions.get(key)
    if (known !== undefined) {
      known.update(request)
      return known
    }
    const added = new CachedPartition(request)
    this.#partitions.set(key, added)
    return added
  }

  forget(topic: { readonly topic: string | null; readonly topicId: string; readonly partition: number }): void {
    this.#partitions.delete(this.#keyOf(topic))
  }

  /** Serves it last from now on, so that a busy partition cannot starve those behind it. */
  moveToEnd(partition: CachedPartition): void {
    const key = this.#keyOf(partition)
    if (this.#partitions.delete(key)) this.#partitions.set(key, partition)
  }

  #keyOf(of: { readonly topic: string | null; readonly topicId: string; readonly partition: number }): string {
    return `${this.usesTopicIds ? of.topicId : of.topic}-${of.partition}`
  }
}

/** Session epochs run 1, 2, … and wrap to 1; 0 opens a session and -1 ends one. */
export function nextSessionEpoch(epoch: number): number {
  if (epoch < 0) return -1
  return epoch === 0x7fff_ffff ? 1 : epoch + 1
}
