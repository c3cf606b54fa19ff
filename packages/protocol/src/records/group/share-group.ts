import { array, int32, int64, int64Exact, int8, string, uuid } from '../../schema/field.ts'
import { type Infer, message } from '../../schema/message.ts'

const topicPartitionsInfo = {
  topicId: uuid('0+'),
  topicName: string('0+'),
  partitions: array('0+', 'int32'),
}

export const ShareGroupMetadataKey = message({
  name: 'ShareGroupMetadataKey',
  apiKey: 11,
  kind: 'coordinator-key',
  versions: '0',
  flexible: 'none',
  fields: {
    groupId: string('0'),
  },
})
export type ShareGroupMetadataKey = Infer<typeof ShareGroupMetadataKey>

export const ShareGroupMetadataValue = message({
  name: 'ShareGroupMetadataValue',
  apiKey: 11,
  kind: 'coordinator-value',
  versions: '0',
  flexible: '0+',
  fields: {
    epoch: int32('0+'),
    metadataHash: int64Exact('0+', { about: 'Of the subscribed topics, to notice that they have changed.' }),
  },
})
export type ShareGroupMetadataValue = Infer<typeof ShareGroupMetadataValue>

export const ShareGroupMemberMetadataKey = message({
  name: 'ShareGroupMemberMetadataKey',
  apiKey: 10,
  kind: 'coordinator-key',
  versions: '0',
  flexible: 'none',
  fields: {
    groupId: string('0'),
    memberId: string('0'),
  },
})
export type ShareGroupMemberMetadataKey = Infer<typeof ShareGroupMemberMetadataKey>

export const ShareGroupMemberMetadataValue = message({
  name: 'ShareGroupMemberMetadataValue',
  apiKey: 10,
  kind: 'coordinator-value',
  versions: '0',
  flexible: '0+',
  fields: {
    rackId: string('0+', { nullable: '0+', about: 'Lets the broker answer from a replica nearby.' }),
    clientId: string('0+'),
    clientHost: string('0+', { about: 'The address from which the member speaks.' }),
    subscribedTopicNames: array('0+', 'string'),
  },
})
export type ShareGroupMemberMetadataValue = Infer<typeof ShareGroupMemberMetadataValue>

export const ShareGroupTargetAssignmentMetadataKey = message({
  name: 'ShareGroupTargetAssignmentMetadataKey',
  apiKey: 12,
  kind: 'coordinator-key',
  versions: '0',
  flexible: 'none',
  fields: {
    groupId: string('0'),
  },
})
export type ShareGroupTargetAssignmentMetadataKey = Infer<typeof ShareGroupTargetAssignmentMetadataKey>

export const ShareGroupTargetAssignmentMetadataValue = message({
  name: 'ShareGroupTargetAssignmentMetadataValue',
  apiKey: 12,
  kind: 'coordinator-value',
  versions: '0',
  flexible: '0+',
  fields: {
    assignmentEpoch: int32('0+', { about: 'The group epoch for which the assignment was computed.' }),
    assignmentTimestamp: int64('0+', {
      default: 0,
      tag: 0,
      ignorable: true,
      about: 'When the assignment was computed, in ms since 1970; 0 when unknown.',
    }),
  },
})
export type ShareGroupTargetAssignmentMetadataValue = Infer<typeof ShareGroupTargetAssignmentMetadataValue>

export const ShareGroupTargetAssignmentMemberKey = message({
  name: 'ShareGroupTargetAssignmentMemberKey',
  apiKey: 13,
  kind: 'coordinator-key',
  versions: '0',
  flexible: 'none',
  fields: {
    groupId: string('0'),
    memberId: string('0'),
  },
})
export type ShareGroupTargetAssignmentMemberKey = Infer<typeof ShareGroupTargetAssignmentMemberKey>

export const ShareGroupTargetAssignmentMemberValue = message({
  name: 'ShareGroupTargetAssignmentMemberValue',
  apiKey: 13,
  kind: 'coordinator-value',
  versions: '0',
  flexible: '0+',
  fields: {
    topicPartitions: array('0+', {
      topicId: uuid('0+'),
      partitions: array('0+', 'int32'),
    }),
  },
})
export type ShareGroupTargetAssignmentMemberValue = Infer<typeof ShareGroupTargetAssignmentMemberValue>

export const ShareGroupCurrentMemberAssignmentKey = message({
  name: 'ShareGroupCurrentMemberAssignmentKey',
  apiKey: 14,
  kind: 'coordinator-key',
  versions: '0',
  flexible: 'none',
  fields: {
    groupId: string('0'),
    memberId: string('0'),
  },
})
export type ShareGroupCurrentMemberAssignmentKey = Infer<typeof ShareGroupCurrentMemberAssignmentKey>

export const ShareGroupCurrentMemberAssignmentValue = message({
  name: 'ShareGroupCurrentMemberAssignmentValue',
  apiKey: 14,
  kind: 'coordinator-value',
  versions: '0',
  flexible: '0+',
  fields: {
    memberEpoch: int32('0+'),
    previousMemberEpoch: int32('0+', { about: 'Accepted too, since the last answer may have been lost.' }),
    state: int8('0+', { about: 'Where the member stands in the rebalance.' }),
    assignedPartitions: array('0+', {
      topicId: uuid('0+'),
      partitions: array('0+', 'int32'),
    }),
  },
})
export type ShareGroupCurrentMemberAssignmentValue = Infer<typeof ShareGroupCurrentMemberAssignmentValue>

export const ShareGroupStatePartitionMetadataKey = message({
  name: 'ShareGroupStatePartitionMetadataKey',
  apiKey: 15,
  kind: 'coordinator-key',
  versions: '0',
  flexible: 'none',
  fields: {
    groupId: string('0'),
  },
})
export type ShareGroupStatePartitionMetadataKey = Infer<typeof ShareGroupStatePartitionMetadataKey>

export const ShareGroupStatePartitionMetadataValue = message({
  name: 'ShareGroupStatePartitionMetadataValue',
  apiKey: 15,
  kind: 'coordinator-value',
  versions: '0',
  flexible: '0+',
  fields: {
    initializingTopics: array('0+', topicPartitionsInfo, {
      about: 'Known to the group, but not yet to the share coordinator.',
    }),
    initializedTopics: array('0+', topicPartitionsInfo),
    deletingTopics: array('0+', {
      topicId: uuid('0+'),
      topicName: string('0+'),
    }),
  },
})
export type ShareGroupStatePartitionMetadataValue = Infer<typeof ShareGroupStatePartitionMetadataValue>
