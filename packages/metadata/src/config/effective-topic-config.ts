import type { BrokerConfig } from './broker-config.ts'
import { type ConfigDefs, checkConfigValue, type ValueOf } from './config-def.ts'
import type { ConfigValue } from './config-value.ts'
import { type TopicConfigName, topicConfigDefault } from './topic-config-synonyms.ts'
import { topicConfigs } from './topic-configs.ts'

/** The configs of a topic as set on it: name to text. */
export type ConfigOverrides = ReadonlyMap<string, string>

/** What a log obeys; the fields and units are those of `LogConfig` in @milena/storage. */
export interface LogConfigValues {
  readonly cleanupPolicy: readonly ('delete' | 'compact')[]
  readonly compressionType: 'producer' | 'uncompressed' | 'gzip' | 'snappy' | 'lz4' | 'zstd'
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
  readonly preallocate: boolean
  readonly retentionBytes: number
  readonly retentionMs: number
  readonly segmentBytes: number
  readonly segmentIndexBytes: number
  readonly segmentJitterMs: number
  readonly segmentMs: number
}

/** The value of one topic config: what the topic says, else what the broker says. */
export function effectiveTopicConfig<N extends TopicConfigName>(
  name: N,
  overrides: ConfigOverrides,
  broker: BrokerConfig,
): ValueOf<(typeof topicConfigs)[N]> {
  return effective(name, overrides, broker) as ValueOf<(typeof topicConfigs)[N]>
}

function effective(name: TopicConfigName, overrides: ConfigOverrides, broker: BrokerConfig): ConfigValue {
  const text = overrides.get(name)
  const checked = text === undefined ? undefined : checkConfigValue(name, (topicConfigs as ConfigDefs)[name]!, text)
  // An override was checked when it was set; one that a newer release wrote must not stop this one.
  return checked?.ok === true ? checked.value : topicConfigDefault(name, broker)
}

/** Everything that the log of a topic's partition obeys. */
export function logConfigFor(overrides: ConfigOverrides, broker: BrokerConfig): LogConfigValues {
  const value = <N extends TopicConfigName>(name: N) => effectiveTopicConfig(name, overrides, broker)
  return {
    cleanupPolicy: value('cleanup.policy') as LogConfigValues['cleanupPolicy'],
    compressionType: value('compression.type') as LogConfigValues['compressionType'],
    compressionGzipLevel: value('compression.gzip.level'),
    compressionLz4Level: value('compression.lz4.level'),
    compressionZstdLevel: value('compression.zstd.level'),
    deleteRetentionMs: value('delete.retention.ms'),
    fileDeleteDelayMs: value('file.delete.delay.ms'),
    flushMessages: value('flush.messages'),
    flushMs: value('flush.ms'),
    indexIntervalBytes: value('index.interval.bytes'),
    maxCompactionLagMs: value('max.compaction.lag.ms'),
    maxMessageBytes: value('max.message.bytes'),
    messageTimestampAfterMaxMs: value('message.timestamp.after.max.ms'),
    messageTimestampBeforeMaxMs: value('message.timestamp.before.max.ms'),
    messageTimestampType: value('message.timestamp.type') as LogConfigValues['messageTimestampType'],
    minCleanableDirtyRatio: value('min.cleanable.dirty.ratio'),
    minCompactionLagMs: value('min.compaction.lag.ms'),
    minInsyncReplicas: value('min.insync.replicas'),
    preallocate: value('preallocate'),
    retentionBytes: value('retention.bytes'),
    retentionMs: value('retention.ms'),
    segmentBytes: value('internal.segment.bytes') ?? value('segment.bytes'),
    segmentIndexBytes: value('segment.index.bytes'),
    segmentJitterMs: value('segment.jitter.ms'),
    segmentMs: value('segment.ms'),
  }
}
