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
  RequestId,
  ShardTypes,
  TimelineClock,
} from './runtime/coordinator-shard.ts'
export { answered } from './runtime/coordinator-shard.ts'
export { Timeline } from './runtime/timeline.ts'
export { TimelineMap } from './runtime/timeline-map.ts'
export { TimerQueue } from './runtime/timer-queue.ts'
export type { GroupConfig } from './group/group-config.ts'
export { defaultGroupConfig } from './group/group-config.ts'
export { groupShard } from './group/group-shard.ts'
export type { GroupEnvironment, GroupRecord, GroupState, GroupTypes, TopicsView } from './group/group-types.ts'
export type { PartitionState } from './edge/coordinator-partition.ts'
export { CoordinatorPartition } from './edge/coordinator-partition.ts'
export type { CoordinatorRuntimeOptions, RequestClient } from './edge/coordinator-runtime.ts'
export { CoordinatorRuntime } from './edge/coordinator-runtime.ts'
export type { GroupCoordinatorOptions } from './edge/group-coordinator-service.ts'
export { GroupCoordinatorService } from './edge/group-coordinator-service.ts'
export { groupRecordSerde } from './edge/group-record-serde.ts'
export { javaHashCode, partitionForGroup } from './edge/group-routing.ts'
export type {
  Clock,
  CoordinatorLoader,
  CoordinatorRecord,
  LoadSummary,
  LoadedRecord,
  Logger,
  PartitionWriter,
  Random,
  RecordSerde,
} from './edge/ports.ts'
