import { array, bool, int16, int32, int64, int8, string } from '../schema/field.ts'
import { type Infer, message } from '../schema/message.ts'

export const WriteTxnMarkersRequest = message({
  name: 'WriteTxnMarkersRequest',
  apiKey: 27,
  kind: 'request',
  versions: '1-2',
  flexible: '1+',
  listeners: ['broker'],
  fields: {
    markers: array('0+', {
      producerId: int64('0+', { entityType: 'producerId' }),
      producerEpoch: int16('0+'),
      transactionResult: bool('0+'),
      topics: array('0+', {
        name: string('0+', { entityType: 'topicName' }),
        partitionIndexes: array('0+', 'int32'),
      }),
      coordinatorEpoch: int32('0+'),
      transactionVersion: int8('2+', { default: 0, ignorable: true }),
    }),
  },
})
export type WriteTxnMarkersRequest = Infer<typeof WriteTxnMarkersRequest>

export const WriteTxnMarkersResponse = message({
  name: 'WriteTxnMarkersResponse',
  apiKey: 27,
  kind: 'response',
  versions: '1-2',
  flexible: '1+',
  fields: {
    markers: array('0+', {
      producerId: int64('0+', { entityType: 'producerId' }),
      topics: array('0+', {
        name: string('0+', { entityType: 'topicName' }),
        partitions: array('0+', {
          partitionIndex: int32('0+'),
          errorCode: int16('0+'),
        }),
      }),
    }),
  },
})
export type WriteTxnMarkersResponse = Infer<typeof WriteTxnMarkersResponse>
