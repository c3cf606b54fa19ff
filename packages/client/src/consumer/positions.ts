import { listGroupOffsets } from '../admin/group-offsets.ts'
import { listOffsets, type IsolationLevel, type OffsetSpec } from '../admin/offsets.ts'
import { partitionKey, type TopicPartition } from '../cluster/cluster-metadata.ts'
import type { KafkaClient } from '../cluster/kafka-client.ts'
import { KafkaError } from '../kafka-error.ts'
import type { AutoOffsetReset } from './options.ts'
import type { PartitionState, SubscriptionState } from './subscription-state.ts'

/** Finds where to begin: at what the group committed, otherwise where the reset policy says. */
export class Positions {
  readonly #client: KafkaClient
  readonly #subscriptions: SubscriptionState
  readonly #groupId: string | undefined
  readonly #autoOffsetReset: AutoOffsetReset
  readonly #isolationLevel: IsolationLevel
  readonly #onProgress: () => void
  #resolving = false
  #failure: KafkaError | undefined

  constructor(options: {
    readonly client: KafkaClient
    readonly subscriptions: SubscriptionState
    readonly groupId: string | undefined
    readonly autoOffsetReset: AutoOffsetReset
    readonly isolationLevel: IsolationLevel
    readonly onProgress: () => void
  }) {
    this.#client = options.client
    this.#subscriptions = options.subscriptions
    this.#groupId = options.groupId
    this.#autoOffsetReset = options.autoOffsetReset
    this.#isolationLevel = options.isolationLevel
    this.#onProgress = options.onProgress
  }

  /** Starts looking for missing positions, unless it is being done; throws what the last search failed with. */
  resolve(): void {
    if (this.#failure !== undefined) {
      const failure = this.#failure
      this.#failure = undefined
      throw failure
    }
    if (this.#resolving) return
    const nowMs = this.#client.clock.monotonicMs()
    const missing = Array.from(this.#subscriptions.partitions()).filter(
      ({ position, notBeforeMs }) => position === undefined && notBeforeMs <= nowMs,
    )
    if (missing.length === 0) return
    this.#resolving = true
    this.#search(missing)
      .catch((error: unknown) => {
        if (!(error instanceof KafkaError)) {
          this.#failure = KafkaError.client('MALFORMED_RESPONSE', String(error), { cause: error })
        } else if (error.retriable) this.#delay(missing)
        else this.#failure = error
      })
      .finally(() => {
        this.#resolving = false
        this.#onProgress()
      })
  }

  /** What was there is gone, or what is asked for is not there yet. */
  onOutOfRange(partition: TopicPartition, offset: number): void {
    const state = this.#subscriptions.find(partition)
    if (state?.position !== offset) return
    if (this.#autoOffsetReset === 'none') {
      this.#failure ??= KafkaError.of(
        'OFFSET_OUT_OF_RANGE',
        `Offset ${offset} of ${partitionKey(partition)} is out of range, and no reset policy is set.`,
      )
    } else {
      this.#client.logger.info(`Offset ${offset} of ${partitionKey(partition)} is out of range, resetting.`)
      this.#subscriptions.reset(partition, this.#policy())
    }
  }

  async #search(missing: readonly PartitionState[]): Promise<void> {
    await this.#fromCommits(missing.filter(({ resetTo }) => resetTo === undefined))
    await this.#fromLogs(missing.filter((state) => this.#isMissing(state) && state.resetTo !== undefined))
  }

  async #fromCommits(states: readonly PartitionState[]): Promise<void> {
    if (states.length === 0) return
    const committed =
      this.#groupId === undefined
        ? new Map<string, { readonly offset: number; readonly leaderEpoch: number }>()
        : await listGroupOffsets(this.#client, this.#groupId, { partitions: states, requireStable: true })
    for (const state of states) {
      if (!this.#isMissing(state) || state.resetTo !== undefined) continue
      const found = committed.get(partitionKey(state))
      if (found !== undefined) {
        state.position = found.offset
        state.positionEpoch = found.leaderEpoch
      } else if (this.#autoOffsetReset !== 'none') state.resetTo = this.#policy()
      else {
        throw KafkaError.client(
          'NO_OFFSET_FOR_PARTITION',
          `Undefined offset with no reset policy for partitions: [${partitionKey(state)}]`,
        )
      }
    }
  }

  async #fromLogs(states: readonly PartitionState[]): Promise<void> {
    if (states.length === 0) return
    const queries = states.map(({ topic, partition, resetTo }) => ({ topic, partition, at: resetTo! }))
    // One attempt; what fails is asked again later, and holds up nobody.
    const once = { timeoutMs: 0, isolationLevel: this.#isolationLevel }
    const found = await listOffsets(this.#client, queries, once)
    for (const state of states) {
      const outcome = found.get(partitionKey(state))
      if (!this.#isMissing(state) || outcome === undefined) continue
      if (!outcome.ok) {
        if (!outcome.error.retriable) throw outcome.error
        this.#delay([state])
      } else if (outcome.value.offset < 0) {
        state.resetTo = 'latest' // No record is that young.
      } else {
        state.position = outcome.value.offset
        state.resetTo = undefined
      }
    }
  }

  #isMissing(state: PartitionState): boolean {
    return state.position === undefined && this.#subscriptions.find(state) === state
  }

  #delay(states: readonly PartitionState[]): void {
    const untilMs = this.#client.clock.monotonicMs() + this.#client.retryBackoff.delayMs(0)
    for (const state of states) state.notBeforeMs = untilMs
  }

  #policy(): OffsetSpec {
    const policy = this.#autoOffsetReset
    return typeof policy === 'object'
      ? this.#client.clock.nowMs() - policy.durationMs
      : policy === 'none'
        ? 'latest'
        : policy
  }
}
