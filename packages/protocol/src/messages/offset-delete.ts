import { array, int16, int32, string } from '../schema/field.ts'
import { type Infer, message } from '../schema/message.ts'

export const OffsetDeleteRequest = message({
  name: 'OffsetDeleteRequest',
  apiKey: 47,
  kind: 'request',
  versions: '0',
  flexible: 'none',
  listeners: ['broker'],
  fields: {
    groupId: string('0+', { entityType: 'groupId' }),
    topics: array('0+', {
      name: string('0+', { mapKey: true, entityType: 'topicName' }),
      partitions: array('0+', {
        partitionIndex: int32('0+'),
      }),
    }),
  },
})
export type OffsetDeleteRequest = Infer<typeof OffsetDeleteRequest>

export const OffsetDeleteResponse = message({
  name: 'OffsetDeleteResponse',
  apiKey: 47,
  kind: 'response',
  versions: '0',
  flexible: 'none',
  fields: {
    errorCode: int16('0+'),
    throttleTimeMs: int32('0+', { ignorable: true }),
    topics: array('0+', {
      name: string('0+', { mapKey: true, entityType: 'topicName' }),
      partitions: array('0+', {
        partitionIndex: int32('0+', { mapKey: true }),
        errorCode: int16('0+'),
      }),
    }),
  },
})
export type OffsetDeleteResponse = Infer<typeof OffsetDeleteResponse>
