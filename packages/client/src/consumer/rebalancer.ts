import { partitionKey, type TopicPartition } from '../cluster/cluster-metadata.ts'
import type { KafkaClient } from '../cluster/kafka-client.ts'
import { KafkaError } from '../kafka-error.ts'
import type { GroupMembership } from './group-membership.ts'
import type { RebalanceListener } from './options.ts'
import type { SubscriptionState } from './subscription-state.ts'
import type { TopicWatch } from './topic-watch.ts'

type JoinResult =
  | { readonly ok: true; readonly partitions: readonly TopicPartition[] }
  | { readonly ok: false; readonly error: unknown }

/**
 * Turns what happens in the group into what the caller has: called from poll, it prepares for a rebalance, lets the
 * join run on its own, and hands over its result in a later poll.
 *
 * Eager: everything is given up before joining, so that nobody else gets what we still hold. Cooperative: everything
 * is kept; what the new assignment lacks is given up after it, and a second rebalance hands it on.
 */
export class Rebalancer {
  readonly #membership: GroupMembership
  readonly #subscriptions: SubscriptionState
  readonly #topics: TopicWatch
  readonly #client: KafkaClient
  readonly #commit: () => Promise<void>
  readonly #onProgress: () => void
  #listener: RebalanceListener = {}
  #joining = false
  #joined: JoinResult | undefined
  #joinedTopics = ''

  constructor(options: {
    readonly membership: GroupMembership
    readonly subscriptions: SubscriptionState
    readonly topics: TopicWatch
    readonly client: KafkaClient
    /** Commits what is consumed, when that is automatic. */
    readonly commit: () => Promise<void>
    readonly onProgress: () => void
  }) {
    this.#membership = options.membership
    this.#subscriptions = options.subscriptions
    this.#topics = options.topics
    this.#client = options.client
    this.#commit = options.commit
    this.#onProgress = options.onProgress
  }

  subscribe(listener: RebalanceListener): void {
    this.#listener = listener
    this.#membership.requestRejoin()
  }

  async poll(): Promise<void> {
    this.#membership.onPoll()
    if (this.#membership.takeLost()) await this.#lose()
    await this.#takeOver()
    if (this.#membership.needsJoin && !this.#joining) await this.#startJoin()
  }

  /** As leader: when topics have other partition counts than were divided. As anyone: when a pattern finds others. */
  onMetadata(): void {
    const divided = this.#membership.leadsTopics
    const changed = Array.from(divided ?? []).some(
      ([topic, count]) => (this.#client.metadata.topic(topic)?.partitions.length ?? 0) !== count,
    )
    const isPattern = this.#subscriptions.subscription.kind === 'pattern'
    if (changed || (isPattern && this.#joinedTopics !== this.#topicsKey())) this.#membership.requestRejoin()
  }

  /** Gives up everything and says good-bye. */
  async leave(reason: string): Promise<void> {
    const owned = this.#subscriptions.assignment
    if (owned.length > 0) {
      await this.#commit()
      await this.#listener.onPartitionsRevoked?.(owned)
      this.#subscriptions.setAssignment([])
    }
    await this.#membership.leave(reason).catch((error: unknown) => {
      // The coordinator will notice by itself, when the session ends.
      this.#client.logger.warn(`Leaving the group failed: ${error instanceof Error ? error.message : String(error)}`)
    })
  }

  close(): void {
    this.#membership.close()
  }

  async #startJoin(): Promise<void> {
    const owned = this.#subscriptions.assignment
    if (owned.length > 0) {
      await this.#commit()
      if (!this.#membership.cooperative) {
        await this.#listener.onPartitionsRevoked?.(owned)
        this.#subscriptions.setAssignment([])
      }
    }
    this.#joinedTopics = this.#topicsKey()
    this.#joining = true
    this.#membership
      .join()
      .then(
        (partitions) => (this.#joined = { ok: true, partitions }),
        (error: unknown) => (this.#joined = { ok: false, error }),
      )
      .finally(() => {
        this.#joining = false
        this.#onProgress()
      })
  }

  async #takeOver(): Promise<void> {
    const joined = this.#joined
    if (joined === undefined) return
    this.#joined = undefined
    if (!joined.ok) {
      if (KafkaError.is(joined.error, 'ABORTED')) return
      throw joined.error
    }
    const wanted = new Set(joined.partitions.map((partition) => partitionKey(partition)))
    const owned = new Set(this.#subscriptions.assignment.map((partition) => partitionKey(partition)))
    const revoked = this.#subscriptions.assignment.filter((partition) => !wanted.has(partitionKey(partition)))
    const added = joined.partitions.filter((partition) => !owned.has(partitionKey(partition)))
    if (revoked.length > 0) {
      await this.#commit()
      await this.#listener.onPartitionsRevoked?.(revoked)
      this.#membership.requestRejoin()
    }
    this.#subscriptions.setAssignment(joined.partitions)
    this.#topics.markStale()
    await this.#listener.onPartitionsAssigned?.(added)
  }

  async #lose(): Promise<void> {
    const owned = this.#subscriptions.assignment
    if (owned.length === 0) return
    this.#subscriptions.setAssignment([])
    if (this.#listener.onPartitionsLost !== undefined) await this.#listener.onPartitionsLost(owned)
    else await this.#listener.onPartitionsRevoked?.(owned)
  }

  #topicsKey(): string {
    return Array.from(this.#topics.topics).sort().join(',')
  }
}
