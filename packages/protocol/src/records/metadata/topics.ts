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
    replicas: array('0+', 'int32', { entityType: 'brokerId', about: 'The first is the preferred leader.' }),
    isr: array('0+', 'int32', { about: 'The in-sync replicas.' }),
    removingReplicas: array('0+', 'int32', {
      entityType: 'brokerId',
      about: 'Those that a reassignment will drop in the end.',
    }),
    addingReplicas: array('0+', 'int32', {
      entityType: 'brokerId',
      about: 'Those that a reassignment is bringing in.',
    }),
    leader: int32('0+', { default: -1, entityType: 'brokerId', about: '-1 for none.' }),
    leaderRecoveryState: int8('0+', {
      default: 0,
      tag: 0,
      about: '1 while the leader recovers from an unclean election, otherwise 0.',
    }),
    leaderEpoch: int32('0+', { default: -1, about: 'Grows with every election; -1 when unknown.' }),
    partitionEpoch: int32('0+', { default: -1, about: 'Grows with every change of the partition.' }),
    directories: array('1+', 'uuid', { about: 'The log directory of each replica, in the order of the replicas.' }),
    eligibleLeaderReplicas: array('2+', 'int32', {
      nullable: '2+',
      default: null,
      tag: 1,
      entityType: 'brokerId',
      about: 'Out of sync, yet holding all that is committed (KIP-966); null without such tracking.',
    }),
    lastKnownElr: array('2+', 'int32', {
      nullable: '2+',
      default: null,
      tag: 2,
      entityType: 'brokerId',
      about: 'Once eligible to lead, until an unclean shutdown; null without such tracking.',
    }),
  },
})
export type PartitionRecord = Infer<typeof PartitionRecord>

/** What is absent stays as it is. */
export const PartitionChangeRecord = message({
  name: 'PartitionChangeRecord',
  apiKey: 5,
  kind: 'metadata',
  versions: '0-2',
  flexible: '0+',
  fields: {
    partitionId: int32('0+', { default: -1 }),
    topicId: uuid('0+'),
    isr: array('0+', 'int32', {
      nullable: '0+',
      default: null,
      tag: 0,
      entityType: 'brokerId',
      about: 'Null leaves it as it is.',
    }),
    leader: int32('0+', {
      default: -2,
      tag: 1,
      entityType: 'brokerId',
      about: '-2 leaves it as it is, -1 stands for none.',
    }),
    replicas: array('0+', 'int32', {
      nullable: '0+',
      default: null,
      tag: 2,
      entityType: 'brokerId',
      about: 'Null leaves them as they are.',
    }),
    removingReplicas: array('0+', 'int32', {
      nullable: '0+',
      default: null,
      tag: 3,
      entityType: 'brokerId',
      about: 'Null leaves them as they are.',
    }),
    addingReplicas: array('0+', 'int32', {
      nullable: '0+',
      default: null,
      tag: 4,
      entityType: 'brokerId',
      about: 'Null leaves them as they are.',
    }),
    leaderRecoveryState: int8('0+', { default: -1, tag: 5, about: '-1 leaves it as it is.' }),
    directories: array('1+', 'uuid', { nullable: '1+', default: null, tag: 8, about: 'Null leaves them as they are.' }),
    eligibleLeaderReplicas: array('2+', 'int32', {
      nullable: '2+',
      default: null,
      tag: 6,
      entityType: 'brokerId',
      about: 'Null leaves them as they are.',
    }),
    lastKnownElr: array('2+', 'int32', {
      nullable: '2+',
      default: null,
      tag: 7,
      entityType: 'brokerId',
      about: 'Null leaves them as they are.',
    }),
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
