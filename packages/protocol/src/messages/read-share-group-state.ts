import { array, int16, int32, int64, int8, string, uuid } from '../schema/field.ts'
import { type Infer, message } from '../schema/message.ts'

/** To the share coordinator: reads the state of share partitions. */
export const ReadShareGroupStateRequest = message({
  name: 'ReadShareGroupStateRequest',
  apiKey: 84,
  kind: 'request',
  versions: '0',
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
export type ReadShareGroupStateRequest = Infer<typeof ReadShareGroupStateRequest>

export const ReadShareGroupStateResponse = message({
  name: 'ReadShareGroupStateResponse',
  apiKey: 84,
  kind: 'response',
  versions: '0',
  flexible: '0+',
  fields: {
    results: array('0+', {
      topicId: uuid('0+'),
      partitions: array('0+', {
        partition: int32('0+'),
        errorCode: int16('0+'),
        errorMessage: string('0+', { nullable: '0+', default: null }),
        stateEpoch: int32('0+', { about: 'Grows with every reset of the share partition.' }),
        startOffset: int64('0+', { about: 'The oldest record that is not yet done with; -1 when unknown.' }),
        stateBatches: array('0+', {
          firstOffset: int64('0+'),
          lastOffset: int64('0+'),
          deliveryState: int8('0+', { about: '0 available, 2 acknowledged, 4 archived.' }),
          deliveryCount: int16('0+', { about: 'How often the records have been handed out.' }),
        }),
      }),
    }),
  },
})
export type ReadShareGroupStateResponse = Infer<typeof ReadShareGroupStateResponse>
