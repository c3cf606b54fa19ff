import type { FileSystem, Logger } from '@milena/runtime'
import { hasErrorCode } from '@milena/runtime'
import { asBuffer } from './batch-header.ts'
import type { FilePool } from './file-pool.ts'
import type { IndexedBatch, IndexLimits } from './index-builder.ts'
import { IndexBuilder } from './index-builder.ts'
import type { IndexCache } from './index-cache.ts'
import type { IndexEntries } from './index-entries.ts'
import type { OffsetIndex } from './offset-index.ts'
import type { TimestampOffset } from './time-index.ts'
import { TimeIndex, readTimeIndexEntry } from './time-index.ts'

/** What the segments of all logs share. */
export interface SegmentContext {
  readonly fs: FileSystem
  readonly files: FilePool
  readonly indexCache: IndexCache
  readonly logger: Logger
}

/** The segment, as its indexes see it. */
export interface IndexedSegment {
  readonly baseOffset: number
  readonly offsetIndexPath: string
  readonly timeIndexPath: string
  readonly writtenBytes: number
  readonly indexLimits: IndexLimits
  /** Passes the written batches from `position` (the begin of one) on, and returns where they end. */
  scanHeaders(position: number, visit: (batch: IndexedBatch) => void): Promise<number>
}

/**
 * The indexes of a segment and their files. New entries live in memory and reach the files when the segment rolls,
 * when the log is checkpointed or closed; after a crash they are made again from the log. Entries of a reopened
 * segment stay in their files until a lookup asks.
 */
export class SegmentIndexes {
  readonly #segment: IndexedSegment
  readonly #context: SegmentContext
  #builder: IndexBuilder
  /**
   * What the files hold: the first entries (`behind`), nothing, if there are any (`absent`), or something else, so that
   * they must be written as a whole (`stale`).
   */
  #files: 'behind' | 'absent' | 'stale'
  #loading: Promise<void> | undefined
  /** The files hold what no sync is known to have covered, as do those of an earlier life. */
  #unsynced: boolean

  constructor(
    segment: IndexedSegment,
    context: SegmentContext,
    persisted?: { readonly offsets: number; readonly timestamps: number },
    options?: { readonly areStale: boolean },
  ) {
    this.#segment = segment
    this.#context = context
    this.#builder = new IndexBuilder(segment.baseOffset, persisted)
    this.#files = persisted === undefined || this.#isEmpty ? 'absent' : 'behind'
    if (options?.areStale === true) this.#files = 'stale'
    this.#unsynced = persisted !== undefined
  }

  get offsetIndex(): OffsetIndex {
    return this.#builder.offsetIndex
  }

  get timeIndex(): TimeIndex {
    return this.#builder.timeIndex
  }

  get #isEmpty(): boolean {
    return this.offsetIndex.count === 0 && this.timeIndex.count === 0
  }

  /** There is no entry, neither in memory nor in a file. */
  get needNoFiles(): boolean {
    return this.#files === 'absent' && this.#isEmpty
  }

  get residentBytes(): number {
    return this.offsetIndex.entries.residentBytes + this.timeIndex.entries.residentBytes
  }

  get isLoaded(): boolean {
    return this.offsetIndex.entries.unloadedCount === 0 && this.timeIndex.entries.unloadedCount === 0
  }

  isFull(segmentIndexBytes: number): boolean {
    return this.#builder.isFull(segmentIndexBytes)
  }

  /** Notes a batch that was just written. */
  add(batch: IndexedBatch): void {
    this.#builder.add(batch, this.#segment.indexLimits)
  }

  /** The last entry of the time index: for a segment that takes no more batches. */
  appendTimeEntry(): void {
    this.#builder.appendTimeEntry()
  }

  /**
   * The youngest timestamp of the segment and the last offset of its batch; -1 when no record has a timestamp. For
   * a reopened segment one entry of the time index file tells it.
   */
  async maxTimestamp(): Promise<TimestampOffset> {
    if (this.#builder.max === undefined) await this.#resumeFromFile()
    // No entry, although there may be records: they all lack a timestamp, or the file is gone.
    if (this.#builder.max === undefined) await this.#rebuild()
    return this.#builder.max ?? { timestamp: -1, offset: this.#segment.baseOffset }
  }

  /** As {@link maxTimestamp}, if no file has to be read for it. */
  get knownMaxTimestamp(): TimestampOffset | undefined {
    return this.#builder.max
  }

  /** Says what {@link maxTimestamp} would find in the file. */
  resume(max: TimestampOffset): void {
    this.#builder.resume(max)
  }

  async #resumeFromFile(): Promise<void> {
    const { entries } = this.timeIndex
    if (entries.persistedCount === 0) return
    const bytes = Buffer.alloc(TimeIndex.entryBytes)
    const position = (entries.persistedCount - 1) * TimeIndex.entryBytes
    const builder = this.#builder
    try {
      const filled = await this.#context.files.read(this.#segment.timeIndexPath, (file) => file.read(bytes, position))
      if (filled < bytes.byteLength || builder.max !== undefined) return
    } catch (error) {
      if (!hasErrorCode(error, 'ENOENT')) throw error
      return
    }
    const last = readTimeIndexEntry(bytes, 0, this.#segment.baseOffset)
    // A file that ends in zeros lost its end with the power; taken for a time it would make the records old.
    if (last.timestamp > 0) builder.resume(last)
  }

  /** Brings all entries to memory; what the files lack or cannot mean is made again from the log. */
  async load(): Promise<void> {
    if (!this.isLoaded) {
      this.#loading ??= this.#loadFiles().finally(() => {
        this.#loading = undefined
      })
      await this.#loading
    }
    this.#context.indexCache.touch(this)
  }

  async #loadFiles(): Promise<void> {
    const offsets = await this.#readIndexFile(this.#segment.offsetIndexPath, this.offsetIndex.entries)
    const timestamps = await this.#readIndexFile(this.#segment.timeIndexPath, this.timeIndex.entries)
    if (offsets === undefined || timestamps === undefined) return this.#rebuild('is missing or too short')
    this.offsetIndex.entries.load(offsets)
    this.timeIndex.entries.load(timestamps)
    if (!this.#isValid()) await this.#rebuild('has entries that cannot be')
  }

  #isValid(): boolean {
    const { offsetIndex, timeIndex } = this
    return (
      offsetIndex.validCount(this.#segment.writtenBytes) === offsetIndex.count &&
      timeIndex.validCount(Infinity) === timeIndex.count
    )
  }

  /** The content of an index file, or undefined when it holds fewer entries than it should. */
  async #readIndexFile(path: string, entries: IndexEntries): Promise<Buffer | undefined> {
    if (entries.unloadedCount === 0) return Buffer.alloc(0)
    const needed = entries.unloadedCount * entries.entryBytes
    try {
      const bytes = asBuffer(await this.#context.fs.readFile(path))
      return bytes.byteLength < needed ? undefined : bytes
    } catch (error) {
      if (hasErrorCode(error, 'ENOENT')) return undefined
      throw error
    }
  }

  /** Makes the indexes anew from the log: because of a lookup that led astray, or of files that are no good. */
  async #rebuild(why?: string): Promise<void> {
    if (why !== undefined) {
      const fields = { segment: this.#segment.offsetIndexPath }
      this.#context.logger.warn(`An index of a segment ${why}; it is made again from the log`, fields)
    }
    const builder = new IndexBuilder(this.#segment.baseOffset)
    let position = 0
    // Batches may be written meanwhile. The comparison and the exchange happen without a pause between them.
    while (position < this.#segment.writtenBytes) {
      position = await this.#segment.scanHeaders(position, (batch) => builder.add(batch, this.#segment.indexLimits))
    }
    this.#builder = builder
    this.#distrustFiles()
  }

  /** Makes the indexes anew because a lookup in them led to a place where no batch begins. */
  rebuildAsWrong(): Promise<void> {
    return this.#rebuild('points to where no batch begins')
  }

  /** Makes both indexes of a segment that lacks one, with their files. */
  async makeMissing(): Promise<void> {
    await this.#rebuild('is missing')
    await this.persist({ sync: false })
  }

  /** Loads what the files have, and keeps of it what can be right; nothing is made again. */
  async loadValid(): Promise<void> {
    for (const [index, path] of [
      [this.offsetIndex, this.#segment.offsetIndexPath],
      [this.timeIndex, this.#segment.timeIndexPath],
    ] as const) {
      const { entries } = index
      // Zeros in place of what is missing: no entry that is valid.
      entries.load(
        (await this.#readIndexFile(path, entries)) ?? Buffer.alloc(entries.unloadedCount * entries.entryBytes),
      )
    }
    this.offsetIndex.entries.truncate(this.offsetIndex.validCount(this.#segment.writtenBytes))
    this.timeIndex.entries.truncate(this.timeIndex.validCount(Infinity))
  }

  /** Keeps what lies before `position`, where a batch begins; the entries from there on come by {@link add}. */
  restartAt(position: number): void {
    if (position === 0) this.#builder = new IndexBuilder(this.#segment.baseOffset)
    else this.#builder.truncate(position, this.offsetIndex.offsetAt(position))
    this.#distrustFiles()
  }

  /** Forgets what lies at or behind the batch at `position`, whose first offset is `offset`. All must be loaded. */
  truncate(position: number, offset: number): void {
    this.#builder.truncate(position, offset)
    this.#distrustFiles()
  }

  /** Looks at the batches behind the last entries: nothing else tells how young they are. */
  async seeRest(): Promise<void> {
    const { offsetIndex } = this
    const from = offsetIndex.count === 0 ? 0 : offsetIndex.entry(offsetIndex.count - 1).position
    await this.#segment.scanHeaders(from, (batch) => this.#builder.see(batch))
  }

  /** What they hold, if anything, is not what memory holds. */
  #distrustFiles(): void {
    if (this.#files !== 'absent') this.#files = 'stale'
  }

  /** Writes to the files what they lack; with `sync` it is there after a loss of power. */
  async persist(options: { readonly sync: boolean }): Promise<void> {
    const before = this.#files
    this.#files = 'behind'
    try {
      await this.#persistOne(this.#segment.offsetIndexPath, this.offsetIndex.entries, before, options)
      await this.#persistOne(this.#segment.timeIndexPath, this.timeIndex.entries, before, options)
      if (options.sync) this.#unsynced = false
    } catch (error) {
      this.#files = 'stale'
      throw error
    }
  }

  async #persistOne(
    path: string,
    entries: IndexEntries,
    before: 'behind' | 'absent' | 'stale',
    { sync }: { readonly sync: boolean },
  ): Promise<void> {
    const from = before === 'behind' ? entries.persistedCount : 0
    const to = entries.count
    const lacksSync = sync && to > 0 && this.#unsynced
    if (from === to && before === 'behind' && !lacksSync) return
    const bytes = entries.copy(from, to)
    await this.#context.files.write(path, async (file) => {
      if (bytes.byteLength > 0) await file.writev([bytes], from * entries.entryBytes)
      if (before === 'stale') await file.truncate(to * entries.entryBytes)
      if (sync) await file.sync()
    })
    if (!sync) this.#unsynced = true
    entries.markPersisted(to)
  }

  /** Leaves to the files what they hold. */
  unload(): void {
    if (this.#files !== 'behind') return
    this.offsetIndex.entries.unload()
    this.timeIndex.entries.unload()
  }

  /** The segment is no more. */
  forget(): void {
    this.#context.indexCache.remove(this)
  }
}
