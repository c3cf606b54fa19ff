/**
 * What the components of this broker are called as loggers. Where Kafka has a class that does the same work, its name is
 * used, so that what operators and tools know works here; whatever else writes to the log is called by its own name.
 */
const kafkaNames: Readonly<Record<string, string>> = {
  Broker: 'kafka.server.BrokerServer',
  MetadataStore: 'kafka.server.ControllerServer',
  SocketServer: 'kafka.network.SocketServer',
  RequestProcessor: 'kafka.server.KafkaRequestHandler',
  Handlers: 'kafka.server.KafkaApis',
  ReplicaManager: 'kafka.server.ReplicaManager',
  TopicCreator: 'kafka.server.DefaultAutoTopicCreationManager',
  LogManager: 'kafka.log.LogManager',
  UnifiedLog: 'org.apache.kafka.storage.internals.log.UnifiedLog',
  // Retention and, in time, compaction.
  LogCleaner: 'kafka.log.LogCleaner',
  GroupCoordinator: 'org.apache.kafka.coordinator.group.GroupCoordinatorService',
  ShareCoordinator: 'org.apache.kafka.coordinator.share.ShareCoordinatorService',
  SharePartitionManager: 'kafka.server.share.SharePartitionManager',
  TransactionCoordinator: 'kafka.coordinator.transaction.TransactionCoordinator',
  TransactionMarkerWriter: 'kafka.coordinator.transaction.TransactionMarkerChannelManager',
}

/** The component of each logger that there is, by the logger's name. */
export function componentsByLogger(components: ReadonlySet<string>): ReadonlyMap<string, string> {
  const all = new Set([...Object.keys(kafkaNames), ...components])
  return new Map([...all].map((component) => [kafkaNames[component] ?? component, component]))
}
