/**
 * A share session (KIP-932): the partitions that a member of a share group fetches from, so that its requests name only
 * what changes. Its epoch counts the member's requests; it ends with its connection.
 */

export interface SharePartitionName {
  readonly topicId: string
  readonly partition: number
}

/** One partition of a session. */
export interface SessionPartition extends SharePartitionName {
  /** As it was when the partition joined; null when no topic had the id. */
  readonly topic: string | null
  /** The next answer must mention it, be there something new or not. */
  mustRespond: boolean
}

export interface ShareSessionKey {
  readonly groupId: string
  readonly memberId: string
}

export const OPEN_EPOCH = 0
export const FINAL_EPOCH = -1
const LAST_EPOCH = 0x7fff_ffff

/** Of the request after the one with `epoch`. */
export function nextShareEpoch(epoch: number): number {
  return epoch === LAST_EPOCH ? 1 : epoch + 1
}

export class ShareSession {
  readonly key: ShareSessionKey
  /** Of the next request. */
  epoch = nextShareEpoch(OPEN_EPOCH)
  readonly #partitions = new Map<string, SessionPartition>()

  constructor(key: ShareSessionKey) {
    this.key = key
  }

  get size(): number {
    return this.#partitions.size
  }

  /** In the order in which they take turns: those that had records lately come last. */
  partitions(): SessionPartition[] {
    return [...this.#partitions.values()]
  }

  get(name: SharePartitionName): SessionPartition | undefined {
    return this.#partitions.get(nameOf(name))
  }

  /** One that is there already stays as it is. */
  add(partition: SessionPartition): void {
    const name = nameOf(partition)
    if (!this.#partitions.has(name)) this.#partitions.set(name, partition)
  }

  forget(partition: SharePartitionName): void {
    this.#partitions.delete(nameOf(partition))
  }

  moveToEnd(partition: SessionPartition): void {
    const name = nameOf(partition)
    if (this.#partitions.delete(name)) this.#partitions.set(name, partition)
  }
}

function nameOf({ topicId, partition }: SharePartitionName): string {
  return `${topicId}${partition}`
}
