import { array, bool, int16, int32, string, struct, uuid } from '../schema/field.ts'
import { type Infer, message } from '../schema/message.ts'

/** Shows topics page by page (KIP-966). */
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
    responsePartitionLimit: int32('0+', { default: 2000, about: 'Of the page; the broker may return fewer.' }),
    cursor: struct(
      '0+',
      {
        topicName: string('0+', { entityType: 'topicName' }),
        partitionIndex: int32('0+'),
      },
      { nullable: '0+', default: null, about: 'Where to go on; null starts at the beginning.' },
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
      isInternal: bool('0+', { default: false, ignorable: true, about: "The topic is Kafka's own." }),
      partitions: array('0+', {
        errorCode: int16('0+'),
        partitionIndex: int32('0+'),
        leaderId: int32('0+', { entityType: 'brokerId', about: '-1 for none.' }),
        leaderEpoch: int32('0+', {
          default: -1,
          ignorable: true,
          about: 'Grows with every election; -1 when unknown.',
        }),
        replicaNodes: array('0+', 'int32', { entityType: 'brokerId' }),
        isrNodes: array('0+', 'int32', { entityType: 'brokerId', about: 'The in-sync replicas.' }),
        eligibleLeaderReplicas: array('0+', 'int32', {
          nullable: '0+',
          default: null,
          entityType: 'brokerId',
          about: 'Out of sync, yet holding all that is committed (KIP-966); null without such tracking.',
        }),
        lastKnownElr: array('0+', 'int32', {
          nullable: '0+',
          default: null,
          entityType: 'brokerId',
          about: 'Once eligible to lead, until an unclean shutdown; null without such tracking.',
        }),
        offlineReplicas: array('0+', 'int32', {
          ignorable: true,
          entityType: 'brokerId',
          about: 'On brokers or log directories that are down.',
        }),
      }),
      topicAuthorizedOperations: int32('0+', {
        default: -2147483648,
        about: 'A bit for each operation that the caller may do; -2147483648 when not asked for.',
      }),
    }),
    nextCursor: struct(
      '0+',
      {
        topicName: string('0+', { entityType: 'topicName' }),
        partitionIndex: int32('0+'),
      },
      { nullable: '0+', default: null, about: 'Where the next page begins; null when this was the last.' },
    ),
  },
})
export type DescribeTopicPartitionsResponse = Infer<typeof DescribeTopicPartitionsResponse>
