import { array, int16, int32, int64, string } from '../schema/field.ts'
import { type Infer, message } from '../schema/message.ts'

/** Raises the log start offset of partitions. */
export const DeleteRecordsRequest = message({
  name: 'DeleteRecordsRequest',
  apiKey: 21,
  kind: 'request',
  versions: '0-2',
  flexible: '2+',
  listeners: ['broker'],
  fields: {
    topics: array('0+', {
      name: string('0+', { entityType: 'topicName' }),
      partitions: array('0+', {
        partitionIndex: int32('0+'),
        offset: int64('0+', { about: 'Everything below it goes; -1 stands for the high watermark.' }),
      }),
    }),
    timeoutMs: int32('0+', { about: 'How long the broker may take.' }),
  },
})
export type DeleteRecordsRequest = Infer<typeof DeleteRecordsRequest>

export const DeleteRecordsResponse = message({
  name: 'DeleteRecordsResponse',
  apiKey: 21,
  kind: 'response',
  versions: '0-2',
  flexible: '2+',
  fields: {
    throttleTimeMs: int32('0+'),
    topics: array('0+', {
      name: string('0+', { mapKey: true, entityType: 'topicName' }),
      partitions: array('0+', {
        partitionIndex: int32('0+', { mapKey: true }),
        lowWatermark: int64('0+', { about: 'The lowest log start offset of all replicas.' }),
        errorCode: int16('0+'),
      }),
    }),
  },
})
export type DeleteRecordsResponse = Infer<typeof DeleteRecordsResponse>
