import { array, int32, int8, string, uuid } from '../../schema/field.ts'
import { type Infer, message } from '../../schema/message.ts'

export const TopicRecord = message({
  name: 'TopicRecord',
  apiKey: 2,
  kind: 'metadata',
  versions: '0',
  flexible: '0+',
  fields: {
    name: string('0+', { entityType: 'topicName' }),
    topicId: uuid('0+'),
  },
})
export type TopicRecord = Infer<typeof TopicRecord>

export const RemoveTopicRecord = message({
  name: 'RemoveTopicRecord',
  apiKey: 9,
  kind: 'metadata',
  versions: '0',
  flexible: '0+',
  fields: {
    topicId: uuid('0+'),
  },
})
export type RemoveTopicRecord = Infer<typeof RemoveTopicRecord>

export const PartitionRecord = message({
  name: 'PartitionRecord',
  apiKey: 3,
  kind: 'metadata',
  versions: '0-2',
  flexible: '0+',
  fields: {
    partitionId: int32('0+', { default: -1 }),
    topicId: uuid('0+'),
    replicas: array('0+', 'int32', { entityType: 'brokerId' }),
    isr: array('0+', 'int32'),
    removingReplicas: array('0+', 'int32', { entityType: 'brokerId' }),
    addingReplicas: array('0+', 'int32', { entityType: 'brokerId' }),
    leader: int32('0+', { default: -1, entityType: 'brokerId' }),
    leaderRecoveryState: int8('0+', { default: 0, tag: 0 }),
    leaderEpoch: int32('0+', { default: -1 }),
    partitionEpoch: int32('0+', { default: -1 }),
    directories: array('1+', 'uuid'),
    eligibleLeaderReplicas: array('2+', 'int32', { nullable: '2+', default: null, tag: 1, entityType: 'brokerId' }),
    lastKnownElr: array('2+', 'int32', { nullable: '2+', default: null, tag: 2, entityType: 'brokerId' }),
  },
})
export type PartitionRecord = Infer<typeof PartitionRecord>

export const PartitionChangeRecord = message({
  name: 'PartitionChangeRecord',
  apiKey: 5,
  kind: 'metadata',
  versions: '0-2',
  flexible: '0+',
  fields: {
    partitionId: int32('0+', { default: -1 }),
    topicId: uuid('0+'),
    isr: array('0+', 'int32', { nullable: '0+', default: null, tag: 0, entityType: 'brokerId' }),
    leader: int32('0+', { default: -2, tag: 1, entityType: 'brokerId' }),
    replicas: array('0+', 'int32', { nullable: '0+', default: null, tag: 2, entityType: 'brokerId' }),
    removingReplicas: array('0+', 'int32', { nullable: '0+', default: null, tag: 3, entityType: 'brokerId' }),
    addingReplicas: array('0+', 'int32', { nullable: '0+', default: null, tag: 4, entityType: 'brokerId' }),
    leaderRecoveryState: int8('0+', { default: -1, tag: 5 }),
    directories: array('1+', 'uuid', { nullable: '1+', default: null, tag: 8 }),
    eligibleLeaderReplicas: array('2+', 'int32', { nullable: '2+', default: null, tag: 6, entityType: 'brokerId' }),
    lastKnownElr: array('2+', 'int32', { nullable: '2+', default: null, tag: 7, entityType: 'brokerId' }),
  },
})
export type PartitionChangeRecord = Infer<typeof PartitionChangeRecord>

export const ClearElrRecord = message({
  name: 'ClearElrRecord',
  apiKey: 28,
  kind: 'metadata',
  versions: '0',
  flexible: '0+',
  fields: {
    topicName: string('0+', { entityType: 'topicName' }),
  },
})
export type ClearElrRecord = Infer<typeof ClearElrRecord>
