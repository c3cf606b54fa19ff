import { array, int16, int32, int64, string } from '../schema/field.ts'
import { type Infer, message } from '../schema/message.ts'

/** Asks where leader epochs end, to find where logs part. Versions: 3 replica id; 4 flexible. */
export const OffsetForLeaderEpochRequest = message({
  name: 'OffsetForLeaderEpochRequest',
  apiKey: 23,
  kind: 'request',
  versions: '2-4',
  flexible: '4+',
  listeners: ['broker'],
  fields: {
    replicaId: int32('3+', {
      default: -2,
      ignorable: true,
      entityType: 'brokerId',
      about: 'Of a follower; -1 for a consumer, -2 for debugging.',
    }),
    topics: array('0+', {
      topic: string('0+', { mapKey: true, entityType: 'topicName' }),
      partitions: array('0+', {
        partition: int32('0+'),
        currentLeaderEpoch: int32('2+', {
          default: -1,
          ignorable: true,
          about: 'What the client believes, to be fenced when it is wrong; -1 for no check.',
        }),
        leaderEpoch: int32('0+', { about: 'Grows with every election; -1 when unknown.' }),
      }),
    }),
  },
})
export type OffsetForLeaderEpochRequest = Infer<typeof OffsetForLeaderEpochRequest>

export const OffsetForLeaderEpochResponse = message({
  name: 'OffsetForLeaderEpochResponse',
  apiKey: 23,
  kind: 'response',
  versions: '2-4',
  flexible: '4+',
  fields: {
    throttleTimeMs: int32('2+', { ignorable: true }),
    topics: array('0+', {
      topic: string('0+', { mapKey: true, entityType: 'topicName' }),
      partitions: array('0+', {
        errorCode: int16('0+'),
        partition: int32('0+'),
        leaderEpoch: int32('1+', {
          default: -1,
          ignorable: true,
          about: 'Grows with every election; -1 when unknown.',
        }),
        endOffset: int64('0+', { default: -1, about: 'Where the epoch ends and the next begins; -1 when unknown.' }),
      }),
    }),
  },
})
export type OffsetForLeaderEpochResponse = Infer<typeof OffsetForLeaderEpochResponse>
