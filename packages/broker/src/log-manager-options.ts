import { resolve } from 'node:path'
import { logConfigFor } from '@milena/metadata'
import type { BrokerConfig } from '@milena/metadata'
import type { FileSystem } from '@milena/runtime'
import { nodeFileSystem } from '@milena/runtime'
import type { CleanerConfig, LogManagerOptions } from '@milena/storage'
import { WorkerCleaningRunner } from '@milena/storage'

type ConfiguredOptions = Omit<LogManagerOptions, 'fs' | 'clock' | 'random' | 'logger'>

/** What the configuration means for the logs. */
export function logManagerOptions(config: BrokerConfig, fs: FileSystem): ConfiguredOptions {
  return {
    // Clients name a folder by its absolute path, however it is configured.
    logDirs: config.logDirs.map((dir) => resolve(dir)),
    nodeId: config.nodeId,
    corruption: config.logCorruption,
    recoveryThreadsPerDir: config.get('num.recovery.threads.per.data.dir'),
    defaultConfig: logConfigFor(new Map(), config),
    cleaner: cleanerConfig(config),
    // Files that only this object knows cannot be reached from another thread.
    ...(fs === nodeFileSystem ? { openCleaningRunner: () => new WorkerCleaningRunner() } : undefined),
    producerIdExpirationMs: config.get('producer.id.expiration.ms'),
    producerIdExpirationCheckIntervalMs: config.get('producer.id.expiration.check.interval.ms'),
    retentionCheckIntervalMs: config.get('log.retention.check.interval.ms'),
    initialTaskDelayMs: config.get('log.initial.task.delay.ms'),
    recoveryPointCheckpointIntervalMs: config.get('log.flush.offset.checkpoint.interval.ms'),
    highWatermarkCheckpointIntervalMs: config.get('replica.high.watermark.checkpoint.interval.ms'),
  }
}

/** What the configuration means for the cleaner. */
export function cleanerConfig(config: BrokerConfig): CleanerConfig {
  return {
    enabled: config.get('log.cleaner.enable'),
    threads: config.get('log.cleaner.threads'),
    dedupeBufferBytes: config.get('log.cleaner.dedupe.buffer.size'),
    dedupeBufferLoadFactor: config.get('log.cleaner.io.buffer.load.factor'),
    ioBufferBytes: config.get('log.cleaner.io.buffer.size'),
    ioMaxBytesPerSecond: config.get('log.cleaner.io.max.bytes.per.second'),
    backoffMs: config.get('log.cleaner.backoff.ms'),
  }
}
