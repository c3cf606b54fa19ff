import path from 'node:path'
import { ZERO_UUID } from '@milena/protocol/messages'
import type { Logger } from '@milena/runtime'
import { takeCommitFiles } from '../commit/commit-files.ts'
import { forEachLimited } from '../limited.ts'
import type { CheckpointedOffsets } from './log-checkpoints.ts'
import type { LogConfig } from '../log-config.ts'
import type { LogContext } from '../log-context.ts'
import { LogDir } from './log-dir.ts'
import type { Checkpoints } from './log-dir.ts'
import type { LogState } from './log-state.ts'
import { PARTITION_METADATA_FILE } from '../segment/log-files.ts'
import { loadLog } from '../recovery/log-loader.ts'
import type { ClosedLog } from '../recovery/offline-logs.ts'
import type { LogManagerOptions } from './log-manager-options.ts'
import { readMetaProperties } from './meta-properties.ts'
import { readTextIfPresent } from './offset-checkpoint.ts'
import { isUnwrittenMetadata, parsePartitionMetadata } from './partition-metadata.ts'
import { RecoveryProgress } from '../recovery/recovery-progress.ts'
import { StorageError } from '../storage-error.ts'
import type { TopicPartition } from '../topic-partition.ts'
import { topicPartitionName } from '../topic-partition.ts'
import type { UnifiedLog } from '../log/unified-log.ts'

/** Logs opened at a time after an orderly stop: enough to keep the disk and the thread pool busy. */
const CONCURRENCY = 16
/** Logs recovered at a time for each of Kafka's recovery threads: here one that waits for the disk holds no thread. */
const CONCURRENCY_PER_THREAD = 8

/** The cluster that the folders already belong to. */
export async function knownClusterId({ fs, logDirs }: LogManagerOptions): Promise<string | undefined> {
  for (const logDir of logDirs) {
    const meta = await readMetaProperties(fs, logDir).catch(() => undefined)
    if (meta !== undefined) return meta.clusterId
  }
  return undefined
}

/**
 * Takes the folders. One that the disk refuses is left out as long as another one is left; one that somebody else
 * has, or that belongs elsewhere, is an error of who started this broker, and ends it.
 */
export async function openDirs(o: LogManagerOptions, clusterId: string): Promise<LogDir[]> {
  const dirs: LogDir[] = []
  let failure: unknown
  try {
    for (const logDir of o.logDirs) {
      try {
        dirs.push(await LogDir.open({ ...o, path: logDir, clusterId }))
      } catch (error) {
        if (error instanceof StorageError) throw error
        failure = error
        o.logger.error('A log folder cannot be used', { logDir, error })
        o.onLogDirFailure?.(logDir, error instanceof Error ? error : new Error(String(error)))
      }
    }
    if (dirs.length === 0)
      throw new StorageError('KAFKA_STORAGE_ERROR', 'no log folder can be used', { cause: failure })
  } catch (error) {
    for (const dir of dirs) await dir.release()
    throw error
  }
  return dirs
}

/**
 * Opens all logs of all folders side by side; returns whether any `load` did. A folder that the disk refuses to read is
 * given up as long as another one is left.
 */
export async function loadDirs(
  dirs: readonly LogDir[],
  o: {
    readonly load: (dir: LogDir) => Promise<boolean>
    readonly giveUp: (dir: LogDir, error: unknown) => void
  },
): Promise<boolean> {
  const loads = dirs.map(async (dir) => {
    try {
      return await o.load(dir)
    } catch (error) {
      if (error instanceof StorageError) throw error
      o.giveUp(dir, error)
      return false
    }
  })
  const results = await Promise.allSettled(loads)
  const failed = results.find((result) => result.status === 'rejected')
  if (failed !== undefined) throw failed.reason
  if (dirs.every(({ failure }) => failure !== undefined)) throw dirs[0]!.failure!
  return results.some((result) => result.status === 'fulfilled' && result.value)
}

/** What was found in a folder beside the logs that were opened. */
export interface LoadedDir {
  /** Folders of deleted partitions that are still there. */
  readonly deletedDirs: readonly string[]
  /** Logs that were moving into this folder when the broker stopped; what they left was removed. */
  readonly moving: readonly TopicPartition[]
  /** Names of which a checkpoint speaks, and for which there is no folder. */
  readonly orphanedNames: readonly string[]
}

export interface LoadLogsOptions {
  readonly context: LogContext
  readonly config: LogConfig
  readonly onLoaded: (log: UnifiedLog, checkpointedRecoveryPoint: number) => void
  readonly onOffline: (closed: ClosedLog, error: unknown, offsets: CheckpointedOffsets) => void
  readonly recoveryThreads: number
}

/** Opens all logs of a folder. A log that cannot be opened stays closed, loudly; the others are not held up. */
export async function loadLogs(dir: LogDir, o: LoadLogsOptions): Promise<LoadedDir> {
  const { logger } = o.context
  const { checkpoints, isDamaged } = await readCheckpoints(dir, logger)
  let content = await dir.content()
  if (content.commitFiles.length > 0) {
    await takeCommitFiles(dir, { ...o.context, ...content, ...checkpoints })
    // Some logs may not have been there before.
    content = await dir.content()
  }
  const states = await dir.readLogStates()
  for (const leftover of content.leftovers) await o.context.fs.remove(leftover)
  for (const { directory } of content.future) await o.context.fs.removeDirectory(directory)
  for (const name of content.unknown)
    logger.warn('A log folder holds something that is no partition', { logDir: dir.path, name })
  const progress = new RecoveryProgress({
    clock: o.context.clock,
    logger,
    logDir: dir.path,
    partitions: content.partitions.length,
  })
  const removed = new Set<string>()
  let areAllOpen = true
  const concurrency = dir.hadCleanShutdown ? CONCURRENCY : CONCURRENCY_PER_THREAD * o.recoveryThreads
  await forEachLimited(content.partitions, concurrency, async (topicPartition) => {
    const name = topicPartitionName(topicPartition)
    const offsets = offsetsOf(checkpoints, name)
    const state = states.get(name)
    const written = { ...offsets, areOffsetsLost: isDamaged, topicId: state?.topicId }
    try {
      const { hadCleanShutdown } = dir
      const how = { ...o, hadCleanShutdown, state, onRecovered: progress.addBytes }
      const log = await loadLogIn(dir, topicPartition, written, how)
      if (log === undefined) removed.add(name)
      else o.onLoaded(log, offsets.recoveryPoint)
    } catch (error) {
      areAllOpen = false
      logger.error('The log of a partition cannot be opened; the partition stays offline', { partition: name, error })
      // Half of it may have been opened: only the files tell what is in them now, as after a crash.
      const open = () => loadLogIn(dir, topicPartition, written, { ...o, hadCleanShutdown: false })
      o.onOffline({ topicPartition, dir, recoveryPoint: offsets.recoveryPoint, open }, error, offsets)
    } finally {
      progress.addPartition()
    }
  }).finally(() => progress.stop())
  if (dir.isForeign && areAllOpen) await dir.noteOwn()
  const present = new Set(content.partitions.map(topicPartitionName).filter((name) => !removed.has(name)))
  const named = Object.values(checkpoints).flatMap((offsets: ReadonlyMap<string, number>) => [...offsets.keys()])
  return {
    deletedDirs: content.deleted,
    moving: content.future.map(({ topicPartition }) => topicPartition),
    orphanedNames: named.filter((name) => !present.has(name)),
  }
}

/** What the papers of a folder say of one log. */
interface WrittenDown extends CheckpointedOffsets {
  /** A checkpoint is damaged: 0 does not mean that nothing had been flushed. */
  readonly areOffsetsLost: boolean
  /** From the states, which are all that says it of a log without records. */
  readonly topicId: string | undefined
}

interface LoadLogInOptions extends Pick<LoadLogsOptions, 'context' | 'config'> {
  readonly hadCleanShutdown: boolean
  readonly state?: LogState | undefined
  readonly onRecovered?: (bytes: number) => void
}

/** Opens one log. One that was never flushed, and does not say to which topic it belongs, is removed: undefined. */
async function loadLogIn(
  dir: LogDir,
  topicPartition: TopicPartition,
  { areOffsetsLost, ...written }: WrittenDown,
  { context, config, hadCleanShutdown, state, onRecovered }: LoadLogInOptions,
): Promise<UnifiedLog | undefined> {
  const { isForeign } = dir
  const directory = path.join(dir.path, topicPartitionName(topicPartition))
  const topicId = written.topicId ?? (await readTopicId(context, directory))
  const maybeFlushed = hadCleanShutdown || written.recoveryPoint > 0 || areOffsetsLost
  if (topicId === ZERO_UUID && !maybeFlushed) {
    await removeUnknown(context, directory)
    return undefined
  }
  return loadLog({
    topicPartition,
    directory,
    gate: dir,
    config,
    context,
    hadCleanShutdown,
    isForeign,
    recoveryPointIsLost: areOffsetsLost,
    // Nothing of a log that has no records is surely on disk, not even after an orderly stop.
    ...(hadCleanShutdown && written.recoveryPoint > 0 ? {} : { unsyncedParent: dir.path }),
    ...written,
    topicId,
    state,
    ...(onRecovered === undefined ? {} : { onRecovered }),
  })
}

function offsetsOf(checkpoints: Checkpoints, name: string): CheckpointedOffsets {
  return {
    recoveryPoint: checkpoints.recoveryPoints.get(name) ?? 0,
    logStartOffset: checkpoints.logStartOffsets.get(name) ?? 0,
    highWatermark: checkpoints.highWatermarks.get(name) ?? 0,
  }
}

async function readCheckpoints(dir: LogDir, logger: Logger): Promise<{ checkpoints: Checkpoints; isDamaged: boolean }> {
  let isDamaged = false
  const checkpoints = await dir.readCheckpoints((file, { message: reason }) => {
    isDamaged = true
    const sentence = 'A checkpoint is damaged and says nothing; all logs of the folder are read from the start'
    logger.error(sentence, { file, reason })
  })
  return { checkpoints, isDamaged }
}

/**
 * A flush brings the topic id to the disk with the first records: of what lies beside none after a crash nobody was told
 * that it survives, and it may be a deleted topic's of the same name, which must not come back in the new one.
 */
async function removeUnknown({ fs, logger }: LogContext, directory: string): Promise<void> {
  logger.warn('Removing a log that had never been flushed, and does not say to which topic it belongs', { directory })
  await fs.removeDirectory(directory)
}

/** The topic id of a partition's folder; zero when the file is not there, or was not written because the power went. */
async function readTopicId({ fs, logger }: LogContext, directory: string): Promise<string> {
  const text = await readTextIfPresent(fs, path.join(directory, PARTITION_METADATA_FILE))
  if (text === undefined || isUnwrittenMetadata(text)) {
    logger.warn('A partition lacks its topic id', { directory })
    return ZERO_UUID
  }
  return parsePartitionMetadata(text)
}
