import { logConfigFor } from '@milena/metadata'
import type { BrokerConfig } from '@milena/metadata'
import type { LogManagerOptions } from '@milena/storage'

type ConfiguredOptions = Omit<LogManagerOptions, 'fs' | 'clock' | 'random' | 'logger'>

/** What the configuration means for the logs. */
export function logManagerOptions(config: BrokerConfig): ConfiguredOptions {
  return {
    logDirs: config.logDirs,
    nodeId: config.nodeId,
    corruption: config.logCorruption,
    recoveryThreadsPerDir: config.get('num.recovery.threads.per.data.dir'),
    defaultConfig: logConfigFor(new Map(), config),
    producerIdExpirationMs: config.get('producer.id.expiration.ms'),
    producerIdExpirationCheckIntervalMs: config.get('producer.id.expiration.check.interval.ms'),
    retentionCheckIntervalMs: config.get('log.retention.check.interval.ms'),
    initialTaskDelayMs: config.get('log.initial.task.delay.ms'),
    recoveryPointCheckpointIntervalMs: config.get('log.flush.offset.checkpoint.interval.ms'),
    highWatermarkCheckpointIntervalMs: config.get('replica.high.watermark.checkpoint.interval.ms'),
  }
}
