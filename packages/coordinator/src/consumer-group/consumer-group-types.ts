import type {
  ConsumerGroupCurrentMemberAssignmentKey,
  ConsumerGroupCurrentMemberAssignmentValue,
  ConsumerGroupMemberMetadataKey,
  ConsumerGroupMemberMetadataValue,
  ConsumerGroupMetadataKey,
  ConsumerGroupMetadataValue,
  ConsumerGroupPartitionMetadataKey,
  ConsumerGroupRegularExpressionKey,
  ConsumerGroupRegularExpressionValue,
  ConsumerGroupTargetAssignmentMemberKey,
  ConsumerGroupTargetAssignmentMemberValue,
  ConsumerGroupTargetAssignmentMetadataKey,
  ConsumerGroupTargetAssignmentMetadataValue,
} from '@milena/protocol/messages'

interface KeyedRecord<Type extends string, Key, Value> {
  readonly type: Type
  readonly key: Key
  readonly value: Value | null
  readonly version: number
}

/** What the log keeps of consumer groups; a value of null is a tombstone. */
export type ConsumerGroupRecord =
  | KeyedRecord<'ConsumerGroupMetadata', ConsumerGroupMetadataKey, ConsumerGroupMetadataValue>
  /** Written by older brokers; here only ever deleted. */
  | KeyedRecord<'ConsumerGroupPartitionMetadata', ConsumerGroupPartitionMetadataKey, never>
  | KeyedRecord<'ConsumerGroupMemberMetadata', ConsumerGroupMemberMetadataKey, ConsumerGroupMemberMetadataValue>
  | KeyedRecord<
      'ConsumerGroupTargetAssignmentMetadata',
      ConsumerGroupTargetAssignmentMetadataKey,
      ConsumerGroupTargetAssignmentMetadataValue
    >
  | KeyedRecord<
      'ConsumerGroupTargetAssignmentMember',
      ConsumerGroupTargetAssignmentMemberKey,
      ConsumerGroupTargetAssignmentMemberValue
    >
  | KeyedRecord<
      'ConsumerGroupCurrentMemberAssignment',
      ConsumerGroupCurrentMemberAssignmentKey,
      ConsumerGroupCurrentMemberAssignmentValue
    >
  | KeyedRecord<
      'ConsumerGroupRegularExpression',
      ConsumerGroupRegularExpressionKey,
      ConsumerGroupRegularExpressionValue
    >

/** Soft state of a consumer group: gone with the process. */
export type ConsumerGroupChange =
  | { readonly kind: 'requestMetadataRefresh'; readonly groupId: string }
  | {
      readonly kind: 'setMetadataDeadline'
      readonly groupId: string
      readonly deadlineMs: number
      readonly epoch: number
    }
  | { readonly kind: 'setResolvingRegexes'; readonly groupId: string; readonly isResolving: boolean }
  | {
      readonly kind: 'setAwaitedJoin'
      readonly groupId: string
      readonly memberId: string
      readonly isAwaited: boolean
    }

export type ConsumerGroupEvent =
  /** A member was silent for too long, or a classic member did not join or sync in time. */
  | {
      readonly kind: 'consumerMemberExpired'
      readonly groupId: string
      readonly memberId: string
      readonly reason: string
    }
  /** A member did not give up its partitions in time; what it did in another epoch is over. */
  | {
      readonly kind: 'consumerRebalanceExpired'
      readonly groupId: string
      readonly memberId: string
      readonly memberEpoch: number
    }

/** Work for the edge: which topics match the expressions. It comes back as the operation `regexesResolved`. */
export interface ConsumerGroupTask {
  readonly kind: 'resolveRegexes'
  readonly groupId: string
  readonly regexes: readonly string[]
}
