import { array, int16, int32, int64, string, uuid } from '../schema/field.ts'
import { type Infer, message } from '../schema/message.ts'

export const AlterShareGroupOffsetsRequest = message({
  name: 'AlterShareGroupOffsetsRequest',
  apiKey: 91,
  kind: 'request',
  versions: '0',
  flexible: '0+',
  listeners: ['broker'],
  fields: {
    groupId: string('0+', { entityType: 'groupId' }),
    topics: array('0+', {
      topicName: string('0+', { mapKey: true, entityType: 'topicName' }),
      partitions: array('0+', {
        partitionIndex: int32('0+'),
        startOffset: int64('0+', { about: 'Where the group goes on.' }),
      }),
    }),
  },
})
export type AlterShareGroupOffsetsRequest = Infer<typeof AlterShareGroupOffsetsRequest>

export const AlterShareGroupOffsetsResponse = message({
  name: 'AlterShareGroupOffsetsResponse',
  apiKey: 91,
  kind: 'response',
  versions: '0',
  flexible: '0+',
  fields: {
    throttleTimeMs: int32('0+'),
    errorCode: int16('0+'),
    errorMessage: string('0+', { nullable: '0+', default: null }),
    responses: array('0+', {
      topicName: string('0+', { mapKey: true, entityType: 'topicName' }),
      topicId: uuid('0+'),
      partitions: array('0+', {
        partitionIndex: int32('0+'),
        errorCode: int16('0+'),
        errorMessage: string('0+', { nullable: '0+', default: null }),
      }),
    }),
  },
})
export type AlterShareGroupOffsetsResponse = Infer<typeof AlterShareGroupOffsetsResponse>
