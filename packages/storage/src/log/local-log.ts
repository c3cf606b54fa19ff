import { LogFlusher } from './log-flusher.ts'
import type { FetchData, ReadRequest } from './batch-collector.ts'
import type { LogConfig } from '../log-config.ts'
import { rollMs } from '../log-config.ts'
import type { LogContext, LogGate } from '../log-context.ts'
import { LogReader } from './log-reader.ts'
import { LogSync } from './log-sync.ts'
import { LogSegment } from '../segment/log-segment.ts'
import type { LogSegments } from '../segment/log-segments.ts'
import type { QueuedBytes } from './log-writer.ts'
import { LogWriter } from './log-writer.ts'
import { NO_MEMBERS, writableSet } from '../producers/no-entries.ts'
import type { LogTail } from './tail-cache.ts'

/** A batch that is ready to be written. */
export interface ReadyBatch {
  readonly bytes: Uint8Array
  readonly firstOffset: number
  readonly lastOffset: number
  readonly maxTimestamp: number
  readonly nowMs: number
}

export interface LocalLogOptions {
  readonly directory: string
  /** Absent where nothing is shared with other logs. */
  readonly gate?: LogGate
  /** Zero when its folder does not say. */
  readonly topicId: () => string
  /** The folder whose entry for `directory` is not known to survive a loss of power; absent when it is. */
  readonly unsyncedParent?: string
  /** An earlier process wrote the topic id, and it is not known to be on the disk: as {@link LogSegment.distrust}. */
  readonly isTopicIdDoubtful: boolean
  readonly segments: LogSegments
  readonly endOffset: number
  readonly recoveryPoint: number
  readonly config: () => LogConfig
  readonly context: LogContext
  /** The log rolled at `baseOffset`; `written` says when all of the rolled segment is in its file. */
  readonly onRoll: (rolled: LogSegment, baseOffset: number, written: Promise<void>) => void
  readonly onWritten: () => void
  readonly onFailure: (cause: unknown) => Error
  /** A write failed: what waited for it, and for those behind it, never was. */
  readonly onUnwritten: () => void
}

/**
 * The bytes of a log: its segments, the one queue that writes to the last of them, the flushes, the reads. It knows
 * nothing of who appends and who may read how far.
 */
export class LocalLog {
  readonly segments: LogSegments
  readonly #directory: string
  readonly #config: () => LogConfig
  readonly #context: LogContext
  readonly #onRoll: LocalLogOptions['onRoll']
  readonly #onWritten: () => void
  readonly #tail: LogTail
  readonly #reader: LogReader
  readonly #writer: LogWriter
  readonly #flusher: LogFlusher
  readonly #sync: LogSync
  #writtenOffset: number
  /** Reads of files that are under way. */
  #reads: Set<Promise<unknown>> = NO_MEMBERS
  /** Resolves when reads may begin again; undefined while they may. */
  #holdingReads: Promise<void> | undefined

  constructor(o: LocalLogOptions) {
    this.segments = o.segments
    this.#directory = o.directory
    this.#config = o.config
    this.#context = o.context
    this.#onRoll = o.onRoll
    this.#onWritten = o.onWritten
    this.#writtenOffset = o.endOffset
    this.#tail = o.context.tailCache.openTail()
    this.#reader = new LogReader({ segments: o.segments, tail: this.#tail })
    this.#writer = new LogWriter({
      beforeFirstWrite: (segment) => this.#syncNameBefore(segment),
      onWritten: (segment, items) => this.#noteWritten(segment, items),
      onFailure: (cause) => {
        const error = o.onFailure(cause)
        o.onUnwritten()
        this.#flusher.fail(() => error)
        return error
      },
    })
    this.#flusher = new LogFlusher({
      flushedOffset: o.recoveryPoint,
      writtenOffset: () => this.#writtenOffset,
      sync: () => this.#sync.sync(),
      onFailure: (cause) => {
        this.#sync.hasFailed = true
        return o.onFailure(cause)
      },
    })
    this.#sync = new LogSync({
      ...o,
      tail: this.#tail,
      writtenOffset: () => this.#writtenOffset,
      flushedOffset: () => this.#flusher.flushedOffset,
      settled: async () => {
        await this.#writer.idle().catch(() => undefined)
        await this.#flusher.idle()
      },
      onFailure: (cause) => {
        const error = o.onFailure(cause)
        this.#flusher.fail(() => error)
      },
    })
  }

  /** The offset behind the last record that is in the file. */
  get writtenOffset(): number {
    return this.#writtenOffset
  }

  /** Everything below survives a loss of power, be it in the segments or in the commit file. */
  get flushedOffset(): number {
    return this.#flusher.flushedOffset
  }

  /** Everything below survives a loss of power where it stands. */
  get recoveryPoint(): number {
    return this.#sync.inPlaceOffset
  }

  /** Bytes that wait for the disk. */
  get pendingBytes(): number {
    return this.#writer.queuedBytes
  }

  /** Queues a batch whose offsets follow on those before, rolling first if it must; resolves when it is written. */
  append(batch: ReadyBatch): Promise<void> {
    const { bytes, firstOffset, lastOffset, maxTimestamp, nowMs } = batch
    let segment = this.segments.active
    if (segment.shouldRoll({ bytes: bytes.byteLength, maxTimestamp, lastOffset, nowMs })) {
      segment = this.roll(firstOffset, nowMs)
    }
    segment.reserve(bytes.byteLength, maxTimestamp)
    return this.#writer.enqueue(segment, { bytes, baseOffset: firstOffset, nextOffset: lastOffset + 1 })
  }

  /** Begins a new segment, in memory; its file comes with the first write. */
  roll(baseOffset: number, nowMs: number): LogSegment {
    const rolled = this.segments.active
    const segment = this.newSegment(baseOffset, nowMs)
    this.segments.add(segment)
    this.#onRoll(rolled, baseOffset, this.#writer.idle())
    // As Kafka does: a segment that takes no more batches goes to disk, without anyone waiting for it.
    this.#flusher.flushed(baseOffset).catch(() => undefined)
    return segment
  }

  /**
   * Makes the file of the last segment before anything is written to it. Its own name is not on the disk yet; that of the
   * segment before it is, else a loss of power could leave the later one alone.
   */
  async createActive(): Promise<void> {
    const { active } = this.segments
    await this.#syncNameBefore(active)
    await active.create()
  }

  newSegment(baseOffset: number, nowMs: number): LogSegment {
    const config = this.#config()
    const jitterMsMax = Math.min(config.segmentJitterMs, rollMs(config), 2 ** 47)
    return new LogSegment({
      baseOffset,
      directory: this.#directory,
      context: this.#context,
      config: this.#config,
      nowMs,
      jitterMs: jitterMsMax > 0 ? this.#context.random.int(jitterMsMax) : 0,
    })
  }

  /** Resolves when all that was appended so far is in the file. */
  idle(): Promise<void> {
    return this.#writer.idle()
  }

  /** Resolves when everything below `offset` survives a loss of power; shared by all who wait. */
  flushed(offset: number): Promise<void> {
    return this.#flusher.flushed(offset)
  }

  /** Resolves when the records before `offset`, which were appended, are in the file. */
  written(offset: number): Promise<void> {
    return offset <= this.#writtenOffset ? Promise.resolve() : this.#writer.idle()
  }

  /** Resolves when everything that was answered for is on disk in the segments, and no commit file speaks of the log. */
  leaveCommitFile(): Promise<void> {
    return this.#sync.leaveCommitFile()
  }

  /** Resolves when everything that was answered for is on disk in the segments. */
  settleInPlace(): Promise<void> {
    return this.#sync.settleInPlace()
  }

  /** Nobody will ask for what is in the log any more, or it was salvaged. */
  abandon(): void {
    this.#sync.abandon()
  }

  /** Resolves when nothing is on its way to the disk. Nothing may be appended meanwhile. */
  async settle(): Promise<void> {
    await this.#writer.idle()
    await this.#flusher.idle()
    await this.#sync.idle()
  }

  /** Batches before `request.endOffset`, which may not be beyond `writtenOffset`. */
  async read(request: ReadRequest): Promise<FetchData> {
    return (
      this.#reader.readCached(request) ??
      this.whileOpen(() => this.#reader.read({ ...request, writtenOffset: this.#writtenOffset }))
    )
  }

  /** Runs something that reads segments; {@link close} waits for it, so that no file is opened again behind it. */
  async whileOpen<T>(read: () => Promise<T>): Promise<T> {
    while (this.#holdingReads !== undefined) await this.#holdingReads
    const reading = read()
    this.#reads = writableSet(this.#reads).add(reading)
    try {
      return await reading
    } finally {
      this.#reads.delete(reading)
    }
  }

  /** Brings what was written of a log that failed to disk; no commit file speaks of it any more. */
  async salvage(): Promise<void> {
    await this.#sync.salvage()
    await this.#sync.leaveCommitFile()
  }

  /** Puts a segment in the place of others that end before `endOffset`; what memory has of them is no longer right. */
  replaceSegments(old: readonly LogSegment[], segment: LogSegment, endOffset: number): void {
    this.segments.replace(new Set(old), segment)
    this.#tail.forgetBefore(endOffset)
  }

  /** Resolves when the reads that are under way have ended. */
  async readsEnded(): Promise<void> {
    await Promise.allSettled(this.#reads)
  }

  /** Runs something that no read of files may see half done: those under way end first, and new ones wait. */
  async withoutReads(run: () => Promise<void>): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#holdingReads = promise
    try {
      await this.readsEnded()
      await run()
    } finally {
      this.#holdingReads = undefined
      resolve()
    }
  }

  /** What lies behind `offset` is not said to survive any more. */
  lowerRecoveryPoint(offset: number): void {
    this.#flusher.truncateTo(offset)
    this.#sync.lowerTo(offset)
  }

  /**
   * Cuts the log before the batch that holds `offset`. Nothing may be on its way to the file. Later segments go first,
   * the last of them before the others, and each for good: a loss of power finds the begin of a log, never a hole.
   */
  async truncateTo(offset: number): Promise<void> {
    this.#tail.truncateTo(offset)
    this.lowerRecoveryPoint(offset)
    this.#writtenOffset = Math.min(this.#writtenOffset, offset)
    const removed = this.segments.values().filter((segment, index) => index > 0 && segment.baseOffset > offset)
    this.segments.remove(new Set(removed))
    await this.#removeForGood(removed.toReversed())
    const { active } = this.segments
    const cut = await findCut(active, offset)
    if (cut !== undefined) await active.truncate(cut.position, cut.offset)
  }

  /** Removes segments that left the log, each for good before the next one. */
  async #removeForGood(segments: readonly LogSegment[]): Promise<void> {
    for (const segment of segments) {
      await segment.remove()
      await this.#context.fs.syncDirectory(this.#directory)
    }
  }

  /** Exchanges all segments for an empty one at `offset`. */
  async restartAt(offset: number, nowMs: number): Promise<void> {
    const old = this.segments.values()
    // One that begins there has the name already, which must not be given to another file and then be removed.
    const kept = old.find(({ baseOffset }) => baseOffset === offset)
    const first = kept ?? this.newSegment(offset, nowMs)
    const removed = old.filter((segment) => segment !== kept)
    if (kept === undefined) this.segments.add(first)
    this.segments.remove(new Set(removed))
    this.#tail.clear()
    this.#flusher.restartAt(offset)
    this.#sync.restartAt(offset)
    this.#writtenOffset = offset
    if (kept === undefined) {
      await first.create()
      await this.syncName(first)
    }
    await this.#removeForGood(removed.toReversed())
    if (kept !== undefined) await kept.truncate(0, offset)
  }

  /** The file of a segment is not made before that of the one before it is there for good: the log has no hole. */
  async #syncNameBefore(segment: LogSegment): Promise<void> {
    const before = this.segments.values().findLast(({ baseOffset }) => baseOffset < segment.baseOffset)
    if (before !== undefined) await this.syncName(before)
  }

  /** Resolves when the name of a segment's file survives a loss of power. */
  async syncName(segment: LogSegment): Promise<void> {
    if (!segment.needsDirectorySync) return
    await this.#context.fs.syncDirectory(this.#directory)
    segment.needsDirectorySync = false
  }

  /** Forgets what the shared caches hold of this log and closes its files; who still waits for a flush gets `error`. */
  async close(error: () => Error): Promise<void> {
    this.#flusher.fail(error)
    await this.#flusher.idle()
    await this.#sync.idle()
    await Promise.allSettled(this.#reads)
    this.#tail.clear()
    for (const segment of this.segments.values()) await segment.closeFiles()
  }

  #noteWritten(segment: LogSegment, items: readonly QueuedBytes[]): void {
    const nowMs = this.#context.clock.nowMs()
    for (const { bytes, baseOffset, nextOffset } of items) {
      segment.noteWritten(bytes, nowMs)
      this.#tail.add(bytes, baseOffset, nextOffset)
      this.#writtenOffset = nextOffset
    }
    this.#flusher.noteWritten()
    this.#onWritten()
  }
}

/** The first batch of the segment that holds `offset` or comes behind it. */
async function findCut(segment: LogSegment, offset: number): Promise<{ position: number; offset: number } | undefined> {
  let before = { position: 0, nextOffset: segment.baseOffset }
  const from = await segment.lookup(offset)
  const end = await segment.scanHeaders(from, (batch) => {
    if (batch.lastOffset < offset) {
      before = { position: batch.position + batch.sizeInBytes, nextOffset: batch.lastOffset + 1 }
    }
  })
  if (before.position === 0 && from > 0) before = { position: from, nextOffset: offset }
  return before.position < end ? { position: before.position, offset: before.nextOffset } : undefined
}
