import { array, bytes, int32, int64, int64Exact, int8, string, struct, uuid } from '../../schema/field.ts'
import { type Infer, message } from '../../schema/message.ts'

const topicPartitions = {
  topicId: uuid('0+'),
  partitions: array('0+', 'int32'),
  assignmentEpochs: array('0+', 'int32', {
    nullable: '0+',
    tag: 0,
    about: 'For each partition, in the same order, the member epoch at which it was assigned; empty when unknown.',
  }),
}

export const ConsumerGroupMetadataKey = message({
  name: 'ConsumerGroupMetadataKey',
  apiKey: 3,
  kind: 'coordinator-key',
  versions: '0',
  flexible: 'none',
  fields: {
    groupId: string('0'),
  },
})
export type ConsumerGroupMetadataKey = Infer<typeof ConsumerGroupMetadataKey>

export const ConsumerGroupMetadataValue = message({
  name: 'ConsumerGroupMetadataValue',
  apiKey: 3,
  kind: 'coordinator-value',
  versions: '0',
  flexible: '0+',
  fields: {
    epoch: int32('0+'),
    metadataHash: int64Exact('0+', {
      default: 0n,
      tag: 0,
      about: 'Of the subscribed topics, to notice that they have changed.',
    }),
  },
})
export type ConsumerGroupMetadataValue = Infer<typeof ConsumerGroupMetadataValue>

export const ConsumerGroupMemberMetadataKey = message({
  name: 'ConsumerGroupMemberMetadataKey',
  apiKey: 5,
  kind: 'coordinator-key',
  versions: '0',
  flexible: 'none',
  fields: {
    groupId: string('0'),
    memberId: string('0'),
  },
})
export type ConsumerGroupMemberMetadataKey = Infer<typeof ConsumerGroupMemberMetadataKey>

export const ConsumerGroupMemberMetadataValue = message({
  name: 'ConsumerGroupMemberMetadataValue',
  apiKey: 5,
  kind: 'coordinator-value',
  versions: '0',
  flexible: '0+',
  fields: {
    instanceId: string('0+', {
      nullable: '0+',
      about: 'Makes the member static; null when it is not, or when nothing changed since the last heartbeat.',
    }),
    rackId: string('0+', { nullable: '0+', about: 'Lets the broker answer from a replica nearby.' }),
    clientId: string('0+'),
    clientHost: string('0+', { about: 'The address from which the member speaks.' }),
    subscribedTopicNames: array('0+', 'string'),
    subscribedTopicRegex: string('0+', { nullable: '0+', about: 'In the syntax of RE2.' }),
    rebalanceTimeoutMs: int32('0+', {
      default: -1,
      about: 'How long a member may take to give up what it loses, or to join again.',
    }),
    serverAssignor: string('0+', {
      nullable: '0+',
      about: 'Null leaves the choice to the coordinator, or says that nothing changed.',
    }),
    classicMemberMetadata: struct(
      '0+',
      {
        sessionTimeoutMs: int32('0+', { about: 'A member that is silent for longer is thrown out.' }),
        supportedProtocols: array(
          '0+',
          {
            name: string('0+'),
            metadata: bytes('0+'),
          },
          { about: 'By preference.' },
        ),
      },
      { nullable: '0+', tag: 0, about: 'Of a member that still speaks the classic protocol.' },
    ),
  },
})
export type ConsumerGroupMemberMetadataValue = Infer<typeof ConsumerGroupMemberMetadataValue>

export const ConsumerGroupPartitionMetadataKey = message({
  name: 'ConsumerGroupPartitionMetadataKey',
  apiKey: 4,
  kind: 'coordinator-key',
  versions: '0',
  flexible: 'none',
  fields: {
    groupId: string('0'),
  },
})
export type ConsumerGroupPartitionMetadataKey = Infer<typeof ConsumerGroupPartitionMetadataKey>

/** No longer written; the metadata hash of the group has taken its place. */
export const ConsumerGroupPartitionMetadataValue = message({
  name: 'ConsumerGroupPartitionMetadataValue',
  apiKey: 4,
  kind: 'coordinator-value',
  versions: '0',
  flexible: '0+',
  fields: {
    topics: array('0+', {
      topicId: uuid('0+'),
      topicName: string('0+'),
      numPartitions: int32('0+'),
      partitionMetadata: array('0+', {
        partition: int32('0+'),
        racks: array('0+', 'string'),
      }),
    }),
  },
})
export type ConsumerGroupPartitionMetadataValue = Infer<typeof ConsumerGroupPartitionMetadataValue>

export const ConsumerGroupTargetAssignmentMetadataKey = message({
  name: 'ConsumerGroupTargetAssignmentMetadataKey',
  apiKey: 6,
  kind: 'coordinator-key',
  versions: '0',
  flexible: 'none',
  fields: {
    groupId: string('0'),
  },
})
export type ConsumerGroupTargetAssignmentMetadataKey = Infer<typeof ConsumerGroupTargetAssignmentMetadataKey>

export const ConsumerGroupTargetAssignmentMetadataValue = message({
  name: 'ConsumerGroupTargetAssignmentMetadataValue',
  apiKey: 6,
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
export type ConsumerGroupTargetAssignmentMetadataValue = Infer<typeof ConsumerGroupTargetAssignmentMetadataValue>

export const ConsumerGroupTargetAssignmentMemberKey = message({
  name: 'ConsumerGroupTargetAssignmentMemberKey',
  apiKey: 7,
  kind: 'coordinator-key',
  versions: '0',
  flexible: 'none',
  fields: {
    groupId: string('0'),
    memberId: string('0'),
  },
})
export type ConsumerGroupTargetAssignmentMemberKey = Infer<typeof ConsumerGroupTargetAssignmentMemberKey>

export const ConsumerGroupTargetAssignmentMemberValue = message({
  name: 'ConsumerGroupTargetAssignmentMemberValue',
  apiKey: 7,
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
export type ConsumerGroupTargetAssignmentMemberValue = Infer<typeof ConsumerGroupTargetAssignmentMemberValue>

export const ConsumerGroupCurrentMemberAssignmentKey = message({
  name: 'ConsumerGroupCurrentMemberAssignmentKey',
  apiKey: 8,
  kind: 'coordinator-key',
  versions: '0',
  flexible: 'none',
  fields: {
    groupId: string('0'),
    memberId: string('0'),
  },
})
export type ConsumerGroupCurrentMemberAssignmentKey = Infer<typeof ConsumerGroupCurrentMemberAssignmentKey>

export const ConsumerGroupCurrentMemberAssignmentValue = message({
  name: 'ConsumerGroupCurrentMemberAssignmentValue',
  apiKey: 8,
  kind: 'coordinator-value',
  versions: '0',
  flexible: '0+',
  fields: {
    memberEpoch: int32('0+'),
    previousMemberEpoch: int32('0+', { about: 'Accepted too, since the last answer may have been lost.' }),
    state: int8('0+', { about: 'Where the member stands in the rebalance.' }),
    assignedPartitions: array('0+', topicPartitions),
    partitionsPendingRevocation: array('0+', topicPartitions, {
      about: 'No longer assigned, but not yet given up by the member.',
    }),
  },
})
export type ConsumerGroupCurrentMemberAssignmentValue = Infer<typeof ConsumerGroupCurrentMemberAssignmentValue>

export const ConsumerGroupRegularExpressionKey = message({
  name: 'ConsumerGroupRegularExpressionKey',
  apiKey: 16,
  kind: 'coordinator-key',
  versions: '0',
  flexible: 'none',
  fields: {
    groupId: string('0'),
    regularExpression: string('0'),
  },
})
export type ConsumerGroupRegularExpressionKey = Infer<typeof ConsumerGroupRegularExpressionKey>

export const ConsumerGroupRegularExpressionValue = message({
  name: 'ConsumerGroupRegularExpressionValue',
  apiKey: 16,
  kind: 'coordinator-value',
  versions: '0',
  flexible: '0+',
  fields: {
    topics: array('0+', 'string'),
    version: int64('0+', { about: 'The offset of the cluster metadata against which it was resolved.' }),
    timestamp: int64('0+', { about: 'When it was resolved, in ms since 1970.' }),
  },
})
export type ConsumerGroupRegularExpressionValue = Infer<typeof ConsumerGroupRegularExpressionValue>
