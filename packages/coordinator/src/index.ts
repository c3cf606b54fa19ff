export { CoordinatorError, coordinatorErrorCode } from './runtime/coordinator-error.ts'
export type {
  Answer,
  ClientContext,
  CoordinatorOutcome,
  CoordinatorResult,
  CoordinatorShard,
  Effect,
  Operation,
  OperationContext,
  ReadOperation,
  RequestContext,
  RecordProducer,
  RequestId,
  ShardTypes,
  TimelineClock,
  TransactionEnd,
} from './runtime/coordinator-shard.ts'
export { answered } from './runtime/coordinator-shard.ts'
export { Timeline } from './runtime/timeline.ts'
export { TimelineMap } from './runtime/timeline-map.ts'
export { TimerQueue } from './runtime/timer-queue.ts'
export type { ConsumerGroupConfig, ConsumerGroupMigrationPolicy, GroupConfig } from './group/group-config.ts'
export { defaultGroupConfig } from './group/group-config.ts'
export { groupShard } from './group/group-shard.ts'
export type { GroupEnvironment, GroupRecord, GroupState, GroupTypes, TopicsView } from './group/group-types.ts'
export type { PartitionState } from './edge/coordinator-partition.ts'
export { CoordinatorPartition } from './edge/coordinator-partition.ts'
export type { CoordinatorRuntimeOptions, RequestClient } from './edge/coordinator-runtime.ts'
export { CoordinatorRuntime } from './edge/coordinator-runtime.ts'
export type { GroupCoordinatorOptions } from './edge/group-coordinator-service.ts'
export { mapInTurns } from './edge/turns.ts'
export { GroupCoordinatorService } from './edge/group-coordinator-service.ts'
export type { OffsetsVerification, VerifyOffsets } from './edge/offset-service.ts'
export { groupRecordSerde } from './edge/group-record-serde.ts'
export { javaHashCode, partitionForGroup } from './edge/group-routing.ts'
export type {
  Clock,
  CoordinatorLoader,
  CoordinatorRecord,
  EndTransactionMarker,
  LoadSummary,
  LoadedMarker,
  LoadedRecord,
  Logger,
  PartitionWriter,
  Random,
  RecordSerde,
} from './edge/ports.ts'
export type { ShareCoordinatorOptions } from './edge/share-coordinator-service.ts'
export type { ShareGroupPorts, ShareStatePersister } from './edge/share-group-service.ts'
export { ShareGroupService } from './edge/share-group-service.ts'
export { ShareCoordinatorService } from './edge/share-coordinator-service.ts'
export { shareRecordSerde } from './edge/share-record-serde.ts'
export type { ShareGroupSettings } from './share-group/share-group-config.ts'
export { shareShard } from './share/share-shard.ts'
export type {
  ShareCoordinatorConfig,
  SharePartitionState,
  SharePlace,
  ShareRecord,
  ShareState,
  ShareTopicsView,
} from './share/share-types.ts'
export { defaultShareCoordinatorConfig, shareCoordinatorKey } from './share/share-types.ts'
export type { StateBatch } from './share/state-batches.ts'
export { combineStateBatches } from './share/state-batches.ts'
export type { VerifyOrAddPartitions } from './edge/transaction-coordinator-service.ts'
export { TransactionCoordinatorService } from './edge/transaction-coordinator-service.ts'
export type {
  MarkerResult,
  MarkerWriter,
  PartitionsView,
  TransactionCoordinatorOptions,
  TransactionMarkers,
  TransactionServiceConfig,
} from './edge/transaction-ports.ts'
export { transactionRecordSerde } from './edge/transaction-record-serde.ts'
export type { TransactionConfig } from './transaction/transaction-config.ts'
export { defaultTransactionConfig } from './transaction/transaction-config.ts'
