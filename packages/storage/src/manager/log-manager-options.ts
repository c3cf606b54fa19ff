import type { Clock, FileSystem, Logger, Random } from '@milena/runtime'
import type { CleanerConfig } from '../cleaner/cleaner-config.ts'
import type { CleaningRunner } from '../cleaner/cleaning-runner.ts'
import type { LogConfig } from '../log-config.ts'

export interface LogManagerOptions {
  readonly logDirs: readonly string[]
  readonly fs: FileSystem
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly nodeId: number
  /** The cluster of new folders; without it, that of the folders there are, or a new one. */
  readonly clusterId?: string
  readonly defaultConfig?: LogConfig
  /** `log.cleaner.*`. */
  readonly cleaner?: CleanerConfig
  /** Makes a place where logs are cleaned, one at a time; on this thread unless given. */
  readonly openCleaningRunner?: () => CleaningRunner
  /** `producer.id.expiration.ms`. */
  readonly producerIdExpirationMs?: number
  /** `producer.id.expiration.check.interval.ms`. */
  readonly producerIdExpirationCheckIntervalMs?: number
  /** `log.retention.check.interval.ms`. */
  readonly retentionCheckIntervalMs?: number
  /** `log.initial.task.delay.ms`: before the first retention check. */
  readonly initialTaskDelayMs?: number
  /** `log.flush.offset.checkpoint.interval.ms`, also for the log start offsets. */
  readonly recoveryPointCheckpointIntervalMs?: number
  /** `replica.high.watermark.checkpoint.interval.ms`. */
  readonly highWatermarkCheckpointIntervalMs?: number
  /** Bytes of recent batches kept in memory, over all logs. */
  readonly tailCacheBytes?: number
  /** Bytes of indexes kept in memory, over all segments that take no more batches. */
  readonly indexCacheBytes?: number
  /** Syncs under way at a time, over all logs. */
  readonly syncsAtATime?: number
  /** When so many logs of a folder wait for a sync, one sync serves them together. */
  readonly syncTogetherMin?: number
  /** Of each of the two files that serve for that, in bytes. */
  readonly commitFileBytes?: number
  /** Files kept open while nobody uses them. */
  readonly openFilesMax?: number
  /** `milena.log.corruption`; offline unless given. */
  readonly corruption?: 'offline' | 'truncate'
  /** `num.recovery.threads.per.data.dir`. */
  readonly recoveryThreadsPerDir?: number
  /** Called when a folder cannot be read any more; nothing in it is served from then on. */
  readonly onLogDirFailure?: (logDir: string, error: Error) => void
}
