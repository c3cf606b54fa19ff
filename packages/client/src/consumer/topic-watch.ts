import type { KafkaClient } from '../cluster/kafka-client.ts'
import type { SubscriptionState } from './subscription-state.ts'

/** Keeps the metadata of what is read fresh, and says when something about it has changed. */
export class TopicWatch {
  readonly #client: KafkaClient
  readonly #subscriptions: SubscriptionState
  readonly #allowAutoTopicCreation: boolean
  readonly #includeInternalTopics: boolean
  readonly #onRefreshed: () => void
  #refreshing: Promise<void> | undefined
  #refreshedAtMs = Number.NEGATIVE_INFINITY
  #notBeforeMs = 0
  #stale = true

  constructor(options: {
    readonly client: KafkaClient
    readonly subscriptions: SubscriptionState
    readonly allowAutoTopicCreation: boolean
    readonly includeInternalTopics: boolean
    readonly onRefreshed: () => void
  }) {
    this.#client = options.client
    this.#subscriptions = options.subscriptions
    this.#allowAutoTopicCreation = options.allowAutoTopicCreation
    this.#includeInternalTopics = options.includeInternalTopics
    this.#onRefreshed = options.onRefreshed
  }

  /** What is subscribed to; of a pattern, the topics that match it as far as known. */
  get topics(): readonly string[] {
    const { subscription } = this.#subscriptions
    switch (subscription.kind) {
      case 'none':
        return []
      case 'assigned':
        return Array.from(new Set(this.#subscriptions.assignment.map(({ topic }) => topic)))
      case 'topics':
        return subscription.topics
      case 'pattern':
        return Array.from(this.#client.metadata.topics())
          .filter(({ errorCode, isInternal }) => errorCode === 0 && (this.#includeInternalTopics || !isInternal))
          .map(({ name }) => name)
          .filter((name) => subscription.pattern.test(name))
    }
  }

  /** What is known is out of date. */
  markStale(): void {
    this.#stale = true
  }

  /** Starts a refresh when one is due; resolves at once when none is. */
  refreshWhenDue(): Promise<void> {
    if (this.#refreshing !== undefined) return this.#refreshing
    const nowMs = this.#client.clock.monotonicMs()
    const due = this.#stale || nowMs - this.#refreshedAtMs > this.#client.metadataMaxAgeMs
    if (!due || nowMs < this.#notBeforeMs || this.#subscriptions.subscription.kind === 'none') return Promise.resolve()
    this.#stale = false
    this.#refreshing = this.#refresh().finally(() => {
      this.#refreshing = undefined
      this.#notBeforeMs = this.#client.clock.monotonicMs() + this.#client.retryBackoff.delayMs(0)
    })
    return this.#refreshing
  }

  /** How many partitions these topics have, without those that are unknown. */
  async partitionCounts(topics: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const unknown = topics.filter((topic) => this.#client.metadata.topic(topic)?.errorCode !== 0)
    if (unknown.length > 0) {
      await this.#client.refreshMetadata({ topics: unknown, allowAutoTopicCreation: this.#allowAutoTopicCreation })
    }
    return new Map(
      topics.flatMap((topic) => {
        const known = this.#client.metadata.topic(topic)
        return known === undefined || known.errorCode !== 0 ? [] : [[topic, known.partitions.length]]
      }),
    )
  }

  async #refresh(): Promise<void> {
    const { subscription } = this.#subscriptions
    try {
      await this.#client.refreshMetadata({
        topics: subscription.kind === 'pattern' ? 'all' : this.topics,
        allowAutoTopicCreation: this.#allowAutoTopicCreation,
      })
      this.#refreshedAtMs = this.#client.clock.monotonicMs()
      for (const topic of this.topics) {
        const known = this.#client.metadata.topic(topic)
        const missing =
          known === undefined || known.errorCode !== 0 || known.partitions.some(({ leaderId }) => leaderId < 0)
        if (missing) this.#stale = true
      }
    } catch {
      this.#stale = true // Tried again; connection failures are logged where they happen.
    }
    this.#onRefreshed()
  }
}
