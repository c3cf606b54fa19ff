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

// The metadata: records, and the image that they lead to.
export {
  type BrokerImage,
  type ClientQuotaImage,
  clientQuotaKey,
  configsOf,
  type ConfigResource,
  type EndpointImage,
  featureLevel,
  type MetadataImage,
  NO_LEADER,
  type PartitionImage,
  parseConfigKey,
  partitionOf,
  type QuotaEntity,
  type ScramCredentialImage,
  scramMechanisms,
  topicById,
  topicByName,
  type TopicImage,
} from './image/metadata-image.ts'
export { imageRecords } from './image/image-records.ts'
export {
  type MetadataRecord,
  metadataRecord,
  type MetadataRecordName,
  metadataRecordSchemas,
} from './image/metadata-record.ts'
export { PersistentMap } from './image/persistent-map.ts'
export { emptyImage, type MetadataDelta, replay, replayAll, ReplayError } from './image/replay.ts'

// The controller: pure decisions on an image.
export { kafkaFeatures } from './controller/bootstrap.ts'
export {
  type ControllerApi,
  type ControllerApis,
  type ControllerRequest,
  type ControllerResponse,
  handle,
} from './controller/controller.ts'
export {
  brokerConfigLayers,
  type ControllerContext,
  type ControllerResult,
  effectiveBrokerConfig,
  type SupportedFeatures,
} from './controller/controller-result.ts'
export { supportsCordonedLogDirs } from './controller/cordon-log-dirs.ts'
export type { RegisterBrokerRequest, RegisterBrokerResponse } from './controller/register-broker.ts'
export { PRODUCER_ID_BLOCK_SIZE } from './controller/allocate-producer-ids.ts'
export { describeClientQuotas } from './controller/describe-client-quotas.ts'
export { listPartitionReassignments } from './controller/partition-reassignments.ts'
export { topicNameProblem } from './controller/topic-name.ts'

// The edge: what keeps it all.
export { LocalMetadataStore, type LocalMetadataStoreOptions, METADATA_FOLDER } from './store/local-metadata-store.ts'
export { type KafkaMetadata, metadataSnapshot, readKafkaMetadata } from './store/kafka-metadata.ts'
export { CorruptMetadataError } from './store/metadata-log-reader.ts'
export {
  MetadataFailedError,
  MetadataService,
  type MetadataServiceOptions,
  type SubmitOptions,
} from './store/metadata-service.ts'
export { METADATA_EPOCH } from './store/snapshot-file.ts'
export type { MetadataStore } from './store/metadata-store.ts'
