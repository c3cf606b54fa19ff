import type { CompressionType } from '@milena/records'

/** Kafka's Long.MAX_VALUE as a double; "never" and "no limit" in the time and size settings. */
export const LONG_MAX = 2 ** 63

/**
 * What a log obeys: the topic configs of Kafka that concern storage, named after them in camelCase
 * (`segment.bytes` is `segmentBytes`). Sizes are bytes, times milliseconds; `retentionBytes` and
 * `retentionMs` of -1 mean without limit.
 */
export interface LogConfig {
  readonly cleanupPolicy: readonly ('delete' | 'compact')[]
  readonly compressionType: 'producer' | 'uncompressed' | Exclude<CompressionType, 'none'>
  readonly compressionGzipLevel: number
  readonly compressionLz4Level: number
  readonly compressionZstdLevel: number
  readonly deleteRetentionMs: number
  readonly fileDeleteDelayMs: number
  readonly flushMessages: number
  readonly flushMs: number
  readonly indexIntervalBytes: number
  readonly maxCompactionLagMs: number
  readonly maxMessageBytes: number
  readonly messageTimestampAfterMaxMs: number
  readonly messageTimestampBeforeMaxMs: number
  readonly messageTimestampType: 'CreateTime' | 'LogAppendTime'
  readonly minCleanableDirtyRatio: number
  readonly minCompactionLagMs: number
  readonly minInsyncReplicas: number
  /** Kept so that the setting can be described; segments are never preallocated, so no reader meets a zero tail. */
  readonly preallocate: boolean
  readonly retentionBytes: number
  readonly retentionMs: number
  readonly segmentBytes: number
  readonly segmentIndexBytes: number
  readonly segmentJitterMs: number
  readonly segmentMs: number
}

/** The age at which a segment is closed: in a compacted log no later than its records must be cleaned. */
export function rollMs({ segmentMs, cleanupPolicy, maxCompactionLagMs }: LogConfig): number {
  return cleanupPolicy.includes('compact') ? Math.min(segmentMs, maxCompactionLagMs) : segmentMs
}

const DAY_MS = 86_400_000

/** Kafka 4.3's defaults (org.apache.kafka.storage.internals.log.LogConfig). */
export const defaultLogConfig: LogConfig = {
  cleanupPolicy: ['delete'],
  compressionType: 'producer',
  compressionGzipLevel: -1,
  compressionLz4Level: 9,
  compressionZstdLevel: 3,
  deleteRetentionMs: DAY_MS,
  fileDeleteDelayMs: 60_000,
  flushMessages: LONG_MAX,
  flushMs: LONG_MAX,
  indexIntervalBytes: 4096,
  maxCompactionLagMs: LONG_MAX,
  maxMessageBytes: 1_048_588,
  messageTimestampAfterMaxMs: 3_600_000,
  messageTimestampBeforeMaxMs: LONG_MAX,
  messageTimestampType: 'CreateTime',
  minCleanableDirtyRatio: 0.5,
  minCompactionLagMs: 0,
  minInsyncReplicas: 1,
  preallocate: false,
  retentionBytes: -1,
  retentionMs: 7 * DAY_MS,
  segmentBytes: 1_073_741_824,
  segmentIndexBytes: 10_485_760,
  segmentJitterMs: 0,
  segmentMs: 7 * DAY_MS,
}
