// Logs and their manager.
export { LogManager } from './manager/log-manager.ts'
export type { LogManagerOptions } from './manager/log-manager-options.ts'
export { UnifiedLog } from './log/unified-log.ts'
export type { ReadOptions } from './log/unified-log.ts'
export type { LogListener } from './log/log-listener.ts'
export type { AppendOptions, AppendRefused, AppendResult, Appended } from './log/append-result.ts'
export type { AbortedTransaction } from './segment/aborted-transaction.ts'
export { decodeAbortedTransactions } from './segment/aborted-transaction.ts'
export type { TransactionStart } from './producers/log-producers.ts'
export type { VerificationGuard } from './producers/transaction-verification.ts'
export type { FetchData } from './log/batch-collector.ts'
export { ListOffsets } from './log/offset-lookup.ts'
export type { TimestampAndOffset } from './log/offset-lookup.ts'
export type { EpochEndOffset } from './log/leader-epoch-cache.ts'
export type { BatchMetadata, ProducerStateEntry } from './producers/producer-state-entry.ts'
export { defaultLogConfig, LONG_MAX } from './log-config.ts'
export type { LogConfig } from './log-config.ts'
export { topicPartitionName } from './topic-partition.ts'
export type { TopicPartition } from './topic-partition.ts'
export { CorruptFileError, StorageError } from './storage-error.ts'

// Cleaning of compacted logs.
export { defaultCleanerConfig } from './cleaner/cleaner-config.ts'
export type { CleanerConfig } from './cleaner/cleaner-config.ts'
export { LogCleaner } from './cleaner/log-cleaner.ts'
export { WorkerCleaningRunner } from './cleaner/worker-cleaning-runner.ts'
export { InlineCleaningRunner } from './cleaner/cleaning-runner.ts'
export type { CleaningRunner } from './cleaner/cleaning-runner.ts'
export type { CleaningPlan, LogCompaction } from './cleaner/log-compaction.ts'
export { CleaningAborted } from './cleaner/cleaning-job.ts'
export type {
  CleanerResources,
  CleanerStats,
  CleaningHost,
  CleaningJob,
  CleaningResult,
} from './cleaner/cleaning-job.ts'

// Files, for tools that look at them.
export { readMetaProperties, writeMetaProperties } from './manager/meta-properties.ts'
export type { MetaProperties } from './manager/meta-properties.ts'
export { formatOffsetCheckpoint, parseOffsetCheckpoint, readOffsetCheckpoint } from './manager/offset-checkpoint.ts'
export { parsePartitionMetadata } from './manager/partition-metadata.ts'
export { parsePartitionDirName } from './topic-partition.ts'
export {
  CLEAN_SHUTDOWN_FILE,
  DELETED_SUFFIX,
  FOREIGN_LOGS_FILE,
  FOREIGN_LOGS_NOTE,
  HIGH_WATERMARK_CHECKPOINT_FILE,
  LOCK_FILE,
  LOG_START_OFFSET_CHECKPOINT_FILE,
  LOG_SUFFIX,
  META_PROPERTIES_FILE,
  PARTITION_METADATA_FILE,
  RECOVERY_POINT_CHECKPOINT_FILE,
} from './segment/log-files.ts'
export { decodeProducerSnapshot } from './producers/producer-snapshot.ts'
export { OffsetIndex } from './segment/offset-index.ts'
export type { OffsetPosition } from './segment/offset-index.ts'
export { TimeIndex } from './segment/time-index.ts'
export type { TimestampOffset } from './segment/time-index.ts'
