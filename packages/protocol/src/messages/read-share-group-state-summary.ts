import { array, int16, int32, int64, string, uuid } from '../schema/field.ts'
import { type Infer, message } from '../schema/message.ts'

/**
 * To the share coordinator: reads the state of share partitions without its batches.
 * Versions: 1 counts completed deliveries.
 */
export const ReadShareGroupStateSummaryRequest = message({
  name: 'ReadShareGroupStateSummaryRequest',
  apiKey: 87,
  kind: 'request',
  versions: '0-1',
  flexible: '0+',
  listeners: ['broker'],
  fields: {
    groupId: string('0+'),
    topics: array('0+', {
      topicId: uuid('0+'),
      partitions: array('0+', {
        partition: int32('0+'),
        leaderEpoch: int32('0+', { about: 'Grows with every election; -1 when unknown.' }),
      }),
    }),
  },
})
export type ReadShareGroupStateSummaryRequest = Infer<typeof ReadShareGroupStateSummaryRequest>

export const ReadShareGroupStateSummaryResponse = message({
  name: 'ReadShareGroupStateSummaryResponse',
  apiKey: 87,
  kind: 'response',
  versions: '0-1',
  flexible: '0+',
  fields: {
    results: array('0+', {
      topicId: uuid('0+'),
      partitions: array('0+', {
        partition: int32('0+'),
        errorCode: int16('0+'),
        errorMessage: string('0+', { nullable: '0+', default: null }),
        stateEpoch: int32('0+', { about: 'Grows with every reset of the share partition.' }),
        leaderEpoch: int32('0+', { about: 'Grows with every election; -1 when unknown.' }),
        startOffset: int64('0+', { about: 'The oldest record that is not yet done with; -1 when unknown.' }),
        deliveryCompleteCount: int32('1+', {
          default: -1,
          ignorable: true,
          about: 'How many records above the start offset are done with; -1 when unknown.',
        }),
      }),
    }),
  },
})
export type ReadShareGroupStateSummaryResponse = Infer<typeof ReadShareGroupStateSummaryResponse>
