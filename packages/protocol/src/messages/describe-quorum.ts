import { array, int16, int32, int64, string, uint16, uuid } from '../schema/field.ts'
import { type Infer, message } from '../schema/message.ts'

const replicaState = {
  replicaId: int32('0+', { entityType: 'brokerId' }),
  replicaDirectoryId: uuid('2+', { about: 'The log directory of the replica.' }),
  logEndOffset: int64('0+'),
  lastFetchTimestamp: int64('1+', { default: -1, ignorable: true, about: 'In ms since 1970; -1 when unknown.' }),
  lastCaughtUpTimestamp: int64('1+', {
    default: -1,
    ignorable: true,
    about: "When the replica last had all of the leader's log, in ms since 1970; -1 when unknown.",
  }),
}

export const DescribeQuorumRequest = message({
  name: 'DescribeQuorumRequest',
  apiKey: 55,
  kind: 'request',
  versions: '0-2',
  flexible: '0+',
  listeners: ['broker', 'controller'],
  fields: {
    topics: array('0+', {
      topicName: string('0+', { entityType: 'topicName' }),
      partitions: array('0+', {
        partitionIndex: int32('0+'),
      }),
    }),
  },
})
export type DescribeQuorumRequest = Infer<typeof DescribeQuorumRequest>

export const DescribeQuorumResponse = message({
  name: 'DescribeQuorumResponse',
  apiKey: 55,
  kind: 'response',
  versions: '0-2',
  flexible: '0+',
  fields: {
    errorCode: int16('0+'),
    errorMessage: string('2+', { nullable: '2+', ignorable: true }),
    topics: array('0+', {
      topicName: string('0+', { entityType: 'topicName' }),
      partitions: array('0+', {
        partitionIndex: int32('0+'),
        errorCode: int16('0+'),
        errorMessage: string('2+', { nullable: '2+', ignorable: true }),
        leaderId: int32('0+', { entityType: 'brokerId', about: '-1 for none.' }),
        leaderEpoch: int32('0+', { about: 'Grows with every election; -1 when unknown.' }),
        highWatermark: int64('0+', { about: 'Everything below it is committed.' }),
        currentVoters: array('0+', replicaState),
        observers: array('0+', replicaState, { about: 'Replicas without a vote.' }),
      }),
    }),
    nodes: array('2+', {
      nodeId: int32('2+', { mapKey: true, entityType: 'brokerId' }),
      listeners: array('2+', {
        name: string('2+', { mapKey: true }),
        host: string('2+'),
        port: uint16('2+'),
      }),
    }),
  },
})
export type DescribeQuorumResponse = Infer<typeof DescribeQuorumResponse>
