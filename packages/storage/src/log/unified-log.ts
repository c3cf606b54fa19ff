import type { ValidBatch } from '@milena/records'
import type { AbortedTransaction } from '../segment/aborted-transaction.ts'
import type { AppendOptions, AppendResult } from './append-result.ts'
import { refused } from './append-result.ts'
import { validateAppend } from './append-validation.ts'
import type { FetchData } from './batch-collector.ts'
import { LogCompaction } from '../cleaner/log-compaction.ts'
import { FlushTimer } from './flush-timer.ts'
import type { EpochEndOffset, LeaderEpochCache } from './leader-epoch-cache.ts'
import type { LoadedLog } from '../recovery/loaded-log.ts'
import { LocalLog } from './local-log.ts'
import type { LogConfig } from '../log-config.ts'
import type { LogContext, LogGate } from '../log-context.ts'
import { LogHousekeeping } from './log-housekeeping.ts'
import type { LogListener } from './log-listener.ts'
import { LogOffsets } from './log-offsets.ts'
import type { LogParts } from './log-parts.ts'
import { LogProducers } from '../producers/log-producers.ts'
import type { TransactionStart } from '../producers/log-producers.ts'
import type { LogState } from '../manager/log-state.ts'
import { logStateOf } from '../manager/log-state.ts'
import { truncateLog, truncateLogFully } from './log-truncation.ts'
import type { LogSegment } from '../segment/log-segment.ts'
import type { TimestampAndOffset } from './offset-lookup.ts'
import { lookUpOffset } from './offset-lookup.ts'
import { deleteOldSegments } from './segment-deletion.ts'
import type { ProducerBatch, ProducerStateEntry } from '../producers/producer-state-entry.ts'
import { StorageError, storageFailure } from '../storage-error.ts'
import type { TopicPartition } from '../topic-partition.ts'
import { topicPartitionName } from '../topic-partition.ts'
import type { VerificationGuard } from '../producers/transaction-verification.ts'

export interface ReadOptions {
  readonly maxBytes: number
  /** Exclusive: the high watermark, the last stable offset or the log end, as the reader may see. */
  readonly maxOffset: number
  /** The first batch is given whole even when it alone is larger than `maxBytes`. */
  readonly minOneMessage: boolean
}

/**
 * The log of one partition (Kafka's UnifiedLog).
 *
 *     logStartOffset ≤ lastStableOffset ≤ highWatermark ≤ writtenOffset ≤ logEndOffset
 *
 * Records before `logStartOffset` are deleted; those before `highWatermark` are committed; those before
 * `writtenOffset` are in the file and can be read; `logEndOffset` is the next offset to be given, and what lies
 * between the last two is on its way to the file. What lies before `recoveryPoint` survives a loss of power in the
 * log's own files.
 */
export class UnifiedLog {
  readonly topicPartition: TopicPartition
  readonly directory: string
  readonly compaction: LogCompaction
  readonly #context: LogContext
  readonly #local: LocalLog
  readonly #epochs: LeaderEpochCache
  readonly #producers: LogProducers
  readonly #offsets: LogOffsets
  readonly #housekeeping: LogHousekeeping
  readonly #parts: LogParts
  readonly #configRef: { current: LogConfig }
  readonly #flushTimer: FlushTimer
  readonly #gate: LogGate | undefined
  #topicId: string
  #isOffline = false
  #failure: StorageError | undefined
  #closed = false

  constructor(loaded: LoadedLog, context: LogContext) {
    this.topicPartition = loaded.topicPartition
    this.#topicId = loaded.topicId
    this.directory = loaded.directory
    this.#context = context
    this.#configRef = loaded.configRef
    this.#gate = loaded.gate
    this.#epochs = loaded.epochs
    const onFailure = (cause: unknown): Error => this.#fail(cause)
    this.#housekeeping = new LogHousekeeping({ ...loaded, context, onFailure })
    this.#local = new LocalLog({
      ...loaded,
      topicId: () => this.#topicId,
      endOffset: loaded.logEndOffset,
      config: () => loaded.configRef.current,
      context,
      onRoll: (rolled, baseOffset, written) => this.#onRoll(rolled, baseOffset, written),
      onWritten: () => this.#onWritten(),
      onFailure,
      // What did not reach the file was never there.
      onUnwritten: () => {
        this.#offsets.logEndOffset = this.writtenOffset
      },
    })
    this.#producers = new LogProducers({ ...loaded, context, name: this.#name, local: this.#local })
    this.#offsets = new LogOffsets({ ...loaded, log: this, producers: this.#producers })
    this.#flushTimer = new FlushTimer({ clock: context.clock, log: this.#local })
    this.#parts = {
      name: this.#name,
      context,
      configRef: loaded.configRef,
      local: this.#local,
      housekeeping: this.#housekeeping,
      epochs: loaded.epochs,
      producers: this.#producers,
      offsets: this.#offsets,
    }
    this.compaction = new LogCompaction(this.#parts, this.directory)
  }

  get topicId(): string {
    return this.#topicId
  }

  /** For a log that was written before it had one. */
  assignTopicId(topicId: string): void {
    this.#topicId = topicId
  }

  get config(): LogConfig {
    return this.#configRef.current
  }

  get logStartOffset(): number {
    return this.#offsets.logStartOffset
  }

  /** The names of the files do not tell the log start offset: a checkpoint has to. */
  get startsInsideSegment(): boolean {
    return this.#offsets.logStartOffset > this.#local.segments.first.baseOffset
  }

  /** The offset that the next record gets. */
  get logEndOffset(): number {
    return this.#offsets.logEndOffset
  }

  /** The offset behind the last record that is in the file. */
  get writtenOffset(): number {
    return this.#local.writtenOffset
  }

  get highWatermark(): number {
    return this.#offsets.highWatermark
  }

  /** Where readers of what is committed stop: before the first record of a transaction whose end is not committed. */
  get lastStableOffset(): number {
    return this.#offsets.lastStableOffset
  }

  /** What lies before was answered for: it survives a loss of power, where it stands or in a commit file. */
  get flushedOffset(): number {
    return this.#local.flushedOffset
  }

  get recoveryPoint(): number {
    return this.#local.recoveryPoint
  }

  get sizeInBytes(): number {
    return this.#local.segments.sizeInBytes
  }

  /** Bytes that were appended and wait for the disk. */
  get pendingBytes(): number {
    return this.#local.pendingBytes
  }

  get numberOfSegments(): number {
    return this.#local.segments.size
  }

  /** The epoch of the last record; undefined in a log that never had one. */
  get latestEpoch(): number | undefined {
    return this.#epochs.latestEpoch
  }

  /** For good, or because another takes its place in a moment. */
  get isClosed(): boolean {
    return this.#closed
  }

  /** Its folder cannot be read any more: neither can it. */
  get isOffline(): boolean {
    return this.#isOffline
  }

  /** Why the log takes no more appends, if the disk refused something. */
  get failure(): StorageError | undefined {
    return this.#failure
  }

  get #name(): string {
    return topicPartitionName(this.topicPartition)
  }

  /** The producers that the log remembers, by id. */
  activeProducers(): readonly ProducerStateEntry[] {
    return this.#producers.active
  }

  /** Forgets producers that have been idle for `producer.id.expiration.ms`. */
  removeExpiredProducers(): void {
    this.#producers.removeExpired()
  }

  /** See {@link LogProducers.startVerification}. */
  startVerification(start: TransactionStart): VerificationGuard | 'INVALID_PRODUCER_EPOCH' | undefined {
    return this.#producers.startVerification(start)
  }

  /** What readers of committed records from `startOffset` to before `nextOffset` must pass over. */
  abortedTransactions(startOffset: number, nextOffset: number): Promise<readonly AbortedTransaction[]> {
    return this.#producers.abortedTransactions(startOffset, nextOffset, this.#offsets.logEndOffset)
  }

  /** Calls back until the returned function is called. */
  listen(listener: LogListener): () => void {
    return this.#offsets.listen(listener)
  }

  updateConfig(config: LogConfig): void {
    this.#configRef.current = config
    this.#flushTimer.schedule(config.flushMs)
  }

  /**
   * Validates a batch, gives it the next offsets and queues it for the next write. Offsets follow the order of the
   * calls. The bytes belong to the log from here on: they are patched, written, and kept in the tail cache.
   */
  appendAsLeader(bytes: Uint8Array, options: AppendOptions): AppendResult {
    const refusal = this.#failure ?? this.#gate?.refusal
    if (refusal !== undefined) return refused('KAFKA_STORAGE_ERROR', refusal.message)
    if (this.#closed) return refused('NOT_LEADER_OR_FOLLOWER', this.#closedError().message)
    const nowMs = options.nowMs ?? this.#context.clock.nowMs()
    const nextOffset = this.#offsets.logEndOffset
    const batch = validateAppend(bytes, { ...options, nowMs, nextOffset, config: this.config })
    if (!batch.ok) return batch
    const { byteLength } = batch.bytes
    if (byteLength > this.config.segmentBytes) {
      const message = `a batch of ${byteLength} bytes does not fit into a segment of ${this.config.segmentBytes}`
      return refused('RECORD_LIST_TOO_LARGE', message)
    }
    if (batch.producerId < 0) return this.#append(batch, options.leaderEpoch, nowMs)
    const described = this.#producers.describe(batch)
    const answer = this.#producers.check(described, options, this.#offsets.logStartOffset)
    return answer ?? this.#append(batch, options.leaderEpoch, nowMs, described)
  }

  #append(batch: ValidBatch, leaderEpoch: number, nowMs: number, described?: ProducerBatch): AppendResult {
    const { bytes, firstOffset, lastOffset, maxTimestamp } = batch
    let written = this.#local.append({ bytes, firstOffset, lastOffset, maxTimestamp, nowMs })
    this.#epochs.assign(leaderEpoch, firstOffset)
    if (described !== undefined) this.#producers.note(described)
    this.#offsets.logEndOffset = lastOffset + 1
    this.#producers.updateMapEndOffset(this.#offsets.logEndOffset)
    // flush.messages: with so many records not on disk, an append is done only when they are.
    const mustFlush = this.#offsets.logEndOffset - this.#local.flushedOffset >= this.config.flushMessages
    if (mustFlush) written = this.#local.flushed(this.#offsets.logEndOffset)
    // Whoever waits hears of a failure; with acks=0 nobody does.
    written.catch(() => undefined)
    return {
      ok: true,
      firstOffset,
      lastOffset,
      maxTimestamp,
      logAppendTime: batch.logAppendTimeMs,
      logStartOffset: this.#offsets.logStartOffset,
      duplicate: false,
      sizeInBytes: bytes.byteLength,
      written,
    }
  }

  #onRoll(rolled: LogSegment, baseOffset: number, written: Promise<void>): void {
    this.#context.logger.info('Rolled new log segment', { partition: this.#name, baseOffset })
    this.#housekeeping.finishRolled(rolled, written, { offset: baseOffset, content: this.#producers.encode() })
  }

  #onWritten(): void {
    this.#flushTimer.schedule(this.config.flushMs)
    this.#offsets.notify((listener) => listener.onWritten?.(this))
  }

  /** Resolves when everything below `offset` survives a loss of power; one `fdatasync` serves all who wait. */
  flushed(offset: number): Promise<void> {
    return this.#local.flushed(offset)
  }

  /** Begins a new segment, if the active one holds anything, and finishes the old one. */
  async roll(): Promise<void> {
    this.#refuseIfFailed()
    if (this.#local.segments.active.sizeInBytes > 0)
      this.#local.roll(this.#offsets.logEndOffset, this.#context.clock.nowMs())
    await this.#local.idle()
    await this.#housekeeping.queue.idle()
    this.#refuseIfFailed()
  }

  /**
   * Whole batches from the one that holds `startOffset` on. Throws OFFSET_OUT_OF_RANGE before the log start offset
   * and beyond the log end; between `maxOffset` and the log end there is nothing to see yet.
   */
  async read(startOffset: number, options: ReadOptions): Promise<FetchData> {
    if (startOffset < this.#offsets.logStartOffset || startOffset > this.#offsets.logEndOffset)
      throw this.#outOfRange(startOffset)
    if (this.#closed) throw this.#closedError()
    if (this.#isOffline) throw this.#failure!
    const endOffset = Math.min(options.maxOffset, this.writtenOffset)
    if (startOffset >= endOffset) return { slices: [], sizeInBytes: 0, nextOffset: startOffset }
    try {
      return await this.#local.read({ startOffset, endOffset, ...options })
    } catch (cause) {
      // Retention may have taken the segment away while it was being read.
      if (startOffset < this.#offsets.logStartOffset) throw this.#outOfRange(startOffset)
      if (!(cause instanceof StorageError)) this.#gate?.suspect()
      this.#noteUnreadable(cause)
      throw storageFailure(`cannot read ${this.#name} at ${startOffset}`, cause)
    }
  }

  #noteUnreadable(cause: unknown): void {
    this.#context.logger
      .limited(this.#name)
      .error('A partition cannot be read; kafka-dump-log shows what is there, and consumers can go on behind it', {
        partition: this.#name,
        error: cause,
      })
  }

  #outOfRange(offset: number): StorageError {
    const range = `${this.#offsets.logStartOffset} to ${this.#offsets.logEndOffset}`
    return new StorageError('OFFSET_OUT_OF_RANGE', `offset ${offset} of ${this.#name}, which has ${range}`)
  }

  /** Moves the high watermark, within what is in the file; returns where it is now. */
  updateHighWatermark(offset: number): number {
    return this.#offsets.updateHighWatermark(offset)
  }

  /**
   * What ListOffsets asks for: the first record of at least this timestamp, or one of the places in
   * {@link ListOffsets}. Records at or behind `maxOffset` (the high watermark unless given) are not found.
   */
  async fetchOffsetByTimestamp(
    timestamp: number,
    { maxOffset = this.#offsets.highWatermark }: { readonly maxOffset?: number } = {},
  ): Promise<TimestampAndOffset | undefined> {
    if (this.#closed) throw this.#closedError()
    return this.#local.whileOpen(() =>
      lookUpOffset(timestamp, {
        segments: this.#local.segments.values(this.#offsets.logStartOffset),
        logStartOffset: this.#offsets.logStartOffset,
        epochs: this.#epochs,
        maxOffset,
      }),
    )
  }

  /** Where an epoch ends (OffsetForLeaderEpoch). */
  endOffsetForEpoch(leaderEpoch: number): EpochEndOffset {
    return this.#epochs.endOffsetFor(leaderEpoch, this.#offsets.logEndOffset)
  }

  /** The epoch in which the record at `offset` was written. */
  epochForOffset(offset: number): number | undefined {
    return this.#epochs.epochForOffset(offset)
  }

  /** Deletes the records before `offset`, or with -1 all that are committed; returns the new log start offset. */
  deleteRecordsTo(offset: number): number {
    if (!this.config.cleanupPolicy.includes('delete')) {
      throw new StorageError('POLICY_VIOLATION', `records of ${this.#name} can only be compacted`)
    }
    const target = offset === -1 ? this.#offsets.highWatermark : offset
    if (target < 0 || target > this.#offsets.highWatermark) throw this.#outOfRange(target)
    this.#offsets.advanceLogStart(target)
    return this.#offsets.logStartOffset
  }

  /** Deletes what retention lets go, in whole segments, rolling the active one first if it goes too. */
  deleteOldSegments(): Promise<number> {
    return deleteOldSegments(this.#parts, {
      isEnded: () => this.#closed || this.#isOffline || this.compaction.isCleaning,
      hasFailed: () => this.#failure !== undefined,
    })
  }

  /** Cuts the log at `offset`, as a follower does that wrote what its new leader has not. */
  truncateTo(offset: number): Promise<void> {
    return this.compaction.whilePaused(() => truncateLog(this.#parts, offset))
  }

  /** Empties the log and lets it go on at `offset`. */
  truncateFullyAndStartAt(offset: number): Promise<void> {
    return this.compaction.whilePaused(() => truncateLogFully(this.#parts, offset))
  }

  /**
   * The recovery point that may be written down: everything that a recovery from there on would not make again
   * (indexes of finished segments, leader epochs) is on disk.
   */
  async checkpointRecoveryPoint(): Promise<number> {
    const { recoveryPoint } = this
    // A closed log has been settled, or is being deleted and its folder has another name.
    if (!this.#closed) await this.#housekeeping.settled(this.#local.segments)
    return recoveryPoint
  }

  /**
   * Ends the log. A clean end writes everything out, so that the next start reads nothing; it returns whether it
   * was clean. Without `flush` the files are left as they are, because nobody will ask for what is in them, or because
   * it was salvaged.
   */
  async close({ flush = true }: { readonly flush?: boolean } = {}): Promise<boolean> {
    this.#closed = true
    this.#flushTimer.cancel()
    await this.compaction.pause()
    this.#housekeeping.cancelRemovals()
    try {
      await this.#local.idle()
      if (flush && this.#failure === undefined) await this.#settle()
      if (!flush) this.#local.abandon()
      await this.#housekeeping.queue.idle()
    } catch (cause) {
      this.#fail(cause)
    }
    await this.#local.close(() => this.#closedError())
    return this.#failure === undefined
  }

  async #settle(): Promise<void> {
    await this.flushed(this.#offsets.logEndOffset)
    await this.#local.settleInPlace()
    await this.#housekeeping.leave(this.#local.segments, this.#producers)
    await this.#producers.writeLastSnapshot(this.#offsets.logEndOffset)
  }

  /** Resolves when no commit file speaks of the log any more, which takes no appends: its files may go elsewhere. */
  leaveCommitFile(): Promise<void> {
    return this.#local.leaveCommitFile()
  }

  /** What the next start is to know of a log that was closed in order. */
  get state(): LogState {
    return logStateOf(this.#topicId, this.#parts)
  }

  /** Brings what was written of a log that failed to disk, so that it can be opened anew from there; reads go on. */
  async salvage(): Promise<void> {
    await this.#housekeeping.queue.idle()
    await this.#local.salvage()
  }

  /** The disk refused what the log cannot go on without. */
  noteFailure(cause: unknown): void {
    this.#fail(cause)
  }

  /** The folder is gone: nothing can be read or written any more. */
  goOffline(cause: StorageError): void {
    this.#isOffline = true
    this.#fail(cause)
  }

  #closedError(): StorageError {
    return new StorageError('NOT_LEADER_OR_FOLLOWER', `the log of ${this.#name} is closed`)
  }

  #refuseIfFailed(): void {
    if (this.#failure !== undefined) throw this.#failure
    if (this.#closed) throw this.#closedError()
  }

  #fail(cause: unknown): StorageError {
    if (this.#failure !== undefined) return this.#failure
    this.#failure = storageFailure(`the log of ${this.#name} failed`, cause)
    this.#context.logger.error('The disk refused; the partition takes no appends until it can be opened anew', {
      partition: this.#name,
      directory: this.directory,
      error: cause,
    })
    const error = this.#failure
    this.#offsets.notify((listener) => listener.onFailure?.(this, error))
    return error
  }
}
