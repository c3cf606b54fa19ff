import { array, int16, int32, int64, string, uuid } from '../schema/field.ts'
import { type Infer, message } from '../schema/message.ts'

/** To the share coordinator: begins the state of share partitions. */
export const InitializeShareGroupStateRequest = message({
  name: 'InitializeShareGroupStateRequest',
  apiKey: 83,
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
        stateEpoch: int32('0+', { about: 'Grows with every reset of the share partition.' }),
        startOffset: int64('0+', { about: 'The oldest record that is not yet done with; -1 when unknown.' }),
      }),
    }),
  },
})
export type InitializeShareGroupStateRequest = Infer<typeof InitializeShareGroupStateRequest>

export const InitializeShareGroupStateResponse = message({
  name: 'InitializeShareGroupStateResponse',
  apiKey: 83,
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
      }),
    }),
  },
})
export type InitializeShareGroupStateResponse = Infer<typeof InitializeShareGroupStateResponse>
