import { array, int16, int32, int64, int8, string } from '../schema/field.ts'
import { type Infer, message } from '../schema/message.ts'

/**
 * Looks up offsets by timestamp.
 * Versions: 2 isolation level; 4 leader epoch; 6 flexible; 7 to 11 further special timestamps (-3 to -6); 10 timeout.
 */
export const ListOffsetsRequest = message({
  name: 'ListOffsetsRequest',
  apiKey: 2,
  kind: 'request',
  versions: '1-11',
  flexible: '6+',
  listeners: ['broker'],
  fields: {
    replicaId: int32('0+', { entityType: 'brokerId', about: 'Of a follower; -1 for a consumer, -2 for debugging.' }),
    isolationLevel: int8('2+', { about: '0 read_uncommitted, 1 read_committed.' }),
    topics: array('0+', {
      name: string('0+', { entityType: 'topicName' }),
      partitions: array('0+', {
        partitionIndex: int32('0+'),
        currentLeaderEpoch: int32('4+', {
          default: -1,
          ignorable: true,
          about: 'What the client believes, to be fenced when it is wrong; -1 for no check.',
        }),
        timestamp: int64('0+', {
          about:
            'In ms since 1970; or -1 latest, -2 earliest, -3 largest timestamp, -4 earliest local, -5 latest tiered, -6 earliest not yet tiered.',
        }),
      }),
    }),
    timeoutMs: int32('10+', { ignorable: true, about: 'How long the broker may take.' }),
  },
})
export type ListOffsetsRequest = Infer<typeof ListOffsetsRequest>

/** Versions: 4 leader epoch; 5 OFFSET_NOT_AVAILABLE. */
export const ListOffsetsResponse = message({
  name: 'ListOffsetsResponse',
  apiKey: 2,
  kind: 'response',
  versions: '1-11',
  flexible: '6+',
  fields: {
    throttleTimeMs: int32('2+', { ignorable: true }),
    topics: array('0+', {
      name: string('0+', { entityType: 'topicName' }),
      partitions: array('0+', {
        partitionIndex: int32('0+'),
        errorCode: int16('0+'),
        timestamp: int64('1+', { default: -1, about: 'Of the record found, in ms since 1970; -1 when there is none.' }),
        offset: int64('1+', { default: -1, about: '-1 when no record fits.' }),
        leaderEpoch: int32('4+', { default: -1, about: 'Grows with every election; -1 when unknown.' }),
      }),
    }),
  },
})
export type ListOffsetsResponse = Infer<typeof ListOffsetsResponse>
