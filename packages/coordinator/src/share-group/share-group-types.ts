import type {
  ShareGroupCurrentMemberAssignmentKey,
  ShareGroupCurrentMemberAssignmentValue,
  ShareGroupMemberMetadataKey,
  ShareGroupMemberMetadataValue,
  ShareGroupMetadataKey,
  ShareGroupMetadataValue,
  ShareGroupStatePartitionMetadataKey,
  ShareGroupStatePartitionMetadataValue,
  ShareGroupTargetAssignmentMemberKey,
  ShareGroupTargetAssignmentMemberValue,
  ShareGroupTargetAssignmentMetadataKey,
  ShareGroupTargetAssignmentMetadataValue,
} from '@milena/protocol/messages'

interface KeyedRecord<Type extends string, Key, Value> {
  readonly type: Type
  readonly key: Key
  readonly value: Value | null
  readonly version: number
}

/** What the log keeps of share groups; a value of null is a tombstone. */
export type ShareGroupRecord =
  | KeyedRecord<'ShareGroupMetadata', ShareGroupMetadataKey, ShareGroupMetadataValue>
  | KeyedRecord<'ShareGroupMemberMetadata', ShareGroupMemberMetadataKey, ShareGroupMemberMetadataValue>
  | KeyedRecord<
      'ShareGroupTargetAssignmentMetadata',
      ShareGroupTargetAssignmentMetadataKey,
      ShareGroupTargetAssignmentMetadataValue
    >
  | KeyedRecord<
      'ShareGroupTargetAssignmentMember',
      ShareGroupTargetAssignmentMemberKey,
      ShareGroupTargetAssignmentMemberValue
    >
  | KeyedRecord<
      'ShareGroupCurrentMemberAssignment',
      ShareGroupCurrentMemberAssignmentKey,
      ShareGroupCurrentMemberAssignmentValue
    >
  | KeyedRecord<
      'ShareGroupStatePartitionMetadata',
      ShareGroupStatePartitionMetadataKey,
      ShareGroupStatePartitionMetadataValue
    >

/** Partitions whose state the share coordinator shall begin. Done or not, its end comes back as an operation. */
export interface InitializeShareStateTask {
  readonly kind: 'initializeShareState'
  readonly groupId: string
  readonly stateEpoch: number
  readonly topics: readonly { readonly topicId: string; readonly partitions: readonly number[] }[]
}

/** When the initialisation of these topics was last begun; forgotten with the process, and then begun again. */
export interface ShareInitializationBegun {
  readonly kind: 'shareInitializationBegun'
  readonly groupId: string
  readonly topicIds: readonly string[]
  readonly atMs: number
}

export interface ShareSessionExpired {
  readonly kind: 'shareSessionExpired'
  readonly groupId: string
  readonly memberId: string
}
