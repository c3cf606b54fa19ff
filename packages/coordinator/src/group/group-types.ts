import type {
  GroupMetadataKey,
  GroupMetadataValue,
  JoinGroupResponse,
  OffsetCommitKey,
  OffsetCommitValue,
  SyncGroupResponse,
} from '@milena/protocol/messages'
import type {
  CoordinatorResult,
  Effect,
  OperationContext,
  RequestContext,
  ShardTypes,
} from '../runtime/coordinator-shard.ts'
import type { TimelineMap } from '../runtime/timeline-map.ts'
import type { TimelineClock } from '../runtime/coordinator-shard.ts'
import type { ConsumerGroup } from '../consumer-group/consumer-group.ts'
import type {
  ConsumerGroupChange,
  ConsumerGroupEvent,
  ConsumerGroupRecord,
  ConsumerGroupTask,
} from '../consumer-group/consumer-group-types.ts'
import type { TopicSubscribers } from '../consumer-group/topic-subscribers.ts'
import type { ExpressionEngine } from '../expression/expression.ts'
import type { ShareGroup } from '../share-group/share-group.ts'
import type {
  InitializeShareStateTask,
  ShareGroupRecord,
  ShareInitializationBegun,
  ShareSessionExpired,
} from '../share-group/share-group-types.ts'
import type { ClassicGroup } from './classic-group.ts'
import type { GroupConfig } from './group-config.ts'
import type { PendingOffsets } from './pending-offsets.ts'

/** What a group committed for one partition. Times are in milliseconds since 1970. */
export interface OffsetAndMetadata {
  readonly committedOffset: number
  /** −1 when the client gave none. */
  readonly leaderEpoch: number
  readonly metadata: string
  readonly commitTimestampMs: number
  /** Set only by commits that brought their own retention (OffsetCommit v2 to v4); −1 otherwise. */
  readonly expireTimestampMs: number
  /** The id that the topic had at the commit; the zero id when it was not known. */
  readonly topicId: string
  /** Where in the log the commit stands; the later of two wins when transactions end. */
  readonly recordOffset: number
}

export type PartitionOffsets = TimelineMap<number, OffsetAndMetadata>
export type TopicOffsets = TimelineMap<string, PartitionOffsets>

/** A group id belongs to one kind of group at a time. What they have in common is in `group-kinds.ts`. */
export type Group = ClassicGroup | ConsumerGroup | ShareGroup

/** What the coordinator of one partition of `__consumer_offsets` knows. */
export interface GroupState {
  readonly clock: TimelineClock
  readonly groups: TimelineMap<string, Group>
  /** Who is subscribed to a topic, of the kinds of groups whose partitions the coordinator assigns. */
  readonly subscribers: TopicSubscribers
  /** By group, topic and partition. */
  readonly offsets: TimelineMap<string, TopicOffsets>
  /** Those of transactions that have not ended. */
  readonly pending: PendingOffsets
}

/** A record of `__consumer_offsets`, in Kafka's schemas; a value of null is a tombstone. */
export type GroupRecord =
  | {
      readonly type: 'OffsetCommit'
      readonly key: OffsetCommitKey
      readonly value: OffsetCommitValue | null
      readonly version: number
    }
  | {
      readonly type: 'GroupMetadata'
      readonly key: GroupMetadataKey
      readonly value: GroupMetadataValue | null
      readonly version: number
    }
  | ConsumerGroupRecord
  | ShareGroupRecord

export type GroupChange =
  | { readonly kind: 'setGroup'; readonly group: Group }
  | ConsumerGroupChange
  | ShareInitializationBegun

export type GroupEvent =
  | { readonly kind: 'sessionExpired'; readonly groupId: string; readonly memberId: string }
  /** The first rebalance of a group waits a little for further members. */
  | {
      readonly kind: 'initialRebalance'
      readonly groupId: string
      readonly delayMs: number
      readonly remainingMs: number
    }
  | { readonly kind: 'joinExpired'; readonly groupId: string }
  | { readonly kind: 'syncExpired'; readonly groupId: string; readonly generationId: number }
  | { readonly kind: 'syncRefused'; readonly groupId: string; readonly generationId: number }
  | { readonly kind: 'expireOffsets' }
  | ConsumerGroupEvent
  | ShareSessionExpired

/** What the machine may ask about topics. */
export interface TopicsView {
  hasTopic(name: string): boolean
  hasPartition(name: string, partition: number): boolean
  /** The topic's id, or undefined when there is no such topic. */
  topicId(name: string): string | undefined
  topicName(id: string): string | undefined
  /** Zero when there is no such topic. */
  partitionCount(name: string): number
  topicNames(): Iterable<string>
  /** Grows with the metadata. */
  version(): number
  /** The version at which a topic was last created. */
  newTopicsVersion(): number
}

/** What a group's own configs say (resource GROUP); what they do not say is as the broker is configured. */
export type GroupConfigOverrides = ReadonlyMap<string, string>

export interface GroupEnvironment {
  readonly config: GroupConfig
  /** At this moment: they take effect at once. */
  readonly configOf: (groupId: string) => GroupConfigOverrides
  readonly topics: TopicsView
  /** To be asked by who brings an expression alone: it is loaded for that request. */
  readonly expressions: () => ExpressionEngine
}

export interface GroupTypes extends ShardTypes {
  state: GroupState
  record: GroupRecord
  change: GroupChange
  event: GroupEvent
  task: ConsumerGroupTask | InitializeShareStateTask
  reply: JoinGroupResponse | SyncGroupResponse
  environment: GroupEnvironment
}

export type GroupContext = OperationContext<GroupTypes>
export type GroupRequestContext = RequestContext<GroupTypes>
export type GroupResult<Response> = CoordinatorResult<GroupTypes, Response>
export type GroupEffect = Effect<GroupTypes>
