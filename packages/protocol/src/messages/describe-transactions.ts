import { array, int16, int32, int64, string } from '../schema/field.ts'
import { type Infer, message } from '../schema/message.ts'

export const DescribeTransactionsRequest = message({
  name: 'DescribeTransactionsRequest',
  apiKey: 65,
  kind: 'request',
  versions: '0',
  flexible: '0+',
  listeners: ['broker'],
  fields: {
    transactionalIds: array('0+', 'string', { entityType: 'transactionalId' }),
  },
})
export type DescribeTransactionsRequest = Infer<typeof DescribeTransactionsRequest>

export const DescribeTransactionsResponse = message({
  name: 'DescribeTransactionsResponse',
  apiKey: 65,
  kind: 'response',
  versions: '0',
  flexible: '0+',
  fields: {
    throttleTimeMs: int32('0+'),
    transactionStates: array('0+', {
      errorCode: int16('0+'),
      transactionalId: string('0+', { entityType: 'transactionalId' }),
      transactionState: string('0+'),
      transactionTimeoutMs: int32('0+', { about: 'An open transaction is aborted after it.' }),
      transactionStartTimeMs: int64('0+', { about: 'In ms since 1970; -1 without an open transaction.' }),
      producerId: int64('0+', { entityType: 'producerId' }),
      producerEpoch: int16('0+', { about: 'Fences older producers of the same id.' }),
      topics: array('0+', {
        topic: string('0+', { mapKey: true, entityType: 'topicName' }),
        partitions: array('0+', 'int32'),
      }),
    }),
  },
})
export type DescribeTransactionsResponse = Infer<typeof DescribeTransactionsResponse>
