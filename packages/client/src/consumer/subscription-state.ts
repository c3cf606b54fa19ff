import { partitionKey, type TopicPartition } from '../cluster/cluster-metadata.ts'
import type { OffsetSpec } from '../admin/offsets.ts'
import { KafkaError } from '../kafka-error.ts'

/** Where a consumer stands in one partition. */
export interface PartitionState extends TopicPartition {
  /** The next offset to read; undefined until it is known. */
  position: number | undefined
  /** The leader epoch of the last record before the position, which goes along with a commit; -1 when not known. */
  positionEpoch: number
  /** A place to find with ListOffsets before reading can go on. */
  resetTo: OffsetSpec | undefined
  paused: boolean
  /** The replica that the leader sent us to (KIP-392), until then. */
  preferredReplica: { nodeId: number; untilMs: number } | undefined
  /** After a failure, not to be fetched before. */
  notBeforeMs: number
}

export type Subscription =
  | { readonly kind: 'none' }
  | { readonly kind: 'assigned' }
  | { readonly kind: 'topics'; readonly topics: readonly string[] }
  | { readonly kind: 'pattern'; readonly pattern: RegExp }

/** What the consumer wants, what it has, and how far it is. */
export class SubscriptionState {
  #subscription: Subscription = { kind: 'none' }
  readonly #partitions = new Map<string, PartitionState>()

  get subscription(): Subscription {
    return this.#subscription
  }

  /** Whether the group decides what is read. */
  get usesGroup(): boolean {
    return this.#subscription.kind === 'topics' || this.#subscription.kind === 'pattern'
  }

  subscribe(subscription: Extract<Subscription, { kind: 'topics' | 'pattern' }>): void {
    if (this.#subscription.kind === 'assigned') {
      throw KafkaError.client('INVALID_ARGUMENT', 'Partitions are assigned by hand; unsubscribe first.')
    }
    this.#subscription = subscription
  }

  assign(partitions: readonly TopicPartition[]): void {
    if (this.usesGroup) throw KafkaError.client('INVALID_ARGUMENT', 'Topics are subscribed to; unsubscribe first.')
    this.#subscription = { kind: 'assigned' }
    this.setAssignment(partitions)
  }

  unsubscribe(): void {
    this.#subscription = { kind: 'none' }
    this.#partitions.clear()
  }

  /** Partitions that stay keep their state. */
  setAssignment(partitions: readonly TopicPartition[]): void {
    const wanted = new Map(partitions.map((partition) => [partitionKey(partition), partition]))
    for (const key of this.#partitions.keys()) if (!wanted.has(key)) this.#partitions.delete(key)
    for (const [key, { topic, partition }] of wanted) {
      if (this.#partitions.has(key)) continue
      this.#partitions.set(key, {
        topic,
        partition,
        position: undefined,
        positionEpoch: -1,
        resetTo: undefined,
        paused: false,
        preferredReplica: undefined,
        notBeforeMs: 0,
      })
    }
  }

  get assignment(): readonly TopicPartition[] {
    return Array.from(this.#partitions.values(), ({ topic, partition }) => ({ topic, partition }))
  }

  partitions(): Iterable<PartitionState> {
    return this.#partitions.values()
  }

  find(partition: TopicPartition): PartitionState | undefined {
    return this.#partitions.get(partitionKey(partition))
  }

  /** @throws KafkaError when the partition is not assigned */
  get(partition: TopicPartition): PartitionState {
    const state = this.find(partition)
    if (state !== undefined) return state
    throw KafkaError.client(
      'INVALID_ARGUMENT',
      `Partition ${partitionKey(partition)} is not assigned to this consumer.`,
    )
  }

  seek(partition: TopicPartition, offset: number): void {
    const state = this.get(partition)
    state.position = offset
    state.positionEpoch = -1
    state.resetTo = undefined
  }

  reset(partition: TopicPartition, resetTo: OffsetSpec): void {
    const state = this.get(partition)
    state.position = undefined
    state.positionEpoch = -1
    state.resetTo = resetTo
  }
}
