import { isDeepStrictEqual } from 'node:util'
import type { Clock, FileSystem, Logger, Timer } from '@milena/runtime'
import { hasErrorCode } from '@milena/runtime'
import type { HostedLog } from '../manager/log-checkpoints.ts'
import type { LogDir } from '../manager/log-dir.ts'
import { SerialQueue } from '../serial-queue.ts'
import { topicPartitionName } from '../topic-partition.ts'
import type { UnifiedLog } from '../log/unified-log.ts'
import { CleanerCheckpoints } from './cleaner-checkpoints.ts'
import type { CleanerConfig } from './cleaner-config.ts'
import type { CleanerResources, CleanerStats, CleaningResult } from './cleaning-job.ts'
import { CleaningAborted } from './cleaning-job.ts'
import type { CleaningRunner } from './cleaning-runner.ts'
import type { LogToClean } from './log-to-clean.ts'

export interface LogCleanerOptions {
  readonly fs: FileSystem
  readonly clock: Clock
  readonly logger: Logger
  readonly config: CleanerConfig
  readonly hosted: () => Iterable<HostedLog>
  /** Makes a place where one log is cleaned at a time. */
  readonly openRunner: () => CleaningRunner
}

interface Candidate extends LogToClean {
  readonly hosted: HostedLog
}

/** One of `log.cleaner.threads`. */
interface Cleaner {
  readonly id: number
  runner: CleaningRunner | undefined
  timer: Timer | undefined
  /** Resolves when it does not work (any more). */
  working: Promise<void>
  isStopped: boolean
}

/**
 * Cleans compacted logs, the filthiest first, and rests when there is nothing to clean (Kafka's LogCleaner and
 * LogCleanerManager). A log at which a cleaning fails is not cleaned again before it is opened anew; one for which the
 * disk has no room is passed over until all others have been looked after.
 */
export class LogCleaner {
  readonly #o: LogCleanerOptions
  readonly #checkpoints: CleanerCheckpoints
  readonly #inProgress = new Set<UnifiedLog>()
  readonly #uncleanable = new WeakSet<UnifiedLog>()
  readonly #postponed = new Set<UnifiedLog>()
  readonly #notes = new SerialQueue()
  #cleaners: Cleaner[] = []
  #config: CleanerConfig
  #isRunning = false
  #lastStats: CleanerStats | undefined

  constructor(o: LogCleanerOptions) {
    this.#o = o
    this.#config = o.config
    this.#checkpoints = new CleanerCheckpoints(o)
  }

  /** What the last cleaning did. */
  get lastStats(): CleanerStats | undefined {
    return this.#lastStats
  }

  isUncleanable(log: UnifiedLog): boolean {
    return this.#uncleanable.has(log)
  }

  /** Up to where a log has been cleaned; undefined if it never was. */
  cleanedOffset(hosted: HostedLog): Promise<number | undefined> {
    return this.#checkpoints.offsetOf(hosted)
  }

  /** Begins to look for logs to clean, from time to time. */
  start(): void {
    this.#isRunning = true
    if (!this.#config.enabled) return
    for (let id = 0; id < this.#config.threads; id++) {
      const cleaner: Cleaner = { id, runner: undefined, timer: undefined, working: Promise.resolve(), isStopped: false }
      this.#cleaners.push(cleaner)
      this.#restThenWork(cleaner)
    }
  }

  /** Calls off what is under way. */
  async stop(): Promise<void> {
    this.#isRunning = false
    await this.#stopCleaners()
    await this.#notes.idle()
  }

  async #stopCleaners(): Promise<void> {
    const cleaners = this.#cleaners
    this.#cleaners = []
    for (const cleaner of cleaners) {
      cleaner.isStopped = true
      cleaner.timer?.cancel()
    }
    const resumes = await Promise.all([...this.#inProgress].map((log) => log.compaction.pause()))
    for (const resume of resumes) resume()
    await Promise.all(cleaners.map(({ working }) => working))
    await Promise.all(cleaners.map((cleaner) => this.#closeRunner(cleaner)))
  }

  /** Changes the configs; as in Kafka, what is under way is called off, and begins anew under the new ones. */
  async updateConfig(config: CleanerConfig): Promise<void> {
    const isSame = isDeepStrictEqual(config, this.#config)
    this.#config = config
    if (isSame) return
    if (!this.#isRunning) return
    await this.#stopCleaners()
    // Another change, or the end, may have come meanwhile.
    if (this.#isRunning && this.#cleaners.length === 0) this.start()
  }

  /** A log was cut: what comes behind that offset is dirty. */
  async noteTruncated(hosted: HostedLog | undefined, offset: number): Promise<void> {
    if (hosted !== undefined) await this.#note(() => this.#checkpoints.truncate(hosted, offset))
  }

  /** A log lies in another folder than before. */
  noteMoved(hosted: HostedLog, from: LogDir): void {
    void this.#note(() => this.#checkpoints.move(hosted, from))
  }

  /** A log was deleted. */
  noteDeleted(hosted: HostedLog): Promise<void> {
    return this.#note(() => this.#checkpoints.forget(hosted))
  }

  /** What is not written down costs no more than work that is done twice. */
  #note(write: () => Promise<void>): Promise<void> {
    return this.#notes.run(async () => {
      try {
        await write()
      } catch (error) {
        this.#o.logger.warn('The checkpoint of the cleaner could not be written', { error })
      }
    })
  }

  #restThenWork(cleaner: Cleaner): void {
    if (cleaner.isStopped) return
    cleaner.timer = this.#o.clock.setTimer(this.#config.backoffMs, () => {
      cleaner.working = this.#work(cleaner).finally(() => this.#restThenWork(cleaner))
    })
  }

  /** Cleans until there is nothing left to clean. */
  async #work(cleaner: Cleaner): Promise<void> {
    try {
      while (!cleaner.isStopped && (await this.#cleanOne(cleaner)));
      await this.#closeRunner(cleaner)
      await this.#deleteOldSegments()
    } catch (error) {
      this.#o.logger.error('The cleaner failed, and tries again later', { error })
    }
    this.#postponed.clear()
  }

  async #closeRunner(cleaner: Cleaner): Promise<void> {
    const { runner } = cleaner
    cleaner.runner = undefined
    await runner?.close()
  }

  /** Cleans all that there is to clean, and not only in the background; returns how many logs that were. */
  async cleanNow(): Promise<number> {
    const cleaner: Cleaner = {
      id: -1,
      runner: undefined,
      timer: undefined,
      working: Promise.resolve(),
      isStopped: false,
    }
    let count = 0
    try {
      while (await this.#cleanOne(cleaner)) count += 1
    } finally {
      await this.#closeRunner(cleaner)
    }
    return count
  }

  /** Cleans the filthiest log; false when there is none that needs it. */
  async #cleanOne(cleaner: Cleaner): Promise<boolean> {
    const candidate = await this.#grabFilthiest()
    if (candidate === undefined) return false
    const { log } = candidate.hosted
    try {
      if (cleaner.isStopped) return false
      cleaner.runner ??= this.#o.openRunner()
      const result = await log.compaction.clean({ ...candidate, resources: this.#resources() }, cleaner.runner)
      await this.#checkpoints.update(candidate.hosted, result.endOffset)
      this.#report(candidate, result)
      return true
    } catch (error) {
      this.#noteFailure(candidate, error)
      // The others have their turn at once; but one that was called off would be taken up again and again.
      return !(error instanceof CleaningAborted)
    } finally {
      this.#inProgress.delete(log)
    }
  }

  #resources(): CleanerResources {
    const { threads, dedupeBufferBytes, dedupeBufferLoadFactor, ioBufferBytes, ioMaxBytesPerSecond } = this.#config
    const share = Math.max(threads, 1)
    return {
      dedupeBufferBytes: dedupeBufferBytes / share,
      dedupeBufferLoadFactor,
      // Kafka has a second buffer of that size, to write from.
      ioBufferBytes: Math.floor(ioBufferBytes / share / 2),
      ioMaxBytesPerSecond: ioMaxBytesPerSecond / share,
    }
  }

  /** Chooses a log, and keeps other threads from it (Kafka's grabFilthiestCompactedLog). */
  async #grabFilthiest(): Promise<Candidate | undefined> {
    const nowMs = this.#o.clock.nowMs()
    let filthiest: Candidate | undefined
    for (const hosted of this.#o.hosted()) {
      const { log } = hosted
      if (!this.#isEligible(hosted)) continue
      const candidate = await this.#judge(hosted, nowMs)
      // Another thread may have taken it while it was judged.
      if (candidate === undefined || this.#inProgress.has(log) || !needsCleaning(candidate)) continue
      if (filthiest === undefined || candidate.cleanableRatio > filthiest.cleanableRatio) filthiest = candidate
    }
    if (filthiest === undefined || this.#inProgress.has(filthiest.hosted.log)) return undefined
    this.#inProgress.add(filthiest.hosted.log)
    return filthiest
  }

  #isEligible({ log, dir }: HostedLog): boolean {
    return (
      log.config.cleanupPolicy.includes('compact') &&
      log.failure === undefined &&
      dir.failure === undefined &&
      dir.refusal === undefined &&
      !log.compaction.isPaused &&
      !this.#inProgress.has(log) &&
      !this.#uncleanable.has(log) &&
      !this.#postponed.has(log)
    )
  }

  async #judge(hosted: HostedLog, nowMs: number): Promise<Candidate | undefined> {
    const { log } = hosted
    try {
      const checkpointedOffset = await this.#checkpoints.offsetOf(hosted)
      const candidate = await log.compaction.judge({ checkpointedOffset, nowMs })
      if (candidate.isCheckpointInvalid) await this.#resetCheckpoint(hosted, candidate, checkpointedOffset!)
      return { ...candidate, hosted }
    } catch (error) {
      this.#noteFailure({ hosted }, error)
      return undefined
    }
  }

  async #resetCheckpoint(
    hosted: HostedLog,
    { firstDirtyOffset }: LogToClean,
    checkpointedOffset: number,
  ): Promise<void> {
    const { log } = hosted
    // Where retention deletes too, it is what moved the log start offset.
    if (!(log.config.cleanupPolicy.includes('delete') && checkpointedOffset < log.logStartOffset)) {
      this.#o.logger.warn('A log is cleaned from its start again, because its checkpoint lies outside of it', {
        partition: topicPartitionName(log.topicPartition),
        checkpointedOffset,
        logStartOffset: log.logStartOffset,
        logEndOffset: log.logEndOffset,
      })
    }
    await this.#checkpoints.update(hosted, firstDirtyOffset)
  }

  /** Retention of compacted logs: once a round, and not while they are cleaned. */
  async #deleteOldSegments(): Promise<void> {
    for (const hosted of this.#o.hosted()) {
      // A log that fails at it has said so, and the others have a right to theirs.
      if (this.#isEligible(hosted)) await hosted.log.deleteOldSegments().catch(() => undefined)
    }
  }

  #noteFailure({ hosted: { log } }: Pick<Candidate, 'hosted'>, error: unknown): void {
    // What called it off, or the failure of the log, has been told already.
    if (error instanceof CleaningAborted || log.failure !== undefined) return
    const partition = topicPartitionName(log.topicPartition)
    if (['ENOSPC', 'EDQUOT', 'EROFS'].some((code) => hasErrorCode(error, code))) {
      this.#postponed.add(log)
      this.#o.logger.warn('The disk has no room to clean a log; it is tried again later', { partition, error })
      return
    }
    this.#uncleanable.add(log)
    this.#o.logger.error(
      'A log cannot be cleaned, and is not tried again before the next start; it grows until what is wrong is mended',
      { partition, error },
    )
  }

  #report({ hosted: { log }, firstDirtyOffset }: Candidate, { endOffset, stats }: CleaningResult): void {
    this.#lastStats = stats
    const partition = topicPartitionName(log.topicPartition)
    this.#o.logger.info('Cleaned a log', {
      partition,
      firstDirtyOffset,
      endOffset,
      bytesBefore: stats.bytesRead,
      bytesAfter: stats.bytesWritten,
      messagesBefore: stats.messagesRead,
      messagesAfter: stats.messagesWritten,
      bufferUtilizationPercent: Math.round(stats.bufferUtilization * 100),
      indexMs: Math.round(stats.indexMs),
      ms: Math.round(stats.elapsedMs),
    })
    if (stats.invalidMessagesRead > 0) {
      const records = stats.invalidMessagesRead
      this.#o.logger.warn('Records without a key were found in a compacted log, and removed', { partition, records })
    }
  }
}

function needsCleaning({ hosted: { log }, cleanableRatio, cleanableBytes, overdueMs, totalBytes }: Candidate): boolean {
  if (totalBytes === 0) return false
  return (overdueMs > 0 && cleanableBytes > 0) || cleanableRatio > log.config.minCleanableDirtyRatio
}
