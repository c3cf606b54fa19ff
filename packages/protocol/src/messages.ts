// The pure entry: schemas, their types, errors and ids; nothing here needs Node.
export { type Api, apiByKey, apis } from './apis.ts'
export { errorByCode, type ErrorCode, type ErrorName, Errors, type KafkaError } from './errors.ts'
export { ProtocolError, UnsupportedVersionError } from './protocol-error.ts'
export {
  type EntityType,
  type Field,
  type FieldOptions,
  type Fields,
  array,
  bool,
  bytes,
  float64,
  int16,
  int32,
  int64,
  int64Exact,
  int8,
  records,
  string,
  struct,
  uint16,
  uint32,
  uuid,
} from './schema/field.ts'
export { type FieldKind, type ScalarKind, type ScalarTypes, INT64_MAX, INT64_MIN } from './schema/kinds.ts'
export { type Infer, type Input, type Listener, type Message, type MessageKind, message } from './schema/message.ts'
export { hasVersion, parseVersions, type VersionRange, type Versions } from './schema/versions.ts'
export { isUuid, METADATA_TOPIC_ID, type Uuid, uuidToBytes, uuidToString, ZERO_UUID } from './uuid.ts'
export { AddRaftVoterRequest, AddRaftVoterResponse } from './messages/add-raft-voter.ts'
export { AddOffsetsToTxnRequest, AddOffsetsToTxnResponse } from './messages/add-offsets-to-txn.ts'
export { AddPartitionsToTxnRequest, AddPartitionsToTxnResponse } from './messages/add-partitions-to-txn.ts'
export { AllocateProducerIdsRequest, AllocateProducerIdsResponse } from './messages/allocate-producer-ids.ts'
export { AlterClientQuotasRequest, AlterClientQuotasResponse } from './messages/alter-client-quotas.ts'
export { AlterConfigsRequest, AlterConfigsResponse } from './messages/alter-configs.ts'
export {
  AlterPartitionReassignmentsRequest,
  AlterPartitionReassignmentsResponse,
} from './messages/alter-partition-reassignments.ts'
export { AlterReplicaLogDirsRequest, AlterReplicaLogDirsResponse } from './messages/alter-replica-log-dirs.ts'
export { AlterShareGroupOffsetsRequest, AlterShareGroupOffsetsResponse } from './messages/alter-share-group-offsets.ts'
export {
  AlterUserScramCredentialsRequest,
  AlterUserScramCredentialsResponse,
} from './messages/alter-user-scram-credentials.ts'
export { ApiVersionsRequest, ApiVersionsResponse } from './messages/api-versions.ts'
export { ConsumerGroupDescribeRequest, ConsumerGroupDescribeResponse } from './messages/consumer-group-describe.ts'
export { ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse } from './messages/consumer-group-heartbeat.ts'
export { ConsumerProtocolSubscription, ConsumerProtocolAssignment } from './messages/consumer-protocol.ts'
export { CreateAclsRequest, CreateAclsResponse } from './messages/create-acls.ts'
export { CreateDelegationTokenRequest, CreateDelegationTokenResponse } from './messages/create-delegation-token.ts'
export { CreatePartitionsRequest, CreatePartitionsResponse } from './messages/create-partitions.ts'
export { CreateTopicsRequest, CreateTopicsResponse } from './messages/create-topics.ts'
export { DefaultPrincipalData } from './messages/default-principal-data.ts'
export { DeleteAclsRequest, DeleteAclsResponse } from './messages/delete-acls.ts'
export { DeleteGroupsRequest, DeleteGroupsResponse } from './messages/delete-groups.ts'
export { DeleteRecordsRequest, DeleteRecordsResponse } from './messages/delete-records.ts'
export {
  DeleteShareGroupOffsetsRequest,
  DeleteShareGroupOffsetsResponse,
} from './messages/delete-share-group-offsets.ts'
export { DeleteShareGroupStateRequest, DeleteShareGroupStateResponse } from './messages/delete-share-group-state.ts'
export { DeleteTopicsRequest, DeleteTopicsResponse } from './messages/delete-topics.ts'
export { DescribeAclsRequest, DescribeAclsResponse } from './messages/describe-acls.ts'
export { DescribeClientQuotasRequest, DescribeClientQuotasResponse } from './messages/describe-client-quotas.ts'
export { DescribeClusterRequest, DescribeClusterResponse } from './messages/describe-cluster.ts'
export { DescribeConfigsRequest, DescribeConfigsResponse } from './messages/describe-configs.ts'
export {
  DescribeDelegationTokenRequest,
  DescribeDelegationTokenResponse,
} from './messages/describe-delegation-token.ts'
export { DescribeGroupsRequest, DescribeGroupsResponse } from './messages/describe-groups.ts'
export { DescribeLogDirsRequest, DescribeLogDirsResponse } from './messages/describe-log-dirs.ts'
export { DescribeProducersRequest, DescribeProducersResponse } from './messages/describe-producers.ts'
export { DescribeQuorumRequest, DescribeQuorumResponse } from './messages/describe-quorum.ts'
export {
  DescribeShareGroupOffsetsRequest,
  DescribeShareGroupOffsetsResponse,
} from './messages/describe-share-group-offsets.ts'
export {
  DescribeTopicPartitionsRequest,
  DescribeTopicPartitionsResponse,
} from './messages/describe-topic-partitions.ts'
export { DescribeTransactionsRequest, DescribeTransactionsResponse } from './messages/describe-transactions.ts'
export {
  DescribeUserScramCredentialsRequest,
  DescribeUserScramCredentialsResponse,
} from './messages/describe-user-scram-credentials.ts'
export { ElectLeadersRequest, ElectLeadersResponse } from './messages/elect-leaders.ts'
export { EndTxnRequest, EndTxnResponse } from './messages/end-txn.ts'
export { ExpireDelegationTokenRequest, ExpireDelegationTokenResponse } from './messages/expire-delegation-token.ts'
export { FetchRequest, FetchResponse } from './messages/fetch.ts'
export { FindCoordinatorRequest, FindCoordinatorResponse } from './messages/find-coordinator.ts'
export {
  GetTelemetrySubscriptionsRequest,
  GetTelemetrySubscriptionsResponse,
} from './messages/get-telemetry-subscriptions.ts'
export { RequestHeader, ResponseHeader } from './messages/headers.ts'
export { HeartbeatRequest, HeartbeatResponse } from './messages/heartbeat.ts'
export {
  IncrementalAlterConfigsRequest,
  IncrementalAlterConfigsResponse,
} from './messages/incremental-alter-configs.ts'
export { InitProducerIdRequest, InitProducerIdResponse } from './messages/init-producer-id.ts'
export {
  InitializeShareGroupStateRequest,
  InitializeShareGroupStateResponse,
} from './messages/initialize-share-group-state.ts'
export { JoinGroupRequest, JoinGroupResponse } from './messages/join-group.ts'
export { LeaveGroupRequest, LeaveGroupResponse } from './messages/leave-group.ts'
export { ListConfigResourcesRequest, ListConfigResourcesResponse } from './messages/list-config-resources.ts'
export { ListGroupsRequest, ListGroupsResponse } from './messages/list-groups.ts'
export { ListOffsetsRequest, ListOffsetsResponse } from './messages/list-offsets.ts'
export {
  ListPartitionReassignmentsRequest,
  ListPartitionReassignmentsResponse,
} from './messages/list-partition-reassignments.ts'
export { ListTransactionsRequest, ListTransactionsResponse } from './messages/list-transactions.ts'
export { MetadataRequest, MetadataResponse } from './messages/metadata.ts'
export { OffsetCommitRequest, OffsetCommitResponse } from './messages/offset-commit.ts'
export { OffsetDeleteRequest, OffsetDeleteResponse } from './messages/offset-delete.ts'
export { OffsetFetchRequest, OffsetFetchResponse } from './messages/offset-fetch.ts'
export { OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse } from './messages/offset-for-leader-epoch.ts'
export { ProduceRequest, ProduceResponse } from './messages/produce.ts'
export { PushTelemetryRequest, PushTelemetryResponse } from './messages/push-telemetry.ts'
export {
  ReadShareGroupStateSummaryRequest,
  ReadShareGroupStateSummaryResponse,
} from './messages/read-share-group-state-summary.ts'
export { ReadShareGroupStateRequest, ReadShareGroupStateResponse } from './messages/read-share-group-state.ts'
export { RemoveRaftVoterRequest, RemoveRaftVoterResponse } from './messages/remove-raft-voter.ts'
export { RenewDelegationTokenRequest, RenewDelegationTokenResponse } from './messages/renew-delegation-token.ts'
export { SaslAuthenticateRequest, SaslAuthenticateResponse } from './messages/sasl-authenticate.ts'
export { SaslHandshakeRequest, SaslHandshakeResponse } from './messages/sasl-handshake.ts'
export { ShareAcknowledgeRequest, ShareAcknowledgeResponse } from './messages/share-acknowledge.ts'
export { ShareFetchRequest, ShareFetchResponse } from './messages/share-fetch.ts'
export { ShareGroupDescribeRequest, ShareGroupDescribeResponse } from './messages/share-group-describe.ts'
export { ShareGroupHeartbeatRequest, ShareGroupHeartbeatResponse } from './messages/share-group-heartbeat.ts'
export { StreamsGroupDescribeRequest, StreamsGroupDescribeResponse } from './messages/streams-group-describe.ts'
export { StreamsGroupHeartbeatRequest, StreamsGroupHeartbeatResponse } from './messages/streams-group-heartbeat.ts'
export { SyncGroupRequest, SyncGroupResponse } from './messages/sync-group.ts'
export { TxnOffsetCommitRequest, TxnOffsetCommitResponse } from './messages/txn-offset-commit.ts'
export { UnregisterBrokerRequest, UnregisterBrokerResponse } from './messages/unregister-broker.ts'
export { UpdateFeaturesRequest, UpdateFeaturesResponse } from './messages/update-features.ts'
export { WriteShareGroupStateRequest, WriteShareGroupStateResponse } from './messages/write-share-group-state.ts'
export { WriteTxnMarkersRequest, WriteTxnMarkersResponse } from './messages/write-txn-markers.ts'
export { ControlRecordTypeSchema, EndTxnMarker } from './records/control/end-txn-marker.ts'
export {
  LeaderChangeMessage,
  SnapshotHeaderRecord,
  SnapshotFooterRecord,
  KRaftVersionRecord,
  VotersRecord,
} from './records/control/quorum.ts'
export { GroupMetadataKey, GroupMetadataValue } from './records/group/classic-group.ts'
export {
  ConsumerGroupMetadataKey,
  ConsumerGroupMetadataValue,
  ConsumerGroupMemberMetadataKey,
  ConsumerGroupMemberMetadataValue,
  ConsumerGroupPartitionMetadataKey,
  ConsumerGroupPartitionMetadataValue,
  ConsumerGroupTargetAssignmentMetadataKey,
  ConsumerGroupTargetAssignmentMetadataValue,
  ConsumerGroupTargetAssignmentMemberKey,
  ConsumerGroupTargetAssignmentMemberValue,
  ConsumerGroupCurrentMemberAssignmentKey,
  ConsumerGroupCurrentMemberAssignmentValue,
  ConsumerGroupRegularExpressionKey,
  ConsumerGroupRegularExpressionValue,
} from './records/group/consumer-group.ts'
export {
  OffsetCommitKey,
  OffsetCommitValue,
  LegacyOffsetCommitKey,
  LegacyOffsetCommitValue,
} from './records/group/offsets.ts'
export {
  ShareGroupMetadataKey,
  ShareGroupMetadataValue,
  ShareGroupMemberMetadataKey,
  ShareGroupMemberMetadataValue,
  ShareGroupTargetAssignmentMetadataKey,
  ShareGroupTargetAssignmentMetadataValue,
  ShareGroupTargetAssignmentMemberKey,
  ShareGroupTargetAssignmentMemberValue,
  ShareGroupCurrentMemberAssignmentKey,
  ShareGroupCurrentMemberAssignmentValue,
  ShareGroupStatePartitionMetadataKey,
  ShareGroupStatePartitionMetadataValue,
} from './records/group/share-group.ts'
export {
  StreamsGroupMetadataKey,
  StreamsGroupMetadataValue,
  StreamsGroupMemberMetadataKey,
  StreamsGroupMemberMetadataValue,
  StreamsGroupTargetAssignmentMetadataKey,
  StreamsGroupTargetAssignmentMetadataValue,
  StreamsGroupTargetAssignmentMemberKey,
  StreamsGroupTargetAssignmentMemberValue,
  StreamsGroupCurrentMemberAssignmentKey,
  StreamsGroupCurrentMemberAssignmentValue,
  StreamsGroupTopologyKey,
  StreamsGroupTopologyValue,
} from './records/group/streams-group.ts'
export {
  RegisterBrokerRecord,
  UnregisterBrokerRecord,
  FenceBrokerRecord,
  UnfenceBrokerRecord,
  BrokerRegistrationChangeRecord,
} from './records/metadata/brokers.ts'
export {
  RegisterControllerRecord,
  ProducerIdsRecord,
  ZkMigrationStateRecord,
  NoOpRecord,
} from './records/metadata/cluster.ts'
export { ConfigRecord, ClientQuotaRecord, FeatureLevelRecord } from './records/metadata/configs.ts'
export {
  AccessControlEntryRecord,
  RemoveAccessControlEntryRecord,
  UserScramCredentialRecord,
  RemoveUserScramCredentialRecord,
  DelegationTokenRecord,
  RemoveDelegationTokenRecord,
} from './records/metadata/security.ts'
export {
  TopicRecord,
  RemoveTopicRecord,
  PartitionRecord,
  PartitionChangeRecord,
  ClearElrRecord,
} from './records/metadata/topics.ts'
export {
  BeginTransactionRecord,
  EndTransactionRecord,
  AbortTransactionRecord,
} from './records/metadata/transactions.ts'
export { ShareSnapshotKey, ShareSnapshotValue, ShareUpdateKey, ShareUpdateValue } from './records/share/share-state.ts'
export { ProducerSnapshot } from './records/storage/producer-snapshot.ts'
export {
  RemoteLogSegmentMetadataRecord,
  RemoteLogSegmentMetadataUpdateRecord,
  RemoteLogSegmentMetadataSnapshotRecord,
  RemotePartitionDeleteMetadataRecord,
} from './records/storage/remote-log-segments.ts'
export { TransactionLogKey, TransactionLogValue } from './records/transaction/transaction-log.ts'
