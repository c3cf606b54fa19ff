import type { AbortedTransaction } from '../segment/aborted-transaction.ts'
import type { LogParts } from '../log/log-parts.ts'
import { SWAP_SUFFIX } from '../segment/log-files.ts'
import { LogSegment } from '../segment/log-segment.ts'
import { OffsetIndex } from '../segment/offset-index.ts'
import { TimeIndex } from '../segment/time-index.ts'
import type { CleanedSegment, CleanerResources, CleaningJob, CleaningResult } from './cleaning-job.ts'
import { CleaningAborted } from './cleaning-job.ts'
import type { CleaningRunner } from './cleaning-runner.ts'
import type { LogToClean } from './log-to-clean.ts'
import { judgeLog } from './log-to-clean.ts'
import { discardCleaned, finishSwap, renameCleaned, retireReplaced } from './segment-swap.ts'

/** What of a log is to be cleaned, and with what. */
export interface CleaningPlan {
  readonly firstDirtyOffset: number
  /** The base offset of the first segment that stays as it is: at most that of the active one. */
  readonly firstUncleanableOffset: number
  readonly resources: CleanerResources
}

/**
 * The part of a log that concerns its cleaning: hands out what a cleaner needs to know, takes cleaned segments in, and
 * keeps everything apart that changes which segments there are. Retention passes over a log that is being cleaned;
 * a cut, a move and the end of the log call the cleaning off.
 */
export class LogCompaction {
  readonly #log: LogParts
  readonly #directory: string
  #cleaning: { readonly abort: AbortController; readonly ended: Promise<void> } | undefined
  /** How many want that there be no cleaning. */
  #pauses = 0
  #revision = 0

  constructor(log: LogParts, directory: string) {
    this.#log = log
    this.#directory = directory
  }

  /**
   * Rises whenever segments are replaced. Of an aborted transaction whose records are gone the log knows nothing any
   * more: who reads records, and then what of them was aborted, must not have one from before and the other from after.
   */
  get revision(): number {
    return this.#revision
  }

  get isCleaning(): boolean {
    return this.#cleaning !== undefined
  }

  /** Nothing may be cleaned now. */
  get isPaused(): boolean {
    return this.#pauses > 0
  }

  /** The base offset of the segment that holds `offset`, or would: nothing in it may be cleaned if that may not. */
  segmentBaseOf(offset: number): number {
    const { segments } = this.#log.local
    return (segments.floor(offset) ?? segments.first).baseOffset
  }

  /** How dirty the log is, which was cleaned up to `checkpointedOffset`. */
  judge(o: { readonly checkpointedOffset: number | undefined; readonly nowMs: number }): Promise<LogToClean> {
    return judgeLog(this.#log, o)
  }

  /** Cleans the log. Throws {@link CleaningAborted} when it is called off, or must not be cleaned now. */
  async clean(plan: CleaningPlan, runner: CleaningRunner): Promise<CleaningResult> {
    if (this.#pauses > 0 || this.#cleaning !== undefined) throw new CleaningAborted(this.#log.name)
    const abort = new AbortController()
    const { promise: ended, resolve } = Promise.withResolvers<void>()
    this.#cleaning = { abort, ended }
    try {
      // A recovery takes offsets that are not there behind the recovery point for a loss, and cuts the log.
      await this.#log.local.flushed(plan.firstUncleanableOffset)
      await this.#leaveCommitFile()
      await this.#log.context.checkpointRecoveryPoints(this.#log.name)
      await this.#makeFirm()
      // Behind what retention may be deleting just now.
      const job = await this.#log.housekeeping.queue.run(() => this.#jobOf(plan))
      const { signal } = abort
      return await runner.run(job, { signal, replace: (cleaned) => this.#replace(cleaned, signal) })
    } finally {
      this.#cleaning = undefined
      resolve()
    }
  }

  /** From here on it can only come to speak of what lies behind the segments that are cleaned. */
  async #leaveCommitFile(): Promise<void> {
    try {
      await this.#log.local.leaveCommitFile()
    } catch (cause) {
      // It may be another log that the disk refused, which says so itself.
      throw new CleaningAborted(this.#log.name, { cause })
    }
  }

  /**
   * Brings to disk what a cleaning relies on: the records for which older ones go, and the file of the active segment.
   * Without that file a cleaned segment would be the last one for the next start, which takes the gaps in it for damage.
   */
  async #makeFirm(): Promise<void> {
    const { local, offsets, housekeeping, context } = this.#log
    await local.flushed(offsets.lastStableOffset)
    await housekeeping.queue.run(async () => {
      await local.segments.active.create()
      await context.fs.syncDirectory(this.#directory)
    })
  }

  /** Calls a cleaning off, waits for its end, and lets none begin until the returned function is called. */
  async pause(): Promise<() => void> {
    this.#pauses += 1
    this.#cleaning?.abort.abort()
    await this.#cleaning?.ended
    let isOver = false
    return () => {
      if (isOver) return
      isOver = true
      this.#pauses -= 1
    }
  }

  /** Runs something that may not go on beside a cleaning. */
  async whilePaused<T>(run: () => Promise<T>): Promise<T> {
    const resume = await this.pause()
    try {
      return await run()
    } finally {
      resume()
    }
  }

  async #jobOf({ firstDirtyOffset, firstUncleanableOffset, resources }: CleaningPlan): Promise<CleaningJob> {
    const { name, configRef, local, context, producers } = this.#log
    const { segmentBytes, segmentIndexBytes, indexIntervalBytes, deleteRetentionMs } = configRef.current
    const segments = local.segments
      .values()
      .filter((segment) => segment !== local.segments.active && segment.baseOffset < firstUncleanableOffset)
    const dirty = segments.findLast(({ baseOffset }) => baseOffset <= firstDirtyOffset)
    const aborted = await this.#abortedBefore(firstUncleanableOffset)
    return {
      name,
      directory: this.#directory,
      segments: segments.map((segment) => ({
        baseOffset: segment.baseOffset,
        logPath: segment.logPath,
        sizeInBytes: segment.writtenBytes,
        offsetIndexBytes: segment.indexes.offsetIndex.count * OffsetIndex.entryBytes,
        timeIndexBytes: segment.indexes.timeIndex.count * TimeIndex.entryBytes,
      })),
      firstDirtyOffset,
      firstUncleanableOffset,
      dirtyPosition: dirty === undefined ? 0 : await dirty.lookup(firstDirtyOffset),
      abortedTransactions: aborted,
      lastOfProducers: producers.active.map(({ producerId, producerEpoch, lastOffset }) => ({
        producerId,
        producerEpoch,
        lastOffset,
      })),
      segmentBytes,
      segmentIndexBytes,
      indexIntervalBytes,
      deleteRetentionMs,
      nowMs: context.clock.nowMs(),
      resources,
    }
  }

  /** Transactions that began before `offset`. They are known by their markers, which may come behind it. */
  async #abortedBefore(offset: number): Promise<AbortedTransaction[]> {
    const found: AbortedTransaction[] = []
    for (const segment of this.#log.local.segments.values()) {
      for (const transaction of await segment.transactionIndex.load()) {
        if (transaction.firstOffset < offset) found.push(transaction)
      }
    }
    return found
  }

  /** Puts a cleaned segment in the place of those that it was made from (Kafka's LocalLog.replaceSegments). */
  #replace(cleaned: CleanedSegment, signal: AbortSignal): Promise<void> {
    const { housekeeping, local, configRef } = this.#log
    return housekeeping.queue.run(async () => {
      const swap = { fs: this.#log.context.fs, directory: this.#directory }
      const old = this.#replacedBy(cleaned)
      try {
        if (signal.aborted || old === undefined) throw new CleaningAborted(this.#log.name)
        await renameCleaned(swap, cleaned)
      } catch (error) {
        await discardCleaned(swap, cleaned.baseOffset)
        throw error
      }
      // From here on it is the log that fails when the disk does: the next time it is opened completes the exchange.
      await housekeeping.guard(async () => {
        await swap.fs.syncDirectory(swap.directory)
        const segment = this.#newSegment(cleaned, old.at(-1)!)
        local.replaceSegments(old, segment, local.segments.higher(old.at(-1)!)!.baseOffset)
        this.#revision += 1
        await local.readsEnded()
        await retireReplaced(swap, old, cleaned)
        await finishSwap(swap, segment, (run) => local.withoutReads(run))
        await housekeeping.removeSnapshots(old.slice(1))
        housekeeping.removeLater(old, configRef.current.fileDeleteDelayMs)
      })
    })
  }

  /** The segments that a cleaned one replaces; undefined when they are not all there any more. */
  #replacedBy({ replaced }: CleanedSegment): readonly LogSegment[] | undefined {
    const { segments } = this.#log.local
    const old = replaced.flatMap((baseOffset) => {
      const segment = segments.floor(baseOffset)
      return segment?.baseOffset === baseOffset && segment !== segments.active ? [segment] : []
    })
    return old.length === replaced.length ? old : undefined
  }

  #newSegment(cleaned: CleanedSegment, lastReplaced: LogSegment): LogSegment {
    const { context, configRef } = this.#log
    return new LogSegment({
      baseOffset: cleaned.baseOffset,
      directory: this.#directory,
      context,
      config: () => configRef.current,
      nowMs: context.clock.nowMs(),
      jitterMs: 0,
      existing: { ...cleaned, modifiedMs: lastReplaced.lastModifiedMs },
      suffix: SWAP_SUFFIX,
    })
  }
}
