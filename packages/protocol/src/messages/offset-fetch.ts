import { array, bool, int16, int32, int64, string, uuid } from '../schema/field.ts'
import { type Infer, message } from '../schema/message.ts'

/**
 * Reads the stored offsets of groups.
 * Versions: 2 null for all topics; 6 flexible; 7 only stable offsets; 8 several groups; 9 members of new groups
 * (KIP-848); 10 topics by id.
 */
export const OffsetFetchRequest = message({
  name: 'OffsetFetchRequest',
  apiKey: 9,
  kind: 'request',
  versions: '1-10',
  flexible: '6+',
  listeners: ['broker'],
  fields: {
    groupId: string('0-7', { entityType: 'groupId' }),
    topics: array(
      '0-7',
      {
        name: string('0-7', { entityType: 'topicName' }),
        partitionIndexes: array('0-7', 'int32'),
      },
      { nullable: '2-7', about: 'Null for all.' },
    ),
    groups: array('8+', {
      groupId: string('8+', { entityType: 'groupId' }),
      memberId: string('9+', { nullable: '9+', default: null, ignorable: true }),
      memberEpoch: int32('9+', { default: -1, ignorable: true, about: '-1 when not asked as a member.' }),
      topics: array(
        '8+',
        {
          name: string('8-9', { ignorable: true, entityType: 'topicName' }),
          topicId: uuid('10+', { ignorable: true }),
          partitionIndexes: array('8+', 'int32'),
        },
        { nullable: '8+', about: 'Null for all.' },
      ),
    }),
    requireStable: bool('7+', {
      default: false,
      about: 'Offsets in an open transaction are an error instead of being passed over.',
    }),
  },
})
export type OffsetFetchRequest = Infer<typeof OffsetFetchRequest>

/** Versions: 2 an error of the whole; 5 leader epoch; 8 several groups; 10 topics by id. */
export const OffsetFetchResponse = message({
  name: 'OffsetFetchResponse',
  apiKey: 9,
  kind: 'response',
  versions: '1-10',
  flexible: '6+',
  fields: {
    throttleTimeMs: int32('3+', { ignorable: true }),
    topics: array('0-7', {
      name: string('0-7', { entityType: 'topicName' }),
      partitions: array('0-7', {
        partitionIndex: int32('0-7'),
        committedOffset: int64('0-7', { about: 'The offset of the next record to consume; -1 when there is none.' }),
        committedLeaderEpoch: int32('5-7', {
          default: -1,
          ignorable: true,
          about: 'Of the last record consumed; -1 when unknown.',
        }),
        metadata: string('0-7', { nullable: '0-7', about: 'Whatever the client put beside the offset.' }),
        errorCode: int16('0-7'),
      }),
    }),
    errorCode: int16('2-7', { default: 0, ignorable: true }),
    groups: array('8+', {
      groupId: string('8+', { entityType: 'groupId' }),
      topics: array('8+', {
        name: string('8-9', { ignorable: true, entityType: 'topicName' }),
        topicId: uuid('10+', { ignorable: true }),
        partitions: array('8+', {
          partitionIndex: int32('8+'),
          committedOffset: int64('8+', { about: 'The offset of the next record to consume; -1 when there is none.' }),
          committedLeaderEpoch: int32('8+', {
            default: -1,
            ignorable: true,
            about: 'Of the last record consumed; -1 when unknown.',
          }),
          metadata: string('8+', { nullable: '8+', about: 'Whatever the client put beside the offset.' }),
          errorCode: int16('8+'),
        }),
      }),
      errorCode: int16('8+', { default: 0 }),
    }),
  },
})
export type OffsetFetchResponse = Infer<typeof OffsetFetchResponse>
