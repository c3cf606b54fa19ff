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
