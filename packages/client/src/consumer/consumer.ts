import { listGroupOffsets, type CommittedOffset } from '../admin/group-offsets.ts'
import { listOffsets, type OffsetResult, type OffsetSpec } from '../admin/offsets.ts'
import { partitionKey, type TopicPartition } from '../cluster/cluster-metadata.ts'
import { KafkaClient, type KafkaClientOptions } from '../cluster/kafka-client.ts'
import { abortable, aborted, sleep, type Deadline } from '../deadline.ts'
import { KafkaError, valuesOf } from '../kafka-error.ts'
import { assignors } from './assignors.ts'
import type { ConsumerRecord } from './completed-fetch.ts'
import { Fetcher } from './fetcher.ts'
import { GroupMembership } from './group-membership.ts'
import { commitOffsets, type CommitIdentity, type OffsetToCommit } from './offset-committer.ts'
import type { ConsumerOptions, PollOptions, RebalanceListener } from './options.ts'
import { Positions } from './positions.ts'
import { Rebalancer } from './rebalancer.ts'
import { Signal } from './signal.ts'
import { SubscriptionState } from './subscription-state.ts'
import { TopicWatch } from './topic-watch.ts'

/**
 * Reads records: of partitions assigned by hand, or of topics divided among a group. Everything that concerns the
 * caller (records, rebalances, failures) happens inside `poll`; heartbeats and fetches go on between.
 */
export class Consumer implements AsyncDisposable, AsyncIterable<ConsumerRecord> {
  readonly client: KafkaClient
  readonly #options: ConsumerOptions
  readonly #ownsClient: boolean
  readonly #progress = new Signal()
  readonly #subscriptions = new SubscriptionState()
  readonly #fetcher: Fetcher
  readonly #positions: Positions
  readonly #topics: TopicWatch
  readonly #membership: GroupMembership | undefined
  readonly #rebalancer: Rebalancer | undefined
  #nextAutoCommitMs: number
  #polling = false
  #closed = false

  /** On a client of its own, or on one that is shared and stays open when this is closed. */
  constructor(client: KafkaClient | KafkaClientOptions, options: ConsumerOptions = {}) {
    this.#options = options
    this.#ownsClient = !(client instanceof KafkaClient)
    this.client = client instanceof KafkaClient ? client : new KafkaClient({ clientId: 'consumer', ...client })
    const { groupId, isolationLevel = 'read_uncommitted' } = options
    const onProgress = (): void => this.#progress.notify()
    const shared = { client: this.client, subscriptions: this.#subscriptions, isolationLevel, onProgress }
    this.#positions = new Positions({ ...shared, groupId, autoOffsetReset: options.autoOffsetReset ?? 'latest' })
    this.#topics = new TopicWatch({
      ...shared,
      allowAutoTopicCreation: options.allowAutoTopicCreation ?? true,
      includeInternalTopics: options.includeInternalTopics ?? false,
      onRefreshed: () => {
        this.#rebalancer?.onMetadata()
        onProgress()
      },
    })
    this.#fetcher = new Fetcher({
      ...shared,
      minBytes: options.fetchMinBytes ?? 1,
      maxWaitMs: options.fetchMaxWaitMs ?? 500,
      maxBytes: options.fetchMaxBytes ?? 50 * 1024 * 1024,
      maxPartitionBytes: options.maxPartitionFetchBytes ?? 1024 * 1024,
      checkCrcs: options.checkCrcs ?? true,
      rackId: options.rackId ?? '',
      onOutOfRange: (partition, offset) => this.#positions.onOutOfRange(partition, offset),
      onStale: () => this.#topics.markStale(),
    })
    if (groupId !== undefined) {
      this.#membership = this.#newMembership(groupId, onProgress)
      this.#rebalancer = new Rebalancer({
        membership: this.#membership,
        subscriptions: this.#subscriptions,
        topics: this.#topics,
        client: this.client,
        commit: () => this.#commitBeforeRebalance(),
        onProgress,
      })
    }
    this.#nextAutoCommitMs = this.client.clock.monotonicMs() + this.#autoCommitIntervalMs
  }

  /** Joins the group, at the next poll, for these topics or for all that match the pattern. */
  subscribe(topics: readonly string[] | RegExp, listener: RebalanceListener = {}): void {
    if (this.#rebalancer === undefined) {
      throw KafkaError.of('INVALID_GROUP_ID', 'To subscribe to topics, a groupId is needed.')
    }
    const subscription =
      topics instanceof RegExp
        ? ({ kind: 'pattern', pattern: new RegExp(topics.source, topics.flags.replace(/[gy]/g, '')) } as const)
        : ({ kind: 'topics', topics: Array.from(new Set(topics)) } as const)
    this.#subscriptions.subscribe(subscription)
    this.#topics.markStale()
    this.#rebalancer.subscribe(listener)
  }

  /** Reads exactly these partitions, without a group's help. */
  assign(partitions: readonly TopicPartition[]): void {
    this.#subscriptions.assign(partitions)
    this.#topics.markStale()
  }

  /** Leaves the group, or gives up what was assigned by hand. */
  async unsubscribe(): Promise<void> {
    if (this.#subscriptions.usesGroup) await this.#rebalancer!.leave('the consumer unsubscribed from all topics')
    this.#subscriptions.unsubscribe()
  }

  assignment(): readonly TopicPartition[] {
    return this.#subscriptions.assignment
  }

  /** Topics that are subscribed to; of a pattern, those found so far. */
  subscription(): readonly string[] {
    return this.#subscriptions.usesGroup ? this.#topics.topics : []
  }

  /**
   * Waits for records. Returns an empty list when time runs out, or what made it impossible to read as a rejection;
   * most failures pass, and reading can go on after them.
   */
  async poll({ timeoutMs = 1_000, signal }: PollOptions = {}): Promise<readonly ConsumerRecord[]> {
    this.#enter()
    try {
      const deadline = this.client.deadline(timeoutMs)
      if (this.#subscriptions.subscription.kind === 'none') {
        throw KafkaError.client(
          'INVALID_ARGUMENT',
          'The consumer is neither subscribed to topics nor assigned partitions.',
        )
      }
      for (;;) {
        if (signal?.aborted === true) throw aborted(signal)
        await this.#maintain(deadline, signal)
        this.#fetcher.sendFetches()
        const records = this.#fetcher.take(this.#options.maxPollRecords ?? 500)
        if (records.length > 0) {
          this.#fetcher.sendFetches() // The next ones travel while the caller is busy with these.
          return records
        }
        if (deadline.expired || this.#closed) return []
        await this.#awaitProgress(deadline, signal)
      }
    } finally {
      this.#polling = false
    }
  }

  /** Records one by one, until the loop is left; what it was not given is read again by the next poll. */
  async *stream({ signal }: { readonly signal?: AbortSignal } = {}): AsyncGenerator<ConsumerRecord, void, void> {
    while (!this.#closed && signal?.aborted !== true) {
      const records = await this.poll({ timeoutMs: 1_000, ...(signal && { signal }) }).catch((error: unknown) => {
        if (KafkaError.is(error, 'ABORTED')) return []
        throw error
      })
      let given = 0
      try {
        for (const record of records) {
          given++
          yield record
        }
      } finally {
        this.#giveBack(records.slice(given))
      }
    }
  }

  [Symbol.asyncIterator](): AsyncGenerator<ConsumerRecord, void, void> {
    return this.stream()
  }

  /** Reads on from this offset. */
  seek(partition: TopicPartition, offset: number): void {
    if (!(offset >= 0)) throw KafkaError.client('INVALID_ARGUMENT', 'seek offset must not be a negative number')
    this.#subscriptions.seek(partition, offset)
  }

  /** Reads on from the beginning, the end or a time; found at the next poll. */
  seekTo(partitions: readonly TopicPartition[], place: OffsetSpec): void {
    for (const partition of partitions) this.#subscriptions.reset(partition, place)
  }

  pause(partitions: readonly TopicPartition[]): void {
    for (const partition of partitions) this.#subscriptions.get(partition).paused = true
  }

  resume(partitions: readonly TopicPartition[]): void {
    for (const partition of partitions) this.#subscriptions.get(partition).paused = false
    this.#progress.notify()
  }

  paused(): readonly TopicPartition[] {
    return Array.from(this.#subscriptions.partitions())
      .filter(({ paused }) => paused)
      .map(({ topic, partition }) => ({ topic, partition }))
  }

  /** The offset of the next record to be returned; found when it is not known yet. */
  async position(partition: TopicPartition, { timeoutMs }: { readonly timeoutMs?: number } = {}): Promise<number> {
    const deadline = this.client.deadline(timeoutMs)
    const state = this.#subscriptions.get(partition)
    while (state.position === undefined) {
      if (deadline.expired)
        throw KafkaError.client('TIMEOUT', `The position of ${partitionKey(partition)} was not found.`)
      this.#positions.resolve()
      await this.#awaitProgress(deadline, undefined)
    }
    return state.position
  }

  /** Commits these offsets, or by default the positions of everything assigned. */
  async commit(offsets: readonly OffsetToCommit[] = this.#consumed()): Promise<void> {
    await commitOffsets(this.client, this.#identity(), offsets, this.client.deadline())
  }

  /** What the group has committed for these partitions, keyed by `topic-partition`. */
  committed(partitions: readonly TopicPartition[]): Promise<ReadonlyMap<string, CommittedOffset>> {
    return listGroupOffsets(this.client, this.#identity().groupId, { partitions, requireStable: true })
  }

  /** Where the beginning, the end or a time lies in these partitions, keyed by `topic-partition`. */
  async offsets(partitions: readonly TopicPartition[], place: OffsetSpec): Promise<ReadonlyMap<string, OffsetResult>> {
    const queries = partitions.map(({ topic, partition }) => ({ topic, partition, at: place }))
    const { isolationLevel = 'read_uncommitted' } = this.#options
    return valuesOf(await listOffsets(this.client, queries, { isolationLevel }))
  }

  /** Ends a poll that is waiting. */
  wakeup(): void {
    this.#progress.notify()
  }

  /** Commits when that is automatic, leaves the group, and closes the connections that are its own. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#progress.notify()
    try {
      if (this.#subscriptions.usesGroup) await this.#rebalancer!.leave('the consumer is being closed')
      else if (this.#subscriptions.subscription.kind === 'assigned') await this.#commitBeforeRebalance()
    } finally {
      this.#rebalancer?.close()
      this.#fetcher.close()
      if (this.#ownsClient) this.client.close()
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  get #autoCommitIntervalMs(): number {
    return this.#options.autoCommitIntervalMs ?? 5_000
  }

  get #autoCommits(): boolean {
    return this.#options.groupId !== undefined && (this.#options.autoCommit ?? true)
  }

  #newMembership(groupId: string, onChange: () => void): GroupMembership {
    const { assignors: names = ['range', 'cooperative-sticky'] } = this.#options
    return new GroupMembership({
      client: this.client,
      groupId,
      groupInstanceId: this.#options.groupInstanceId ?? null,
      rackId: this.#options.rackId ?? null,
      sessionTimeoutMs: this.#options.sessionTimeoutMs ?? 45_000,
      heartbeatIntervalMs: this.#options.heartbeatIntervalMs ?? 3_000,
      maxPollIntervalMs: this.#options.maxPollIntervalMs ?? 300_000,
      assignors: names.map((assignor) => (typeof assignor === 'string' ? assignors[assignor] : assignor)),
      subscribedTopics: () => this.#topics.topics,
      ownedPartitions: () => this.#subscriptions.assignment,
      partitionCounts: (topics) => this.#topics.partitionCounts(topics),
      onChange,
    })
  }

  #enter(): void {
    if (this.#closed) throw KafkaError.client('CLIENT_CLOSED', 'The consumer is closed.')
    if (this.#polling) throw KafkaError.client('INVALID_ARGUMENT', 'Another poll of this consumer is still waiting.')
    this.#polling = true
  }

  async #maintain(deadline: Deadline, signal: AbortSignal | undefined): Promise<void> {
    this.#commitWhenDue()
    const refreshed = this.#topics.refreshWhenDue()
    // Which topics match, and who leads what, has to be known once before anything can be asked for.
    if (this.client.metadata.brokers.size === 0 || this.#subscriptions.subscription.kind === 'pattern') {
      await this.#waitFor(refreshed, deadline.remainingMs, signal)
    }
    if (this.#subscriptions.usesGroup) await this.#rebalancer!.poll()
    this.#positions.resolve()
  }

  async #awaitProgress(deadline: Deadline, signal: AbortSignal | undefined): Promise<void> {
    const waitMs = Math.min(deadline.remainingMs, this.#fetcher.backoffMs, this.client.retryBackoff.delayMs(9))
    await this.#waitFor(this.#progress.wait(), waitMs, signal)
  }

  /** Until it happens, or so long, whichever is first. */
  async #waitFor(event: Promise<void>, timeoutMs: number, signal: AbortSignal | undefined): Promise<void> {
    const stop = new AbortController()
    const timeout = sleep(this.client.clock, Math.max(1, timeoutMs), stop.signal).catch(() => undefined)
    try {
      await abortable(Promise.race([event, timeout]), signal)
    } finally {
      stop.abort()
    }
  }

  #identity(): CommitIdentity {
    const { groupId, groupInstanceId = null } = this.#options
    if (groupId === undefined) throw KafkaError.of('INVALID_GROUP_ID', 'To commit offsets, a groupId is needed.')
    if (this.#subscriptions.usesGroup) return this.#membership!.identity
    return { groupId, groupInstanceId, memberId: '', generationId: -1 }
  }

  #consumed(): readonly OffsetToCommit[] {
    return Array.from(this.#subscriptions.partitions()).flatMap(({ topic, partition, position, positionEpoch }) =>
      position === undefined ? [] : [{ topic, partition, offset: position, leaderEpoch: positionEpoch }],
    )
  }

  /** Everything returned by earlier polls counts as consumed. */
  #commitWhenDue(): void {
    const nowMs = this.client.clock.monotonicMs()
    if (!this.#autoCommits || nowMs < this.#nextAutoCommitMs) return
    this.#nextAutoCommitMs = nowMs + this.#autoCommitIntervalMs
    this.commit().catch((error: unknown) => this.#warnCommit(error))
  }

  async #commitBeforeRebalance(): Promise<void> {
    if (!this.#autoCommits) return
    this.#nextAutoCommitMs = this.client.clock.monotonicMs() + this.#autoCommitIntervalMs
    try {
      await this.commit()
    } catch (error) {
      this.#warnCommit(error)
    }
  }

  #warnCommit(error: unknown): void {
    this.client.logger.warn(
      `Automatic commit of offsets failed: ${error instanceof Error ? error.message : String(error)}`,
    )
  }

  #giveBack(records: readonly ConsumerRecord[]): void {
    const first = new Map<string, ConsumerRecord>()
    for (const record of records) if (!first.has(partitionKey(record))) first.set(partitionKey(record), record)
    for (const record of first.values()) {
      const state = this.#subscriptions.find(record)
      if (state !== undefined) this.#subscriptions.seek(state, record.offset)
    }
  }
}
