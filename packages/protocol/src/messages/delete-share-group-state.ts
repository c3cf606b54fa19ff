import { array, int16, int32, string, uuid } from '../schema/field.ts'
import { type Infer, message } from '../schema/message.ts'

/** To the share coordinator: drops the state of share partitions. */
export const DeleteShareGroupStateRequest = message({
  name: 'DeleteShareGroupStateRequest',
  apiKey: 86,
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
      }),
    }),
  },
})
export type DeleteShareGroupStateRequest = Infer<typeof DeleteShareGroupStateRequest>

export const DeleteShareGroupStateResponse = message({
  name: 'DeleteShareGroupStateResponse',
  apiKey: 86,
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
export type DeleteShareGroupStateResponse = Infer<typeof DeleteShareGroupStateResponse>
