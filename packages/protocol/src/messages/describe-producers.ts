import { array, int16, int32, int64, string } from '../schema/field.ts'
import { type Infer, message } from '../schema/message.ts'

export const DescribeProducersRequest = message({
  name: 'DescribeProducersRequest',
  apiKey: 61,
  kind: 'request',
  versions: '0',
  flexible: '0+',
  listeners: ['broker'],
  fields: {
    topics: array('0+', {
      name: string('0+', { entityType: 'topicName' }),
      partitionIndexes: array('0+', 'int32'),
    }),
  },
})
export type DescribeProducersRequest = Infer<typeof DescribeProducersRequest>

export const DescribeProducersResponse = message({
  name: 'DescribeProducersResponse',
  apiKey: 61,
  kind: 'response',
  versions: '0',
  flexible: '0+',
  fields: {
    throttleTimeMs: int32('0+'),
    topics: array('0+', {
      name: string('0+', { entityType: 'topicName' }),
      partitions: array('0+', {
        partitionIndex: int32('0+'),
        errorCode: int16('0+'),
        errorMessage: string('0+', { nullable: '0+', default: null }),
        activeProducers: array(
          '0+',
          {
            producerId: int64('0+', { entityType: 'producerId' }),
            producerEpoch: int32('0+', { about: 'Fences older producers of the same id.' }),
            lastSequence: int32('0+', {
              default: -1,
              about: '-1 when the producer has written no batch with a sequence.',
            }),
            lastTimestamp: int64('0+', { default: -1, about: 'Of the last batch of the producer, in ms since 1970.' }),
            coordinatorEpoch: int32('0+', { about: 'Of the transaction coordinator that wrote the last marker.' }),
            currentTxnStartOffset: int64('0+', { default: -1, about: '-1 without an open transaction.' }),
          },
          { about: 'Those that the partition remembers.' },
        ),
      }),
    }),
  },
})
export type DescribeProducersResponse = Infer<typeof DescribeProducersResponse>
