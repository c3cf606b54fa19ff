/**
 * One partition as this broker holds it: what the metadata says of it, its log, and who waits for it.
 *
 * The log is opened when it is first written to: ten thousand empty partitions cost ten thousand small objects and no
 * file. Until then the partition reads as an empty log.
 */
import { Errors } from '@milena/protocol/messages'
import type { KafkaError } from '@milena/protocol/messages'
import type { PartitionImage } from '@milena/metadata'
import { ApiError } from '../request/api-error.ts'
import type { AppendOptions, AppendResult, TopicPartition, UnifiedLog } from '@milena/storage'

/** Somebody who waits for a partition: a delayed fetch. */
export interface PartitionWaiter {
  /** `bytes` more have been committed, and `stableBytes` have become stable: no open transaction hides them. */
  onCommitted(bytes: number, stableBytes: number): void
  /** Its leader, its existence or its log's health changed: whatever was waited for, look again. */
  onChanged(): void
}

export interface PartitionOptions {
  readonly topicPartition: TopicPartition
  readonly topicId: string
  readonly image: PartitionImage
  readonly nodeId: number
  /** The log, if this broker has one already. */
  readonly log: UnifiedLog | undefined
  /** Asked as long as there is no log: there is one, or may be, that cannot be read, and none is made in its place. */
  readonly isOffline?: () => boolean
  /** Makes the log. */
  createLog(): Promise<UnifiedLog>
  /** Resolves when the log is not on its way to another folder, or not any more. */
  whenMoved(): Promise<void>
}

export class Partition {
  readonly topicPartition: TopicPartition
  readonly topicId: string
  readonly #nodeId: number
  readonly #createLog: () => Promise<UnifiedLog>
  readonly #whenMoved: () => Promise<void>
  /** Made for the first one: most of ten thousand partitions never have any. */
  #waiters: Set<PartitionWaiter> | undefined
  #image: PartitionImage
  #log: UnifiedLog | undefined
  #opening: Promise<UnifiedLog> | undefined
  #isRemoved = false
  readonly #isOffline: () => boolean
  /** Bytes appended since the log was opened, and how many of them are committed. */
  #appendedBytes = 0
  #committedBytes = 0
  /** How many of them were committed when the last stable offset moved, and where that is. */
  #stableBytes = 0
  #stableOffset = 0

  constructor(options: PartitionOptions) {
    this.topicPartition = options.topicPartition
    this.topicId = options.topicId
    this.#nodeId = options.nodeId
    this.#createLog = () => options.createLog()
    this.#whenMoved = () => options.whenMoved()
    this.#image = options.image
    this.#isOffline = options.isOffline ?? (() => false)
    if (options.log !== undefined) this.#attach(options.log)
  }

  /** As the metadata has it. */
  get image(): PartitionImage {
    return this.#image
  }

  get leaderEpoch(): number {
    return this.#image.leaderEpoch
  }

  get isLeader(): boolean {
    return !this.#isRemoved && !this.isOffline && this.#image.leader === this.#nodeId
  }

  /** Its folder failed, or its log is damaged or could not be opened: nothing can be read or written. */
  get isOffline(): boolean {
    return this.#log?.isOffline ?? this.#isOffline()
  }

  get isRemoved(): boolean {
    return this.#isRemoved
  }

  /** Undefined until something was written. */
  get log(): UnifiedLog | undefined {
    return this.#log
  }

  get logStartOffset(): number {
    return this.#log?.logStartOffset ?? 0
  }

  get logEndOffset(): number {
    return this.#log?.logEndOffset ?? 0
  }

  get highWatermark(): number {
    return this.#log?.highWatermark ?? 0
  }

  get lastStableOffset(): number {
    return this.#log?.lastStableOffset ?? 0
  }

  /**
   * Opens the log for writing. One that moves to another folder is closed at the end of it, until another takes its
   * place, and is waited for: as in Kafka, no producer has to try again. Rejects with a storage error when the disk
   * refuses.
   */
  openLog(): Promise<UnifiedLog> {
    const log = this.#log
    if (log?.isClosed === true) return this.#whenMoved().then(() => this.#log ?? log)
    if (log !== undefined) return Promise.resolve(log)
    if (this.#isOffline()) return Promise.reject(new ApiError(Errors.KAFKA_STORAGE_ERROR))
    this.#opening ??= this.#createLog()
      .then((log) => this.#attach(log))
      .finally(() => {
        this.#opening = undefined
      })
    return this.#opening
  }

  /**
   * Why a request with this leader epoch is not for this broker; undefined when it is. An epoch of -1 is not compared
   * (KIP-320).
   */
  leadershipError(currentLeaderEpoch = -1): KafkaError | undefined {
    if (this.#isRemoved) return Errors.UNKNOWN_TOPIC_OR_PARTITION
    if (this.isOffline) return Errors.KAFKA_STORAGE_ERROR
    if (currentLeaderEpoch !== -1) {
      if (currentLeaderEpoch < this.leaderEpoch) return Errors.FENCED_LEADER_EPOCH
      if (currentLeaderEpoch > this.leaderEpoch) return Errors.UNKNOWN_LEADER_EPOCH
    }
    return this.isLeader ? undefined : Errors.NOT_LEADER_OR_FOLLOWER
  }

  /** True when `acks=all` cannot be kept: a topic never needs more in-sync replicas than it has replicas. */
  hasTooFewInSync(): boolean {
    const { isr, replicas } = this.#image
    return isr.length < Math.min(this.#log?.config.minInsyncReplicas ?? 1, replicas.length)
  }

  /** Appends to the open log, in the order of the calls. */
  append(bytes: Uint8Array, options: Omit<AppendOptions, 'leaderEpoch'>): AppendResult {
    if (this.#log === undefined) throw new Error(`the log of ${this.topicPartition.topic} is not open`)
    const result = this.#log.appendAsLeader(bytes, { ...options, leaderEpoch: this.leaderEpoch })
    if (result.ok) this.#appendedBytes += result.sizeInBytes
    return result
  }

  /** Where a leader epoch ended (KIP-101); -1 twice when nothing is known of it. */
  endOffsetForEpoch(leaderEpoch: number): { readonly leaderEpoch: number; readonly endOffset: number } {
    // The present epoch has begun even if nothing was written in it yet.
    if (leaderEpoch === this.leaderEpoch) return { leaderEpoch, endOffset: this.logEndOffset }
    const unknown = { leaderEpoch: -1, endOffset: -1 }
    const known = this.#log?.endOffsetForEpoch(leaderEpoch) ?? unknown
    if (known.leaderEpoch !== -1 || leaderEpoch === -1 || leaderEpoch > this.leaderEpoch) return known
    // Earlier ones have ended where it begins, which is where the log ends as long as it has written nothing.
    return { leaderEpoch: this.#log?.latestEpoch ?? leaderEpoch, endOffset: this.logEndOffset }
  }

  /** Its log lies in another folder now; the one before is closed. */
  replaceLog(log: UnifiedLog): void {
    this.#attach(log)
    this.#notifyChanged()
  }

  /** The metadata says something new of it. */
  update(image: PartitionImage): void {
    const before = this.#image
    this.#image = image
    if (before.leader !== image.leader || before.leaderEpoch !== image.leaderEpoch) this.#notifyChanged()
  }

  /** The topic is deleted. */
  remove(): void {
    this.#isRemoved = true
    this.#notifyChanged()
  }

  watch(waiter: PartitionWaiter): void {
    this.#waiters ??= new Set()
    this.#waiters.add(waiter)
  }

  unwatch(waiter: PartitionWaiter): void {
    this.#waiters?.delete(waiter)
  }

  #attach(log: UnifiedLog): UnifiedLog {
    this.#log = log
    // What is in the file is committed: the only replica that is in sync is this one.
    log.updateHighWatermark(log.writtenOffset)
    this.#stableOffset = log.lastStableOffset
    log.listen({
      onWritten: () => this.#commitWritten(log),
      onLogStartOffset: () => this.#notifyChanged(),
      onFailure: () => this.#notifyChanged(),
    })
    return log
  }

  /** What was written becomes visible, and wakes who waits. */
  #commitWritten(log: UnifiedLog): void {
    log.updateHighWatermark(log.writtenOffset)
    const committed = this.#appendedBytes - log.pendingBytes
    const bytes = committed - this.#committedBytes
    this.#committedBytes = committed
    // Behind an open transaction bytes gather, and become stable together when it ends.
    let stableBytes = 0
    const { lastStableOffset } = log
    if (lastStableOffset !== this.#stableOffset) {
      stableBytes = committed - this.#stableBytes
      this.#stableBytes = committed
      this.#stableOffset = lastStableOffset
    }
    if (this.#waiters === undefined) return
    for (const waiter of this.#waiters) waiter.onCommitted(bytes, stableBytes)
  }

  #notifyChanged(): void {
    if (this.#waiters === undefined) return
    for (const waiter of this.#waiters) waiter.onChanged()
  }
}
