import path from 'node:path'
import { hasErrorCode } from '@milena/runtime'
import {
  BATCH_HEADER_BYTES,
  asBuffer,
  baseOffsetAt,
  lastOffsetAt,
  magicAt,
  maxTimestampAt,
  sizeInBytesAt,
} from './batch-header.ts'
import type { ScanOptions, ScanResult } from './batch-scanner.ts'
import { scanBatches } from './batch-scanner.ts'
import type { IndexedBatch } from './index-builder.ts'
import type { LogConfig } from '../log-config.ts'
import { rollMs } from '../log-config.ts'
import {
  DELETED_SUFFIX,
  INDEX_SUFFIX,
  LOG_SUFFIX,
  SEGMENT_SUFFIXES,
  TIME_INDEX_SUFFIX,
  TXN_INDEX_SUFFIX,
  offsetFileName,
} from './log-files.ts'
import type { DoubtfulBytes } from './doubtful-bytes.ts'
import { rewriteDoubtful } from './doubtful-bytes.ts'
import type { OffsetPosition } from './offset-index.ts'
import type { SegmentContext } from './segment-indexes.ts'
import { SegmentIndexes } from './segment-indexes.ts'
import { StorageError, storageFailure } from '../storage-error.ts'
import { TransactionIndex } from './transaction-index.ts'

/** What is known of the files of a segment that already exists. */
export interface ExistingSegment {
  readonly sizeInBytes: number
  readonly modifiedMs: number
  readonly offsetIndexEntries: number
  readonly timeIndexEntries: number
  readonly transactionIndexBytes: number
}

/** Relative offsets in the indexes are int32. */
const RELATIVE_OFFSET_MAX = 0x7fff_ffff

/**
 * One file of batches with its indexes (Kafka's LogSegment). It is written only at its end, by the writer of its
 * log; `sizeInBytes` counts what was promised a place, `writtenBytes` what is in the file.
 */
export class LogSegment {
  readonly baseOffset: number
  readonly indexes: SegmentIndexes
  readonly transactionIndex: TransactionIndex
  sizeInBytes: number
  writtenBytes: number
  /** When it was last written, as far as is known; stands in for the timestamps of records that have none. */
  lastModifiedMs: number
  /** The file holds bytes that no `fdatasync` has covered. */
  needsSync = false
  /** The file's entry in the folder is not known to survive a loss of power. */
  needsDirectorySync: boolean
  /** Bytes that an earlier process wrote, and of which nobody knows whether they are on disk. */
  #doubtful: DoubtfulBytes | undefined
  readonly #context: SegmentContext
  readonly #config: () => LogConfig
  readonly #directory: string
  readonly #jitterMs: number
  readonly #createdMs: number
  #suffix: string
  /** While the files are being renamed: what those end in that are done. */
  #renamed: Map<string, string> | undefined
  /** The first batch's timestamp, against which `segment.ms` runs; undefined when it is not known. */
  #rollingBasedTimestamp: number | undefined

  constructor(o: {
    readonly baseOffset: number
    readonly directory: string
    readonly context: SegmentContext
    readonly config: () => LogConfig
    readonly nowMs: number
    readonly jitterMs: number
    readonly existing?: ExistingSegment
    /** What the names of the files end in, while they are not yet what they will be. */
    readonly suffix?: string
  }) {
    this.baseOffset = o.baseOffset
    this.#suffix = o.suffix ?? ''
    this.sizeInBytes = o.existing?.sizeInBytes ?? 0
    this.writtenBytes = this.sizeInBytes
    this.lastModifiedMs = o.existing?.modifiedMs ?? o.nowMs
    this.needsDirectorySync = o.existing === undefined
    this.#context = o.context
    this.#config = o.config
    this.#directory = o.directory
    this.#jitterMs = o.jitterMs
    this.#createdMs = o.nowMs
    const persisted =
      o.existing === undefined || o.existing.sizeInBytes === 0
        ? undefined
        : { offsets: o.existing.offsetIndexEntries, timestamps: o.existing.timeIndexEntries }
    // An index of nothing, as Apache Kafka leaves one that is all zeros.
    const { offsetIndexEntries = 0, timeIndexEntries = 0 } = o.existing ?? {}
    const areStale = persisted === undefined && offsetIndexEntries + timeIndexEntries > 0
    this.indexes = new SegmentIndexes(this, o.context, persisted, { areStale })
    this.transactionIndex = new TransactionIndex(this, o.context, o.existing?.transactionIndexBytes ?? 0)
  }

  /** What the next start must know of the files, when all is in them. */
  get state(): ExistingSegment & { readonly baseOffset: number } {
    return {
      baseOffset: this.baseOffset,
      sizeInBytes: this.writtenBytes,
      modifiedMs: this.lastModifiedMs,
      offsetIndexEntries: this.indexes.offsetIndex.count,
      timeIndexEntries: this.indexes.timeIndex.count,
      transactionIndexBytes: this.transactionIndex.persistedBytes,
    }
  }

  /** The first batch's timestamp, where it is known. */
  get rollingBasedTimestamp(): number | undefined {
    return this.#rollingBasedTimestamp
  }

  get logPath(): string {
    return this.#path(LOG_SUFFIX)
  }

  get offsetIndexPath(): string {
    return this.#path(INDEX_SUFFIX)
  }

  get timeIndexPath(): string {
    return this.#path(TIME_INDEX_SUFFIX)
  }

  get transactionIndexPath(): string {
    return this.#path(TXN_INDEX_SUFFIX)
  }

  get indexLimits(): LogConfig {
    return this.#config()
  }

  #path(fileSuffix: string): string {
    const suffix = this.#renamed?.get(fileSuffix) ?? this.#suffix
    return path.join(this.#directory, offsetFileName(this.baseOffset, fileSuffix) + suffix)
  }

  /** Whether batches up to `lastOffset` must go to a new segment (Kafka's LogSegment.shouldRoll). */
  shouldRoll(o: { bytes: number; maxTimestamp: number; lastOffset: number; nowMs: number }): boolean {
    const config = this.#config()
    if (this.sizeInBytes > config.segmentBytes - o.bytes) return true
    if (o.lastOffset - this.baseOffset > RELATIVE_OFFSET_MAX) return true
    if (this.sizeInBytes === 0) return false
    const age = this.#ageMs(o.maxTimestamp, o.nowMs)
    return age > rollMs(config) - this.#jitterMs || this.indexes.isFull(config.segmentIndexBytes)
  }

  #ageMs(maxTimestamp: number, nowMs: number): number {
    const first = this.#rollingBasedTimestamp
    return first !== undefined && first >= 0 ? maxTimestamp - first : nowMs - this.#createdMs
  }

  /** Gives `bytes` a place behind all that has one. */
  reserve(bytes: number, firstBatchTimestamp: number): void {
    if (this.sizeInBytes === 0) this.#rollingBasedTimestamp = firstBatchTimestamp
    this.sizeInBytes += bytes
  }

  /** Makes the file, so that its name keeps the log's end when everything before it is deleted. */
  async create(): Promise<void> {
    await this.#context.files.write(this.logPath, () => Promise.resolve())
  }

  /** Writes buffers behind what is written; on failure the file may hold more than `writtenBytes`, which nobody reads. */
  async write(buffers: readonly Uint8Array[]): Promise<void> {
    await this.#context.files.write(this.logPath, (file) => file.writev(buffers, this.writtenBytes))
  }

  /** Notes that `bytes`, whole batches, stand in the file behind what did: readers and indexes may know. */
  noteWritten(bytes: Uint8Array, nowMs: number): void {
    const buffer = asBuffer(bytes)
    for (let at = 0; at < buffer.byteLength;) {
      const sizeInBytes = sizeInBytesAt(buffer, at)
      const lastOffset = lastOffsetAt(buffer, at)
      this.indexes.add({
        position: this.writtenBytes,
        sizeInBytes,
        lastOffset,
        maxTimestamp: maxTimestampAt(buffer, at),
      })
      this.writtenBytes += sizeInBytes
      at += sizeInBytes
    }
    this.needsSync = true
    this.lastModifiedMs = nowMs
  }

  /** Writes once more what stands there: bytes of whole or of parts of batches that were written before. */
  async rewrite(bytes: Uint8Array, position: number): Promise<void> {
    await this.#context.files.write(this.logPath, (file) => file.writev([bytes], position))
  }

  /** Cuts off what a write left behind that broke off. */
  async cutUnwritten(): Promise<void> {
    if (!(await this.#context.fs.exists(this.logPath))) return
    const { size } = await this.#context.fs.stat(this.logPath)
    if (size > this.writtenBytes) await this.truncateFile(this.writtenBytes)
  }

  /**
   * Nobody knows what of the file, from `flushedOffset` on, is on disk, and whether its name is: the next sync covers all
   * of it, and writes it once more before. For the process that wrote it may have been told that a sync failed, and the
   * system then calls clean what it shows and has not written, so that the next sync would pass it over.
   */
  distrust(flushedOffset: number): void {
    this.needsSync = this.writtenBytes > 0
    this.needsDirectorySync = true
    if (this.writtenBytes > 0 && flushedOffset < Infinity)
      this.#doubtful = { fromOffset: flushedOffset, endPosition: this.writtenBytes }
  }

  /** Whether {@link distrust} still holds. */
  get isDoubtful(): boolean {
    return this.#doubtful !== undefined
  }

  /** What {@link distrust} was said of has been written once more. */
  trust(): void {
    this.#doubtful = undefined
  }

  /** `fdatasync` of what is written by now, if there is something to sync. */
  async sync(): Promise<void> {
    if (!this.needsSync || this.#suffix !== '') return
    this.needsSync = false
    const { writtenBytes } = this
    try {
      if (this.#doubtful === undefined) await this.#context.files.write(this.logPath, (file) => file.sync())
      else await this.#syncDoubtful(this.#doubtful)
    } catch (error) {
      this.needsSync = true
      this.#noteSyncFailed(writtenBytes)
      throw error
    }
  }

  async #syncDoubtful({ fromOffset, endPosition }: DoubtfulBytes): Promise<void> {
    const from = fromOffset <= this.baseOffset ? 0 : await this.lookup(fromOffset)
    // Retention may have taken the segment away meanwhile.
    if (this.#suffix !== '') return
    // The file is in use for as long as this takes, so that it is not renamed in between.
    await this.#context.files.write(this.logPath, async (file) => {
      const wrong = await rewriteDoubtful(file, { from, to: endPosition, minOffset: this.baseOffset })
      if (wrong !== undefined) throw this.corruption(wrong.position, wrong.problem)
      await file.sync()
    })
    this.trust()
  }

  /** A sync that failed says that the next one will say nothing. */
  #noteSyncFailed(endPosition: number): void {
    this.#doubtful = { fromOffset: this.baseOffset, endPosition }
  }

  /** Reads of the log file, on the thread pool. */
  read(target: Uint8Array, position: number): Promise<number> {
    return this.#context.files.read(this.logPath, (file) => file.read(target, position))
  }

  /** Walks the written batches, or with `to` those up to there. */
  scan(o: Pick<ScanOptions, 'from' | 'visit'> & Partial<ScanOptions>): Promise<ScanResult> {
    return scanBatches({
      read: (target, position) => this.read(target, position),
      to: this.writtenBytes,
      minOffset: this.baseOffset,
      ...o,
    })
  }

  async scanHeaders(from: number, visit: (batch: IndexedBatch) => void): Promise<number> {
    const to = this.writtenBytes
    const { endPosition, problem } = await this.scan({
      from,
      to,
      visit: ({ bytes, at, position, sizeInBytes }) =>
        visit({ position, sizeInBytes, lastOffset: lastOffsetAt(bytes, at), maxTimestamp: maxTimestampAt(bytes, at) }),
    })
    if (endPosition < to) throw this.corruption(endPosition, problem)
    return endPosition
  }

  /** The error of a segment that is not what was written. */
  corruption(position: number, problem = 'the file ends'): StorageError {
    return new StorageError('KAFKA_STORAGE_ERROR', `${this.logPath} is damaged at byte ${position}: ${problem}`)
  }

  /** Where to begin to look for the batch that holds `offset`: the place of a batch that is not behind it. */
  async lookup(offset: number): Promise<number> {
    return (await this.indexedBatch(offset)).position
  }

  /** As {@link lookup}, with the last offset of that batch; the segment's begin where the index knows none. */
  async indexedBatch(offset: number): Promise<OffsetPosition> {
    await this.indexes.load()
    return this.indexes.offsetIndex.lookup(offset)
  }

  /** An offset behind all batches before `offset`, as near as the index knows one; undefined when it knows none here. */
  async upperBoundOffset(offset: number): Promise<number | undefined> {
    await this.indexes.load()
    return this.indexes.offsetIndex.firstOffsetFrom(offset)
  }

  /** Notes the timestamp of the first batch, against which `segment.ms` runs, for who comes by it. */
  noteFirstBatch(maxTimestamp: number): void {
    this.#rollingBasedTimestamp = maxTimestamp
  }

  /** Learns from the file what a reopened active segment needs before it can take batches. */
  async loadRollState(): Promise<void> {
    await this.indexes.maxTimestamp()
    await this.firstBatchTimestamp()
  }

  /** The youngest timestamp of the first batch; -1 when there is none. */
  async firstBatchTimestamp(): Promise<number> {
    if (this.writtenBytes > 0 && this.#rollingBasedTimestamp === undefined) await this.#readFirstBatch()
    return this.#rollingBasedTimestamp ?? -1
  }

  async #readFirstBatch(): Promise<void> {
    const header = Buffer.alloc(BATCH_HEADER_BYTES)
    const filled = await this.read(header, 0)
    if (filled < header.byteLength || magicAt(header, 0) !== 2 || baseOffsetAt(header, 0) < this.baseOffset) {
      throw this.corruption(0, 'there is no batch')
    }
    this.#rollingBasedTimestamp = maxTimestampAt(header, 0)
  }

  /** The youngest record's timestamp; the time of the last write where records have none. */
  async largestTimestamp(): Promise<number> {
    const { timestamp } = await this.indexes.maxTimestamp()
    return timestamp >= 0 ? timestamp : this.lastModifiedMs
  }

  /** Brings the file system's state of a segment that takes no more batches up to date. */
  async finish(options: { readonly sync: boolean }): Promise<void> {
    if (this.#suffix !== '') return
    await this.indexes.maxTimestamp()
    this.indexes.appendTimeEntry()
    await this.indexes.persist(options)
    await this.transactionIndex.persist()
  }

  /** Cuts file and indexes at the batch that begins at `position` with `offset`. Nothing may be under way. */
  async truncate(position: number, offset: number): Promise<void> {
    await this.indexes.load()
    await this.truncateFile(position)
    this.indexes.truncate(position, offset)
    if (position > 0) await this.indexes.seeRest()
    // Where the recovery point is not before the cut nobody would make them again.
    await this.indexes.persist({ sync: true })
    await this.transactionIndex.truncateTo(offset)
    await this.transactionIndex.persist()
  }

  /** Cuts the file alone, durably: what was cut must not come back behind what is written next. */
  async truncateFile(position: number): Promise<void> {
    await this.#context.files.write(this.logPath, async (file) => {
      await file.truncate(position)
      try {
        await file.sync()
      } catch (error) {
        this.#noteSyncFailed(position)
        throw error
      }
    })
    this.sizeInBytes = position
    this.writtenBytes = position
    if (this.#doubtful !== undefined && this.#doubtful.endPosition > position) {
      this.#doubtful = { ...this.#doubtful, endPosition: position }
    }
    if (position === 0) this.#rollingBasedTimestamp = undefined
  }

  /** Takes the files out of the log by renaming them; they go for good with {@link remove}. */
  async markDeleted(): Promise<void> {
    if (this.#suffix !== '') return
    const before = this.#allPaths()
    this.#suffix = DELETED_SUFFIX
    const after = this.#allPaths()
    // All of them first: if the disk refuses in the middle, nobody knows of the rest any more.
    for (const from of before) await this.#context.files.close(from)
    for (const [index, from] of before.entries()) {
      await this.#ifPresent(() => this.#context.fs.rename(from, after[index]!))
    }
    this.indexes.forget()
  }

  /** Lets the names of some of the files end differently. Nobody may read them meanwhile. */
  async renameFiles(fileSuffixes: readonly string[], suffix: string): Promise<void> {
    this.#renamed ??= new Map()
    for (const fileSuffix of fileSuffixes) await this.#context.files.close(this.#path(fileSuffix))
    for (const fileSuffix of fileSuffixes) {
      const from = this.#path(fileSuffix)
      const to = path.join(this.#directory, offsetFileName(this.baseOffset, fileSuffix) + suffix)
      await this.#ifPresent(() => this.#context.fs.rename(from, to))
      this.#renamed.set(fileSuffix, suffix)
    }
    if (!SEGMENT_SUFFIXES.every((fileSuffix) => this.#renamed?.get(fileSuffix) === suffix)) return
    this.#suffix = suffix
    this.#renamed = undefined
  }

  /** Removes the files. A read that is under way ends first. */
  async remove(): Promise<void> {
    const files = this.#allPaths()
    for (const file of files) await this.#context.files.close(file)
    for (const file of files) await this.#ifPresent(() => this.#context.fs.remove(file))
    this.indexes.forget()
  }

  async closeFiles(): Promise<void> {
    for (const file of this.#allPaths()) await this.#context.files.close(file)
    this.indexes.forget()
  }

  #allPaths(): string[] {
    return SEGMENT_SUFFIXES.map((suffix) => this.#path(suffix))
  }

  async #ifPresent(operation: () => Promise<void>): Promise<void> {
    try {
      await operation()
    } catch (error) {
      if (!hasErrorCode(error, 'ENOENT')) throw storageFailure(`cannot delete ${this.logPath}`, error)
    }
  }
}
