import { array, bool, int16, int32, string, struct, uuid } from '../schema/field.ts'
import { type Infer, message } from '../schema/message.ts'

export const DescribeTopicPartitionsRequest = message({
  name: 'DescribeTopicPartitionsRequest',
  apiKey: 75,
  kind: 'request',
  versions: '0',
  flexible: '0+',
  listeners: ['broker'],
  fields: {
    topics: array('0+', {
      name: string('0+', { entityType: 'topicName' }),
    }),
    responsePartitionLimit: int32('0+', { default: 2000 }),
    cursor: struct(
      '0+',
      {
        topicName: string('0+', { entityType: 'topicName' }),
        partitionIndex: int32('0+'),
      },
      { nullable: '0+', default: null },
    ),
  },
})
export type DescribeTopicPartitionsRequest = Infer<typeof DescribeTopicPartitionsRequest>

export const DescribeTopicPartitionsResponse = message({
  name: 'DescribeTopicPartitionsResponse',
  apiKey: 75,
  kind: 'response',
  versions: '0',
  flexible: '0+',
  fields: {
    throttleTimeMs: int32('0+', { ignorable: true }),
    topics: array('0+', {
      errorCode: int16('0+'),
      name: string('0+', { nullable: '0+', mapKey: true, entityType: 'topicName' }),
      topicId: uuid('0+', { ignorable: true }),
      isInternal: bool('0+', { default: false, ignorable: true }),
      partitions: array('0+', {
        errorCode: int16('0+'),
        partitionIndex: int32('0+'),
        leaderId: int32('0+', { entityType: 'brokerId' }),
        leaderEpoch: int32('0+', { default: -1, ignorable: true }),
        replicaNodes: array('0+', 'int32', { entityType: 'brokerId' }),
        isrNodes: array('0+', 'int32', { entityType: 'brokerId' }),
        eligibleLeaderReplicas: array('0+', 'int32', { nullable: '0+', default: null, entityType: 'brokerId' }),
        lastKnownElr: array('0+', 'int32', { nullable: '0+', default: null, entityType: 'brokerId' }),
        offlineReplicas: array('0+', 'int32', { ignorable: true, entityType: 'brokerId' }),
      }),
      topicAuthorizedOperations: int32('0+', { default: -2147483648 }),
    }),
    nextCursor: struct(
      '0+',
      {
        topicName: string('0+', { entityType: 'topicName' }),
        partitionIndex: int32('0+'),
      },
      { nullable: '0+', default: null },
    ),
  },
})
export type DescribeTopicPartitionsResponse = Infer<typeof DescribeTopicPartitionsResponse>
