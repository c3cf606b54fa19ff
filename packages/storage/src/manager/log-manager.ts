import { ZERO_UUID } from '@milena/protocol/messages'
import type { Logger } from '@milena/runtime'
import { BackgroundTasks } from './background-tasks.ts'
import { defaultCleanerConfig } from '../cleaner/cleaner-config.ts'
import {
  forgetDeleted,
  openCommitFiles,
  removeStopped,
  settleCommitFiles,
  stopCommitFiles,
} from '../commit/commit-files.ts'
import { InlineCleaningRunner } from '../cleaner/cleaning-runner.ts'
import { LogCleaner } from '../cleaner/log-cleaner.ts'
import { DirectorySyncs } from './directory-syncs.ts'
import { DiskWatch } from '../recovery/disk-watch.ts'
import type { ClosedLog } from '../recovery/offline-logs.ts'
import { OfflineLogs } from '../recovery/offline-logs.ts'
import { FilePool } from '../segment/file-pool.ts'
import { GroupCommit } from '../log/group-commit.ts'
import { IndexCache } from '../segment/index-cache.ts'
import { KeyedQueue } from '../keyed-queue.ts'
import { forEachInSlices, forEachLimited } from '../limited.ts'
import { LogBurial } from './log-burial.ts'
import { scheduleLogWork } from './log-background.ts'
import type { HostedLog } from './log-checkpoints.ts'
import { LogCreation } from './log-creation.ts'
import { LogMoves } from './log-moves.ts'
import { LogPlacement } from './log-placement.ts'
import { LogTwins } from '../recovery/log-twins.ts'
import type { LogMove } from './log-move.ts'
import { LogResumption } from '../recovery/log-resumption.ts'
import { LogCheckpoints } from './log-checkpoints.ts'
import type { LogConfig } from '../log-config.ts'
import { defaultLogConfig } from '../log-config.ts'
import type { LogContext } from '../log-context.ts'
import type { LogDir } from './log-dir.ts'
import { LogExchange } from './log-exchange.ts'
import { knownClusterId, loadDirs, loadLogs, openDirs } from './log-manager-dirs.ts'
import type { LogManagerOptions } from './log-manager-options.ts'
import { StorageError, storageFailure } from '../storage-error.ts'
import { TailCache } from '../log/tail-cache.ts'
import type { TopicPartition } from '../topic-partition.ts'
import { topicPartitionName } from '../topic-partition.ts'
import type { UnifiedLog } from '../log/unified-log.ts'

const MEGABYTE = 1_048_576

/** Logs closed at a time: enough to keep the disk and the thread pool busy. */
const CONCURRENCY = 16

/**
 * All logs of a broker, in one or several folders (Kafka's LogManager): opens them at the start, makes and deletes
 * them, keeps their checkpoints, enforces retention, and closes them so that the next start has nothing to recover.
 */
export class LogManager {
  readonly clusterId: string
  readonly cleaner: LogCleaner
  readonly #o: LogManagerOptions
  readonly #dirs: readonly LogDir[]
  readonly #context: LogContext
  readonly #logs = new Map<string, HostedLog>()
  readonly #offline: OfflineLogs
  readonly #changes = new KeyedQueue()
  readonly #checkpoints: LogCheckpoints
  #closing: Promise<void> | undefined
  readonly #moves: LogMoves
  readonly #placement: LogPlacement
  readonly #creation: LogCreation
  /** Moves that the last stop interrupted. */
  readonly #interrupted: { readonly topicPartition: TopicPartition; readonly dir: LogDir }[] = []
  readonly #watch: DiskWatch
  #onMoved: (log: UnifiedLog) => void = () => undefined
  #onResumed: (log: UnifiedLog) => void = () => undefined
  #onOpened: (topicPartition: TopicPartition) => void = () => undefined
  #onOffline: (log: UnifiedLog) => void = () => undefined
  readonly #background: BackgroundTasks
  readonly #burial: LogBurial
  readonly #twins: LogTwins
  readonly #logger: Logger
  #defaultConfig: LogConfig
  #producerIdExpirationMs: number

  private constructor(o: LogManagerOptions, clusterId: string, dirs: readonly LogDir[]) {
    this.#o = o
    this.clusterId = clusterId
    this.#dirs = dirs
    this.#checkpoints = new LogCheckpoints(dirs, (dir, error) => this.#watch.suspend(dir, error))
    this.#placement = new LogPlacement({ logDirs: o.logDirs, dirs, taken: () => this.#takenDirs() })
    this.#defaultConfig = o.defaultConfig ?? defaultLogConfig
    this.#producerIdExpirationMs = o.producerIdExpirationMs ?? 86_400_000
    this.#logger = o.logger.child('LogManager')
    this.#background = new BackgroundTasks({ clock: o.clock, logger: this.#logger })
    this.#burial = new LogBurial({ ...o, background: this.#background, changes: this.#changes })
    this.#twins = new LogTwins({ burial: this.#burial, logger: this.#logger })
    this.#context = {
      fs: o.fs,
      clock: o.clock,
      random: o.random,
      logger: o.logger.child('UnifiedLog'),
      files: new FilePool({ fs: o.fs, openMax: o.openFilesMax ?? 1000 }),
      directorySyncs: new DirectorySyncs(o.fs),
      groupCommit: new GroupCommit({ concurrency: o.syncsAtATime, togetherMin: o.syncTogetherMin }),
      indexCache: new IndexCache(o.indexCacheBytes ?? 32 * MEGABYTE),
      tailCache: new TailCache(o.tailCacheBytes ?? 48 * MEGABYTE),
      corruption: o.corruption ?? 'offline',
      producerIdExpirationMs: () => this.#producerIdExpirationMs,
      checkpointRecoveryPoints: (name) => this.#checkpoints.writeOffsetsFor(name, this.#hosted),
      noteTruncated: (name, offset) => this.cleaner.noteTruncated(this.#logs.get(name), offset),
    }
    this.cleaner = new LogCleaner({
      ...o,
      logger: o.logger.child('LogCleaner'),
      config: o.cleaner ?? defaultCleanerConfig,
      hosted: this.#hosted,
      openRunner: o.openCleaningRunner ?? (() => new InlineCleaningRunner(o)),
    })
    const hosted = (name: string): HostedLog | undefined => this.#logs.get(name)
    const parts = { context: this.#context, logger: this.#logger, changes: this.#changes, burial: this.#burial, hosted }
    const exchange = new LogExchange({
      ...parts,
      replace: (old, reopened) => this.#replace(old, reopened, reopened.log.logEndOffset),
      onMoved: (log) => this.#onMoved(log),
    })
    const resumption = new LogResumption({
      ...parts,
      recoveryPointOf: (log) => this.#checkpoints.recoveryPointOf(log),
      replace: (old, reopened) => {
        this.#replace(old, reopened, reopened.log.recoveryPoint)
        this.#onResumed(reopened.log)
      },
    })
    this.#offline = new OfflineLogs({
      ...parts,
      twins: this.#twins,
      onOpened: (closed, log) => this.#hostOpened(closed, log),
    })
    this.#watch = this.#newWatch(resumption)
    this.#creation = this.#newCreation()
    for (const dir of dirs) dir.onSuspect = () => this.#watch.inspect(dir)
    this.#moves = new LogMoves({
      ...o,
      logger: this.#logger,
      placement: this.#placement,
      hosted,
      exchange: (move) => exchange.carryOut(move),
    })
  }

  #newWatch(resumption: LogResumption): DiskWatch {
    return new DiskWatch({
      clock: this.#o.clock,
      logger: this.#logger,
      hosted: this.#hosted,
      burial: this.#burial,
      resume: (log) => resumption.resume(log),
      offline: this.#offline,
      onOffline: (dir, failure, logs) => {
        for (const log of logs) this.#onOffline(log)
        this.#o.onLogDirFailure?.(dir.path, failure)
      },
    })
  }

  #newCreation(): LogCreation {
    return new LogCreation({
      context: this.#context,
      placement: this.#placement,
      burial: this.#burial,
      checkpoints: this.#checkpoints,
      hosted: this.#hosted,
      forgetDeleted: (name) => forgetDeleted(name, this.#dirs),
      host: (log, dir) => this.#host(log, dir, 0),
      onRefused: (dir, cause) => this.#watch.suspend(dir, cause),
    })
  }

  /**
   * Takes the folders and opens every log in them. One folder of several that cannot be read is left out; a folder
   * that another broker has, or that belongs to another cluster or node, stops the start.
   */
  static async open(o: LogManagerOptions): Promise<LogManager> {
    const clusterId = o.clusterId ?? (await knownClusterId(o)) ?? o.random.uuid()
    const dirs = await openDirs(o, clusterId)
    openCommitFiles(dirs, { ...o, logger: o.logger.child('CommitFile'), bytesMax: o.commitFileBytes })
    const manager = new LogManager(o, clusterId, dirs)
    try {
      const lostFlushed = await loadDirs(dirs, {
        load: (dir) => manager.#load(dir),
        giveUp: (dir, error) => manager.#watch.giveUp(dir, error),
      })
      // Not before all are open: what the files say of the others must stay.
      if (lostFlushed) await manager.checkpointOffsets()
    } catch (error) {
      for (const dir of dirs) await dir.release()
      throw error
    }
    return manager
  }

  /** Returns whether a log has lost what had been flushed, so that its recovery point must not stay. */
  async #load(dir: LogDir): Promise<boolean> {
    const startMs = this.#o.clock.monotonicMs()
    const sizeBefore = this.#logs.size
    let lostFlushed = false
    const { deletedDirs, moving, orphanedNames } = await loadLogs(dir, {
      context: this.#context,
      config: this.#defaultConfig,
      onLoaded: (log, checkpointedRecoveryPoint) => {
        this.#hostFound({ log, dir }, checkpointedRecoveryPoint)
        lostFlushed ||= log.recoveryPoint < checkpointedRecoveryPoint
      },
      onOffline: (closed, error, offsets) => {
        if (this.#offline.add(closed, error)) this.#watch.openLater(dir)
        this.#checkpoints.keep(closed.topicPartition, dir, offsets)
      },
      recoveryThreads: this.#o.recoveryThreadsPerDir ?? 2,
    })
    await this.#twins.bury()
    for (const name of orphanedNames) this.#checkpoints.forget(name, dir)
    for (const deleted of deletedDirs) this.#burial.removeLater(deleted, this.#defaultConfig.fileDeleteDelayMs)
    this.#interrupted.push(...moving.map((topicPartition) => ({ topicPartition, dir })))
    this.#logger.info('Loaded logs', {
      logDir: dir.path,
      logs: this.#logs.size - sizeBefore,
      recovered: !dir.hadCleanShutdown,
      ms: Math.round(this.#o.clock.monotonicMs() - startMs),
    })
    return lostFlushed
  }

  /** The folders, and why one is not used any more. */
  get logDirs(): readonly Pick<LogDir, 'path' | 'meta' | 'failure' | 'refusal' | 'hadCleanShutdown'>[] {
    return this.#dirs
  }

  /** A folder is not there: nobody knows which logs lie in it. */
  get lacksFolders(): boolean {
    return this.#o.logDirs.length > this.#dirs.filter(({ failure }) => failure === undefined).length
  }

  /** There is a log, but it could not be opened. */
  isOffline(topicPartition: TopicPartition): boolean {
    return this.#offline.of(topicPartition).length > 0
  }

  log(topicPartition: TopicPartition): UnifiedLog | undefined {
    return this.#logs.get(topicPartitionName(topicPartition))?.log
  }

  *logs(): Iterable<UnifiedLog> {
    for (const { log } of this.#logs.values()) yield log
  }

  /** The folder in which a log lies. */
  logDirOf(topicPartition: TopicPartition): string | undefined {
    return this.#logs.get(topicPartitionName(topicPartition))?.dir.path
  }

  /** The folder in which a log lies, or will be made. */
  placeOf(topicPartition: TopicPartition): string {
    const known = this.logDirOf(topicPartition)
    if (known !== undefined) return known
    const name = topicPartitionName(topicPartition)
    const dir = this.#placement.dirOfNew(name)
    this.#placement.prefer(name, dir)
    return dir.path
  }

  /** Bytes of the volume on which a folder lies. */
  space(logDir: string): Promise<{ readonly totalBytes: number; readonly usableBytes: number }> {
    return this.#o.fs.space(logDir)
  }

  /**
   * The log of a partition, made when there is none. Throws INCONSISTENT_TOPIC_ID when the folder holds the records
   * of another topic that had the same name, and KAFKA_STORAGE_ERROR when no folder is fit for a new log.
   */
  getOrCreateLog(topicPartition: TopicPartition, topicId: string, config?: LogConfig): Promise<UnifiedLog> {
    const name = topicPartitionName(topicPartition)
    return this.#changes.run(name, async () => {
      const known = this.#logs.get(name)?.log
      const [offline] = this.#offline.of(topicPartition)
      if (known === undefined && offline !== undefined) throw offline.failure
      const created = { topicPartition, topicId, config: config ?? this.#defaultConfig }
      if (known === undefined) return this.#creation.make(created)
      if (known.topicId === ZERO_UUID) await this.#creation.adopt(known, topicId)
      if (known.topicId !== topicId) {
        const message = `the folder of ${name} belongs to topic id ${known.topicId} and not to ${topicId}`
        throw new StorageError('INCONSISTENT_TOPIC_ID', message)
      }
      if (config !== undefined) known.updateConfig(config)
      return known
    })
  }

  /** Of each log its folder: one by one, since with a single folder nobody looks at them. */
  *#takenDirs(): Iterable<LogDir> {
    for (const { dir } of this.#logs.values()) yield dir
  }

  /** All logs with their folders, as they are now. */
  readonly #hosted = (): readonly HostedLog[] => [...this.#logs.values()]

  /** Takes a log that a start found; one that lies in two folders is taken once. */
  #hostFound(found: HostedLog, checkpointedRecoveryPoint: number): void {
    const known = this.#logs.get(topicPartitionName(found.log.topicPartition))
    const stays = known === undefined ? undefined : this.#twins.choose(known, found)
    if (known === undefined || stays === undefined) this.#host(found.log, found.dir, checkpointedRecoveryPoint)
    else if (stays === found) this.#replace(known, found, checkpointedRecoveryPoint)
  }

  /** Takes a log that the start could not open; undefined when nothing of it had to be kept. */
  #hostOpened({ topicPartition, dir, recoveryPoint }: ClosedLog, log: UnifiedLog | undefined): void {
    if (log === undefined) this.#checkpoints.forget(topicPartitionName(topicPartition), dir)
    else this.#host(log, dir, recoveryPoint)
    this.#onOpened(topicPartition)
    if (log !== undefined && log.recoveryPoint < recoveryPoint) void this.checkpointOffsets()
  }

  #host(log: UnifiedLog, dir: LogDir, checkpointedRecoveryPoint: number): void {
    const name = topicPartitionName(log.topicPartition)
    const other = this.#logs.get(name)
    if (other !== undefined) {
      const message = `${name} lies in ${other.dir.path} and in ${dir.path}; one of the two folders must go`
      throw new StorageError('KAFKA_STORAGE_ERROR', message)
    }
    this.#logs.set(name, { log, dir })
    this.#burial.forgive(log.directory)
    this.#placement.forget(name)
    this.#checkpoints.host({ log, dir }, checkpointedRecoveryPoint)
    log.listen({ onFailure: (_, error) => this.#watch.suspend(dir, error) })
  }

  /** Deletes a log: at once for everyone, its files after `file.delete.delay.ms`. */
  deleteLog(topicPartition: TopicPartition): Promise<void> {
    const name = topicPartitionName(topicPartition)
    return this.#changes.run(name, async () => {
      const hosted = this.#logs.get(name)
      if (hosted !== undefined) await this.#deleteHosted(name, hosted)
      await this.#deleteOffline(name, topicPartition)
    })
  }

  async #deleteHosted(name: string, hosted: HostedLog): Promise<void> {
    const { dir, log } = hosted
    this.#moves.cancel(name)
    this.#logs.delete(name)
    this.#checkpoints.forget(name, dir)
    await log.close({ flush: false })
    await this.cleaner.noteDeleted(hosted)
    const grave = await this.#burial.bury(log.topicPartition, dir, log.config).catch((cause: unknown) => {
      this.#watch.suspend(dir, cause)
      throw storageFailure(`the folder of ${name} stays until the disk lets it go`, cause)
    })
    this.#logger.info('Deleted the log of a partition', { partition: name, renamedTo: grave })
  }

  /** Of a log that could not be opened, the folder goes all the same. */
  async #deleteOffline(name: string, topicPartition: TopicPartition): Promise<void> {
    for (const offline of this.#offline.of(topicPartition)) {
      await this.#burial.bury(topicPartition, offline.dir, this.#defaultConfig)
      this.#offline.delete(offline)
      this.#checkpoints.forget(name, offline.dir)
    }
  }

  /** The move of a log that is under way. */
  moveOf(topicPartition: TopicPartition): Pick<LogMove, 'dir' | 'sizeInBytes' | 'offsetLag' | 'done'> | undefined {
    return this.#moves.of(topicPartition)
  }

  /** Calls back with the log that took the place of one that moved to another folder, which is closed. */
  onMoved(listener: (log: UnifiedLog) => void): void {
    this.#onMoved = listener
  }

  /** Calls back with the log that took the place of one that failed, and holds what of that one had been written. */
  onResumed(listener: (log: UnifiedLog) => void): void {
    this.#onResumed = listener
  }

  /** Calls back with every partition whose log the disk had kept closed at the start, when it is open, or gone. */
  onOpened(listener: (topicPartition: TopicPartition) => void): void {
    this.#onOpened = listener
  }

  /** Calls back with every log whose folder cannot be read any more. */
  onOffline(listener: (log: UnifiedLog) => void): void {
    this.#onOffline = listener
  }

  /**
   * Begins to move a log into another of the folders; where there is no log yet, that is where it will be made. Throws
   * LOG_DIR_NOT_FOUND for a folder that is none of this broker's, KAFKA_STORAGE_ERROR for one that failed, and
   * INVALID_REPLICA_ASSIGNMENT for one that is cordoned.
   */
  moveLog(topicPartition: TopicPartition, logDir: string): void {
    this.#moves.begin(topicPartition, () => this.#placement.dirToMoveTo(logDir))
  }

  /** A log that was opened anew, or elsewhere, takes the place of the one that was closed. */
  #replace({ log, dir }: HostedLog, reopened: HostedLog, checkpointedRecoveryPoint: number): void {
    const name = topicPartitionName(log.topicPartition)
    this.#logs.delete(name)
    this.#checkpoints.forget(name, dir)
    this.#host(reopened.log, reopened.dir, checkpointedRecoveryPoint)
    if (reopened.dir !== dir) this.cleaner.noteMoved(reopened, dir)
  }

  /** Changes the config of a partition's log, or of all logs of a topic. */
  updateConfig(target: TopicPartition | string, config: LogConfig): void {
    for (const { log } of this.#logs.values()) {
      const { topic, partition } = log.topicPartition
      const isMeant =
        typeof target === 'string' ? topic === target : topic === target.topic && partition === target.partition
      if (isMeant) log.updateConfig(config)
    }
  }

  /** Changes what logs without a config of their own are made with. */
  updateDefaultConfig(config: LogConfig): void {
    this.#defaultConfig = config
  }

  get cordonedLogDirs(): readonly string[] {
    return this.#placement.cordonedLogDirs
  }

  /** From now on no log is made in these folders or moved there; what lies in them stays in use (KIP-1066). */
  updateCordonedLogDirs(logDirs: readonly string[]): void {
    this.#placement.cordonedLogDirs = logDirs
  }

  /** Changes after how long idle producers are forgotten, from the next check on. */
  updateProducerIdExpiration(expirationMs: number): void {
    this.#producerIdExpirationMs = expirationMs
  }

  /** Begins the periodic work: checkpoints, retention, cleaning, forgetting of idle producers. */
  startBackground(): void {
    for (const { topicPartition, dir } of this.#interrupted) this.#moves.begin(topicPartition, () => dir)
    scheduleLogWork(this.#background, this, this.#o)
    this.cleaner.start()
  }

  /** Applies retention to all logs, one after the other. */
  async deleteOldSegments(): Promise<void> {
    // A log that fails at it has said so, and the others have a right to theirs.
    await forEachInSlices(this.logs(), async (log) => void (await log.deleteOldSegments().catch(() => undefined)))
  }

  /** Writes the high watermarks down. */
  checkpointHighWatermarks(): Promise<void> {
    return this.#checkpoints.writeHighWatermarks(this.#hosted)
  }

  /** Writes down from where a recovery would have to begin, and where each log starts. */
  async checkpointOffsets(): Promise<void> {
    await settleCommitFiles(this.#dirs)
    await this.#checkpoints.writeOffsets(this.#hosted)
  }

  /** Closes all logs so that the next start has nothing to recover, and gives the folders back. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    await this.cleaner.stop()
    await this.#moves.stop()
    await this.#background.stop()
    await this.#watch.stop()
    await this.#changes.idle()
    const hosted = [...this.#logs.values()]
    await stopCommitFiles(this.#dirs)
    await forEachLimited(hosted, CONCURRENCY, async ({ log, dir }) => {
      if (!(await log.close()) && log.failure !== undefined) dir.hasOfflineLogs = true
    })
    await this.#context.files.closeAll()
    try {
      await this.checkpointOffsets()
      await this.checkpointHighWatermarks()
      for (const dir of this.#dirs) {
        const logs = hosted.filter((each) => each.dir === dir).map(({ log }) => log)
        const states = new Map(logs.map((log) => [topicPartitionName(log.topicPartition), log.state]))
        if (!isInOrder(dir)) continue
        await removeStopped(dir, this.#logger)
        await dir.markClean(-1, states)
      }
    } finally {
      for (const dir of this.#dirs) await dir.release()
    }
  }
}

/** Whether the next start may take the folder's word for what lies in it. */
function isInOrder({ failure, refusal, hasOfflineLogs }: LogDir): boolean {
  return failure === undefined && refusal === undefined && !hasOfflineLogs
}
