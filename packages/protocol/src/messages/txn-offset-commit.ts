import { array, int16, int32, int64, string } from '../schema/field.ts'
import { type Infer, message } from '../schema/message.ts'

/**
 * Commits offsets within a transaction.
 * Versions: 2 leader epoch; 3 group membership (KIP-447); 5 adds the group by itself (KIP-890).
 */
export const TxnOffsetCommitRequest = message({
  name: 'TxnOffsetCommitRequest',
  apiKey: 28,
  kind: 'request',
  versions: '0-5',
  flexible: '3+',
  listeners: ['broker'],
  fields: {
    transactionalId: string('0+', { entityType: 'transactionalId' }),
    groupId: string('0+', { entityType: 'groupId' }),
    producerId: int64('0+', { entityType: 'producerId' }),
    producerEpoch: int16('0+', { about: 'Fences older producers of the same id.' }),
    generationId: int32('3+', { default: -1, about: 'Grows with every rebalance; -1 outside of the group.' }),
    memberId: string('3+', { default: '' }),
    groupInstanceId: string('3+', { nullable: '3+', default: null, about: 'Makes the member static (KIP-345).' }),
    topics: array('0+', {
      name: string('0+', { entityType: 'topicName' }),
      partitions: array('0+', {
        partitionIndex: int32('0+'),
        committedOffset: int64('0+', { about: 'The offset of the next record to consume; -1 when there is none.' }),
        committedLeaderEpoch: int32('2+', {
          default: -1,
          ignorable: true,
          about: 'Of the last record consumed; -1 when unknown.',
        }),
        committedMetadata: string('0+', {
          nullable: '0+',
          about: 'Whatever the client wants to find beside the offset.',
        }),
      }),
    }),
  },
})
export type TxnOffsetCommitRequest = Infer<typeof TxnOffsetCommitRequest>

export const TxnOffsetCommitResponse = message({
  name: 'TxnOffsetCommitResponse',
  apiKey: 28,
  kind: 'response',
  versions: '0-5',
  flexible: '3+',
  fields: {
    throttleTimeMs: int32('0+'),
    topics: array('0+', {
      name: string('0+', { entityType: 'topicName' }),
      partitions: array('0+', {
        partitionIndex: int32('0+'),
        errorCode: int16('0+'),
      }),
    }),
  },
})
export type TxnOffsetCommitResponse = Infer<typeof TxnOffsetCommitResponse>
