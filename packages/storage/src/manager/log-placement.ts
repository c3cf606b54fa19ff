import { StorageError, storageFailure } from '../storage-error.ts'
import type { LogDir } from './log-dir.ts'

export interface LogPlacementOptions {
  /** The folders of the configuration, also those that could not be taken. */
  readonly logDirs: readonly string[]
  readonly dirs: readonly LogDir[]
  /** Of each log that there is, its folder. */
  readonly taken: () => Iterable<LogDir>
}

/** In which of the folders logs are made, and into which they may move. */
export class LogPlacement {
  /** No log is made in these folders or moved there; what lies in them stays in use (KIP-1066). */
  cordonedLogDirs: readonly string[] = []
  readonly #o: LogPlacementOptions
  /** Where logs shall be made that there are not yet. */
  readonly #preferred = new Map<string, LogDir>()

  constructor(o: LogPlacementOptions) {
    this.#o = o
  }

  /** A log that there is not yet shall be made there. */
  prefer(name: string, dir: LogDir): void {
    this.#preferred.set(name, dir)
  }

  /** The log was made, or will not be. */
  forget(name: string): void {
    this.#preferred.delete(name)
  }

  /** The folder in which a log is to be made. Throws KAFKA_STORAGE_ERROR when there is none. */
  dirOfNew(name: string): LogDir {
    const preferred = this.#preferred.get(name)
    return preferred !== undefined && preferred.failure === undefined ? preferred : this.#emptiestDir()
  }

  /**
   * The folder that a move names. Throws LOG_DIR_NOT_FOUND for one that is none of this broker's, KAFKA_STORAGE_ERROR
   * for one that failed, and INVALID_REPLICA_ASSIGNMENT for one that is cordoned.
   */
  dirToMoveTo(logDir: string): LogDir {
    const dir = this.#o.dirs.find((each) => each.path === logDir)
    if (dir === undefined) {
      const isConfigured = this.#o.logDirs.includes(logDir)
      throw new StorageError(isConfigured ? 'KAFKA_STORAGE_ERROR' : 'LOG_DIR_NOT_FOUND', `no log folder ${logDir}`)
    }
    if (dir.failure !== undefined) throw storageFailure(`the log folder ${logDir} is offline`, dir.failure)
    if (this.cordonedLogDirs.includes(logDir)) {
      throw new StorageError('INVALID_REPLICA_ASSIGNMENT', `the log folder ${logDir} is cordoned`)
    }
    return dir
  }

  /**
   * The one with the fewest logs, as Kafka chooses, of those that are in use and not cordoned; one whose disk refuses
   * writes just now is better than none.
   */
  #emptiestDir(): LogDir {
    const online = this.#o.dirs.filter((dir) => dir.failure === undefined)
    const takingWrites = online.filter((dir) => dir.refusal === undefined)
    const fit = takingWrites.length > 0 ? takingWrites : online
    if (fit.length === 0) throw new StorageError('KAFKA_STORAGE_ERROR', 'no log folder is fit for a new log')
    const open = fit.filter((dir) => !this.cordonedLogDirs.includes(dir.path))
    // Where all are cordoned, what was placed on this broker by hand must lie somewhere; Kafka takes the first as well.
    if (open.length < 2) return open[0] ?? fit[0]!
    const counts = new Map(open.map((dir) => [dir, 0]))
    const count = (dir: LogDir): unknown => counts.has(dir) && counts.set(dir, counts.get(dir)! + 1)
    for (const dir of this.#preferred.values()) count(dir)
    for (const dir of this.#o.taken()) count(dir)
    return [...counts].reduce((least, entry) => (entry[1] < least[1] ? entry : least))[0]
  }
}
