import type { ShareSnapshotKey, ShareSnapshotValue, ShareUpdateKey, ShareUpdateValue } from '@milena/protocol/messages'
import type {
  CoordinatorResult,
  OperationContext,
  RequestContext,
  ShardTypes,
  TimelineClock,
} from '../runtime/coordinator-shard.ts'
import type { TimelineMap } from '../runtime/timeline-map.ts'
import type { StateBatch } from './state-batches.ts'

/** The settings of Kafka that the share coordinator reads, under their names in camel case. */
export interface ShareCoordinatorConfig {
  /** `share.coordinator.snapshot.update.records.per.snapshot`: 0 writes every change as a snapshot. */
  readonly snapshotUpdateRecordsPerSnapshot: number
  readonly coldPartitionSnapshotIntervalMs: number
  readonly stateTopicPruneIntervalMs: number
  readonly writeTimeoutMs: number
}

export const defaultShareCoordinatorConfig: ShareCoordinatorConfig = Object.freeze({
  snapshotUpdateRecordsPerSnapshot: 500,
  coldPartitionSnapshotIntervalMs: 300_000,
  stateTopicPruneIntervalMs: 300_000,
  writeTimeoutMs: 5_000,
})

/** A share partition: what one group knows of one partition of a topic. */
export interface SharePlace {
  readonly groupId: string
  readonly topicId: string
  readonly partition: number
}

/** What is kept of a share partition (Kafka's ShareGroupOffset). Never changed in place. */
export interface SharePartitionState extends SharePlace {
  /** Counts the snapshots. */
  readonly snapshotEpoch: number
  /** Grows with every reset of the share partition. */
  readonly stateEpoch: number
  readonly leaderEpoch: number
  /** The oldest record that is not yet done with; −1 until its first leader has found out. */
  readonly startOffset: number
  /** How many records above the start offset are done with; −1 when unknown. */
  readonly deliveryCompleteCount: number
  readonly stateBatches: readonly StateBatch[]
  /** Of the last snapshot, in milliseconds since 1970. One that was written again, being cold, keeps its creation. */
  readonly createTimestampMs: number
  readonly writeTimestampMs: number
  /** The highest epochs ever seen: who comes with a lower one is fenced, also after a reset. */
  readonly highestLeaderEpoch: number
  readonly highestStateEpoch: number
  /** Updates since the last snapshot. */
  readonly updateCount: number
  /** Where in the log the last snapshot stands; what is older than the oldest of them is of no use. −1: nowhere. */
  readonly snapshotOffset: number
}

/** What the coordinator of one partition of `__share_group_state` knows. */
export interface ShareState {
  readonly clock: TimelineClock
  /** By the share partition's key. */
  readonly partitions: TimelineMap<string, SharePartitionState>
}

/** A record of `__share_group_state`, in Kafka's schemas; a value of null is a tombstone. */
export type ShareRecord =
  | { readonly type: 'ShareSnapshot'; readonly key: ShareSnapshotKey; readonly value: ShareSnapshotValue | null }
  | { readonly type: 'ShareUpdate'; readonly key: ShareUpdateKey; readonly value: ShareUpdateValue | null }

export type ShareEvent = { readonly kind: 'snapshotColdPartitions' } | { readonly kind: 'pruneRecords' }

/** Records before the offset are not needed any more. */
export interface PruneTask {
  readonly kind: 'prune'
  readonly beforeOffset: number
}

/** What the machine may ask about topics. */
export interface ShareTopicsView {
  hasPartition(name: string, partition: number): boolean
  topicName(id: string): string | undefined
}

export interface ShareEnvironment {
  readonly config: ShareCoordinatorConfig
  readonly topics: ShareTopicsView
}

export interface ShareTypes extends ShardTypes {
  state: ShareState
  record: ShareRecord
  change: never
  event: ShareEvent
  task: PruneTask
  reply: never
  environment: ShareEnvironment
}

export type ShareContext = OperationContext<ShareTypes>
export type ShareRequestContext = RequestContext<ShareTypes>
export type ShareResult<Response> = CoordinatorResult<ShareTypes, Response>

/** `group:topicId:partition` (Kafka's SharePartitionKey), by which the share coordinator is found. */
export const shareCoordinatorKey = ({ groupId, topicId, partition }: SharePlace): string =>
  `${groupId}:${topicId}:${partition}`

export const shareStateOf = (state: ShareState, place: SharePlace): SharePartitionState | undefined =>
  state.partitions.get(shareCoordinatorKey(place))
