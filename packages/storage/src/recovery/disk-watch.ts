import type { Clock, Logger } from '@milena/runtime'
import { BackgroundTasks } from '../manager/background-tasks.ts'
import { forEachLimited } from '../limited.ts'
import type { LogBurial } from '../manager/log-burial.ts'
import type { HostedLog } from '../manager/log-checkpoints.ts'
import type { LogDir } from '../manager/log-dir.ts'
import type { OfflineLogs } from './offline-logs.ts'
import { StorageError } from '../storage-error.ts'
import type { UnifiedLog } from '../log/unified-log.ts'

const FIRST_DELAY_MS = 1000
const DELAY_MS_MAX = 30_000

/** Logs opened anew at a time. */
const CONCURRENCY = 4

export interface DiskWatchOptions {
  readonly clock: Clock
  readonly logger: Logger
  readonly hosted: () => readonly HostedLog[]
  /** Knows of folders that the disk did not let go. */
  readonly burial: LogBurial
  /** Opens a log anew that failed; see {@link LogResumption}. */
  readonly resume: (log: UnifiedLog) => Promise<void>
  /** Logs that could not be opened at the start. */
  readonly offline: Pick<OfflineLogs, 'openIn'>
  /** The folder cannot be read any more, and neither can these logs. */
  readonly onOffline: (dir: LogDir, failure: StorageError, logs: readonly UnifiedLog[]) => void
}

/**
 * Folders whose disk refused something. As long as one can be read, it is only its writes that are refused, and it is
 * tried again, ever more seldom, until the disk takes them: space may come back, and a disk that was mounted read-only
 * may be mounted anew. A folder that cannot even be read is given up for the rest of this process, as in Kafka.
 */
export class DiskWatch {
  readonly #o: DiskWatchOptions
  readonly #tasks: BackgroundTasks
  readonly #inspected = new Set<LogDir>()
  /** Folders with logs that the disk did not let open. */
  readonly #waiting = new Set<LogDir>()

  constructor(o: DiskWatchOptions) {
    this.#o = o
    this.#tasks = new BackgroundTasks({ clock: o.clock, logger: o.logger })
  }

  /** To be told of everything that the disk refused to write. */
  suspend(dir: LogDir, cause: unknown): void {
    if (dir.failure !== undefined || dir.refusal !== undefined) return
    dir.refusal = dirFailure(`the disk of the log folder ${dir.path} refuses writes`, cause)
    this.#o.logger.error(
      'The disk refuses writes: producers get KAFKA_STORAGE_ERROR until it takes them again; reads go on',
      { logDir: dir.path, error: cause },
    )
    this.#tryLater(dir, FIRST_DELAY_MS)
  }

  /** The folder cannot be read, and neither can any log in it. */
  giveUp(dir: LogDir, cause: unknown): void {
    dir.failure = dirFailure(`the log folder ${dir.path} cannot be read`, cause)
    this.#o.logger.error(
      'A log folder is offline, and all partitions in it; mend it and start the broker again to get them back',
      { logDir: dir.path, error: cause },
    )
    const logs = this.#logsIn(dir)
    for (const log of logs) log.goOffline(dir.failure)
    this.#o.onOffline(dir, dir.failure, logs)
  }

  /** To be told of everything that the disk refused to read: perhaps the whole folder is gone. */
  inspect(dir: LogDir): void {
    if (dir.failure !== undefined || this.#inspected.has(dir)) return
    this.#inspected.add(dir)
    this.#tasks.once(0, 'inspect a log folder', async () => {
      await this.#isReadable(dir)
      this.#inspected.delete(dir)
    })
  }

  /** To be told of every log that the disk did not let open: it is tried again, ever more seldom, until it opens. */
  openLater(dir: LogDir): void {
    if (this.#waiting.has(dir)) return
    this.#waiting.add(dir)
    this.#tryToOpen(dir, FIRST_DELAY_MS)
  }

  stop(): Promise<void> {
    return this.#tasks.stop()
  }

  #tryLater(dir: LogDir, delayMs: number): void {
    this.#tasks.once(delayMs, 'try whether the disk takes writes again', async () => {
      if (dir.failure !== undefined || (await this.#isBack(dir)) || !(await this.#isReadable(dir))) return
      this.#tryLater(dir, Math.min(delayMs * 2, DELAY_MS_MAX))
    })
  }

  #tryToOpen(dir: LogDir, delayMs: number): void {
    this.#tasks.once(delayMs, 'open logs that the disk did not let open', async () => {
      if (dir.failure !== undefined) return
      // A folder that takes no writes is tried on its own account, and these logs with it.
      if (dir.refusal === undefined && (await this.#haveOpened(dir))) this.#waiting.delete(dir)
      else this.#tryToOpen(dir, Math.min(delayMs * 2, DELAY_MS_MAX))
    })
  }

  async #haveOpened(dir: LogDir): Promise<boolean> {
    try {
      await dir.tryWrite()
    } catch (error) {
      this.suspend(dir, error)
      return false
    }
    return this.#o.offline.openIn(dir)
  }

  async #isBack(dir: LogDir): Promise<boolean> {
    const { logger } = this.#o
    try {
      await this.#makeRoom(dir)
      await dir.tryWrite()
      await this.#o.burial.settleIn(dir)
      await forEachLimited(this.#failed(dir), CONCURRENCY, (log) => this.#o.resume(log))
      // One may have failed again while the others were opened.
      if (this.#failed(dir).length > 0) return false
    } catch (error) {
      logger.limited(dir.path).warn('The disk still refuses writes', { logDir: dir.path, error })
      return false
    }
    dir.refusal = undefined
    logger.info('The disk takes writes again', { logDir: dir.path })
    await this.#o.offline.openIn(dir)
    return true
  }

  /** Lets go what need not be kept: that may be all that a full disk waits for. */
  async #makeRoom(dir: LogDir): Promise<void> {
    // What one log cannot delete is no reason to leave the disk to itself.
    for (const log of this.#logsIn(dir)) await log.deleteOldSegments().catch(() => undefined)
  }

  #logsIn(dir: LogDir): UnifiedLog[] {
    return this.#o.hosted().flatMap((each) => (each.dir === dir ? [each.log] : []))
  }

  #failed(dir: LogDir): UnifiedLog[] {
    return this.#logsIn(dir).filter(({ failure }) => failure !== undefined)
  }

  async #isReadable(dir: LogDir): Promise<boolean> {
    try {
      await dir.tryRead()
      return true
    } catch (cause) {
      this.giveUp(dir, cause)
      return false
    }
  }
}

function dirFailure(what: string, cause: unknown): StorageError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new StorageError('KAFKA_STORAGE_ERROR', `${what}: ${reason}`, { cause })
}
