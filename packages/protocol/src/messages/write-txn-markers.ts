import { array, bool, int16, int32, int64, int8, string } from '../schema/field.ts'
import { type Infer, message } from '../schema/message.ts'

/**
 * From the transaction coordinator to the leaders: ends a transaction in their logs.
 * Versions: 2 transaction version (KIP-1228).
 */
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
      producerEpoch: int16('0+', { about: 'Fences older producers of the same id.' }),
      transactionResult: bool('0+', { about: 'True commits, false aborts.' }),
      topics: array('0+', {
        name: string('0+', { entityType: 'topicName' }),
        partitionIndexes: array('0+', 'int32'),
      }),
      coordinatorEpoch: int32('0+', { about: 'Of the transaction coordinator that wrote the last marker.' }),
      transactionVersion: int8('2+', {
        default: 0,
        ignorable: true,
        about: 'The generation of the transaction protocol of this transaction.',
      }),
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
