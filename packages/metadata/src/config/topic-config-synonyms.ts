import type { BrokerConfig } from './broker-config.ts'
import type { BrokerConfigName } from './broker-configs.ts'
import { formatConfigValue, type ConfigValue } from './config-value.ts'
import { topicConfigs } from './topic-configs.ts'

export type TopicConfigName = keyof typeof topicConfigs

interface BrokerSynonym {
  readonly name: BrokerConfigName
  /** What a number in the broker's unit is multiplied with to be in the topic's. */
  readonly factor: number
}

const same = (name: BrokerConfigName): readonly BrokerSynonym[] => [{ name, factor: 1 }]
const HOUR_MS = 3_600_000

/** The broker configs that give a topic config its default, the strongest first (Kafka's ServerTopicConfigSynonyms). */
export const topicConfigSynonyms: Readonly<Partial<Record<TopicConfigName, readonly BrokerSynonym[]>>> = {
  'cleanup.policy': same('log.cleanup.policy'),
  'compression.gzip.level': same('compression.gzip.level'),
  'compression.lz4.level': same('compression.lz4.level'),
  'compression.type': same('compression.type'),
  'compression.zstd.level': same('compression.zstd.level'),
  'delete.retention.ms': same('log.cleaner.delete.retention.ms'),
  'file.delete.delay.ms': same('log.segment.delete.delay.ms'),
  'flush.messages': same('log.flush.interval.messages'),
  'flush.ms': [...same('log.flush.interval.ms'), ...same('log.flush.scheduler.interval.ms')],
  'index.interval.bytes': same('log.index.interval.bytes'),
  'local.retention.bytes': same('log.local.retention.bytes'),
  'local.retention.ms': same('log.local.retention.ms'),
  'max.compaction.lag.ms': same('log.cleaner.max.compaction.lag.ms'),
  'max.message.bytes': same('message.max.bytes'),
  'message.timestamp.after.max.ms': same('log.message.timestamp.after.max.ms'),
  'message.timestamp.before.max.ms': same('log.message.timestamp.before.max.ms'),
  'message.timestamp.type': same('log.message.timestamp.type'),
  'min.cleanable.dirty.ratio': same('log.cleaner.min.cleanable.ratio'),
  'min.compaction.lag.ms': same('log.cleaner.min.compaction.lag.ms'),
  'min.insync.replicas': same('min.insync.replicas'),
  preallocate: same('log.preallocate'),
  'retention.bytes': same('log.retention.bytes'),
  'retention.ms': [
    ...same('log.retention.ms'),
    { name: 'log.retention.minutes', factor: 60_000 },
    { name: 'log.retention.hours', factor: HOUR_MS },
  ],
  'segment.bytes': same('log.segment.bytes'),
  'segment.index.bytes': same('log.index.size.max.bytes'),
  'segment.jitter.ms': [...same('log.roll.jitter.ms'), { name: 'log.roll.jitter.hours', factor: HOUR_MS }],
  'segment.ms': [...same('log.roll.ms'), { name: 'log.roll.hours', factor: HOUR_MS }],
  'unclean.leader.election.enable': same('unclean.leader.election.enable'),
}

/** What a topic config is when the topic does not say it: its own default, or what the broker is configured to. */
export function topicConfigDefault(name: TopicConfigName, broker: BrokerConfig): ConfigValue {
  for (const synonym of topicConfigSynonyms[name] ?? []) {
    const value = broker.get(synonym.name)
    if (value === null) continue
    if (name === 'retention.ms' && typeof value === 'number' && value < 0) return -1
    return typeof value === 'number' ? value * synonym.factor : value
  }
  return topicConfigs[name].defaultValue
}

/** A broker's value in the unit of the topic config, as text. */
export function convertBrokerText(name: TopicConfigName, synonym: BrokerSynonym, text: string): string {
  if (synonym.factor === 1) return text
  return formatConfigValue(topicConfigs[name].type, Number(text) * synonym.factor) ?? text
}
