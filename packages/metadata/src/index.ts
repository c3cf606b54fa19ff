// Configuration: what every property takes, and what it is.
export { BrokerConfig, type Properties } from './config/broker-config.ts'
export { type BrokerConfigName, type BrokerConfigValue, brokerConfigs } from './config/broker-configs.ts'
export type { ConfigDef, ConfigDefs, Importance, UpdateMode } from './config/config-def.ts'
export type { ConfigError } from './config/config-error.ts'
export { configSources, configTypeIds, resourceTypes } from './config/config-source.ts'
export { type ConfigType, type ConfigValue, LONG_MAX } from './config/config-value.ts'
export {
  type BrokerConfigLayers,
  describeBrokerConfigs,
  describeBrokerDefaultConfigs,
  describeClientMetricsConfigs,
  type DescribedConfig,
  describeGroupConfigs,
  type DescribeOptions,
  describeTopicConfigs,
} from './config/describe-configs.ts'
export {
  type ConfigOverrides,
  effectiveTopicConfig,
  logConfigFor,
  type LogConfigValues,
} from './config/effective-topic-config.ts'
export { clientMetricsConfigs } from './config/client-metrics-configs.ts'
export { groupConfigs } from './config/group-configs.ts'
export { type Listener, type SecurityProtocol, securityProtocolIds } from './config/listeners.ts'
export { parseBrokerConfig, type ParsedBrokerConfig } from './config/parse-broker-config.ts'
export { type TopicConfigName } from './config/topic-config-synonyms.ts'
export { topicConfigs } from './config/topic-configs.ts'
