// Logs and their manager.
export { LogManager } from './log-manager.ts'
export type { LogManagerOptions } from './log-manager-options.ts'
export { UnifiedLog } from './unified-log.ts'
export type { ReadOptions } from './unified-log.ts'
export type { LogListener } from './log-listener.ts'
export type { AppendOptions, AppendRefused, AppendResult, Appended } from './append-result.ts'
export type { AbortedTransaction } from './aborted-transaction.ts'
export { decodeAbortedTransactions } from './aborted-transaction.ts'
export type { TransactionStart } from './log-producers.ts'
export type { VerificationGuard } from './transaction-verification.ts'
export type { FetchData } from './batch-collector.ts'
export { ListOffsets } from './offset-lookup.ts'
export type { TimestampAndOffset } from './offset-lookup.ts'
export type { EpochEndOffset } from './leader-epoch-cache.ts'
export type { BatchMetadata, ProducerStateEntry } from './producer-state-entry.ts'
export { defaultLogConfig, LONG_MAX } from './log-config.ts'
export type { LogConfig } from './log-config.ts'
export { topicPartitionName } from './topic-partition.ts'
export type { TopicPartition } from './topic-partition.ts'
export { CorruptFileError, StorageError } from './storage-error.ts'

// Cleaning of compacted logs.
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
export { readMetaProperties } from './meta-properties.ts'
export type { MetaProperties } from './meta-properties.ts'
export { parseOffsetCheckpoint } from './offset-checkpoint.ts'
export { decodeProducerSnapshot } from './producer-snapshot.ts'
export { OffsetIndex } from './offset-index.ts'
export type { OffsetPosition } from './offset-index.ts'
export { TimeIndex } from './time-index.ts'
export type { TimestampOffset } from './time-index.ts'
