import { array, int16, int32, int64, string, uuid } from '../schema/field.ts'
import { type Infer, message } from '../schema/message.ts'

/**
 * Stores offsets of a group.
 * Versions: 5 drops the retention time; 6 leader epoch; 7 static members; 8 flexible; 9 members of new groups
 * (KIP-848); 10 topics by id.
 */
export const OffsetCommitRequest = message({
  name: 'OffsetCommitRequest',
  apiKey: 8,
  kind: 'request',
  versions: '2-10',
  flexible: '8+',
  listeners: ['broker'],
  fields: {
    groupId: string('0+', { entityType: 'groupId' }),
    generationIdOrMemberEpoch: int32('1+', {
      default: -1,
      ignorable: true,
      about: 'The generation of a classic group, the member epoch of a new one, -1 from outside.',
    }),
    memberId: string('1+', { ignorable: true }),
    groupInstanceId: string('7+', { nullable: '7+', default: null, about: 'Makes the member static (KIP-345).' }),
    retentionTimeMs: int64('2-4', {
      default: -1,
      ignorable: true,
      about: "How long to keep the offset; -1 for the broker's default.",
    }),
    topics: array('0+', {
      name: string('0-9', { ignorable: true, entityType: 'topicName' }),
      topicId: uuid('10+', { ignorable: true }),
      partitions: array('0+', {
        partitionIndex: int32('0+'),
        committedOffset: int64('0+', { about: 'The offset of the next record to consume; -1 when there is none.' }),
        committedLeaderEpoch: int32('6+', {
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
export type OffsetCommitRequest = Infer<typeof OffsetCommitRequest>

/** Versions: 9 STALE_MEMBER_EPOCH and GROUP_ID_NOT_FOUND; 10 topics by id. */
export const OffsetCommitResponse = message({
  name: 'OffsetCommitResponse',
  apiKey: 8,
  kind: 'response',
  versions: '2-10',
  flexible: '8+',
  fields: {
    throttleTimeMs: int32('3+', { ignorable: true }),
    topics: array('0+', {
      name: string('0-9', { ignorable: true, entityType: 'topicName' }),
      topicId: uuid('10+', { ignorable: true }),
      partitions: array('0+', {
        partitionIndex: int32('0+'),
        errorCode: int16('0+'),
      }),
    }),
  },
})
export type OffsetCommitResponse = Infer<typeof OffsetCommitResponse>
