// Connections, routing and retries
export { KafkaClient, type Destination, type KafkaClientOptions, type RequestOptions } from './cluster/kafka-client.ts'
export {
  ClusterMetadata,
  partitionKey,
  type Broker,
  type PartitionMetadata,
  type TopicMetadata,
  type TopicPartition,
} from './cluster/cluster-metadata.ts'
export { parseBootstrapServers } from './cluster/bootstrap-servers.ts'
export { apis } from './apis.ts'
export { defineApi, type Api } from './net/api.ts'
export { BrokerConnection, type SendOptions } from './net/broker-connection.ts'
export { tcpConnector, type Address, type Channel, type ChannelHandlers, type Connector } from './net/connector.ts'
export { KafkaError, valuesOf, type ClientErrorName, type Outcome } from './kafka-error.ts'
export { Deadline } from './deadline.ts'

// Administration
export { Admin } from './admin/admin.ts'
export type { CallOptions } from './admin/per-key.ts'
export type { ChangeTopicsOptions, CreatedTopic, NewPartitions, NewTopic, TopicListing } from './admin/topics.ts'
export type {
  DescribeTopicsOptions,
  PartitionDescription,
  ReassignmentDescription,
  TopicDescription,
} from './admin/topic-descriptions.ts'
export { ConfigResourceType } from './admin/configs.ts'
export type {
  AlterConfigOp,
  ConfigEntry,
  ConfigResource,
  ConfigSource,
  DescribeConfigsOptions,
} from './admin/configs.ts'
export type { ClientQuotas, QuotaEntity, QuotaEntityType } from './admin/quotas.ts'
export type { ScramCredentialInfo, ScramMechanism, ScramUpsertion } from './admin/scram-credentials.ts'
export type { ClusterDescription } from './admin/cluster.ts'
export type { FeatureMetadata, FeatureUpdate, LevelRange } from './admin/features.ts'
export type { QuorumEndpoint, QuorumInfo, QuorumReplica } from './admin/quorum.ts'
export { replicaKey } from './admin/log-dirs.ts'
export type { LogDirDescription, ReplicaInfo, TopicPartitionReplica } from './admin/log-dirs.ts'
export type { ElectionType, NewPartitionReassignment } from './admin/reassignments.ts'
export { OffsetSpec } from './admin/offsets.ts'
export type { DeleteRecordsQuery, IsolationLevel, OffsetQuery, OffsetResult } from './admin/offsets.ts'
export type { GroupListing, ListGroupsOptions, MemberToRemove } from './admin/groups.ts'
export type { GroupDescription, MemberDescription } from './admin/group-descriptions.ts'
export type { CommittedOffset, OffsetAndMetadata } from './admin/group-offsets.ts'
export type { ShareGroupDescription, ShareMemberDescription, SharePartitionOffset } from './admin/share-groups.ts'
export type {
  AbortTransactionSpec,
  ListTransactionsOptions,
  ProducerState,
  TransactionDescription,
  TransactionListing,
} from './admin/transactions.ts'

// Producing
export { Producer } from './producer/producer.ts'
export type { ProducerOptions, ProducerRecord, RecordMetadata } from './producer/producer.ts'
export { murmur2, partitionForKey } from './producer/murmur2.ts'

// Consuming
export { Consumer } from './consumer/consumer.ts'
export type { ConsumerRecord } from './consumer/completed-fetch.ts'
export type { AutoOffsetReset, ConsumerOptions, PollOptions, RebalanceListener } from './consumer/options.ts'
export type { OffsetToCommit } from './consumer/offset-committer.ts'
export {
  assignors,
  cooperativeStickyAssignor,
  rangeAssignor,
  roundRobinAssignor,
  type AssignorName,
  type GroupMember,
  type PartitionAssignor,
} from './consumer/assignors.ts'
export {
  decodeAssignment,
  decodeSubscription,
  encodeAssignment,
  encodeSubscription,
  type MemberAssignment,
  type MemberSubscription,
} from './consumer/consumer-protocol.ts'
