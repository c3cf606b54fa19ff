import { bool, int16, int32, int64, string } from '../schema/field.ts'
import { type Infer, message } from '../schema/message.ts'

export const InitProducerIdRequest = message({
  name: 'InitProducerIdRequest',
  apiKey: 22,
  kind: 'request',
  versions: '0-6',
  flexible: '2+',
  listeners: ['broker'],
  latestVersionUnstable: true,
  fields: {
    transactionalId: string('0+', { nullable: '0+', entityType: 'transactionalId' }),
    transactionTimeoutMs: int32('0+'),
    producerId: int64('3+', { default: -1, entityType: 'producerId' }),
    producerEpoch: int16('3+', { default: -1 }),
    enable2Pc: bool('6+', { default: false }),
    keepPreparedTxn: bool('6+', { default: false }),
  },
})
export type InitProducerIdRequest = Infer<typeof InitProducerIdRequest>

export const InitProducerIdResponse = message({
  name: 'InitProducerIdResponse',
  apiKey: 22,
  kind: 'response',
  versions: '0-6',
  flexible: '2+',
  fields: {
    throttleTimeMs: int32('0+', { ignorable: true }),
    errorCode: int16('0+'),
    producerId: int64('0+', { default: -1, entityType: 'producerId' }),
    producerEpoch: int16('0+'),
    ongoingTxnProducerId: int64('6+', { default: -1, entityType: 'producerId' }),
    ongoingTxnProducerEpoch: int16('6+', { default: -1 }),
  },
})
export type InitProducerIdResponse = Infer<typeof InitProducerIdResponse>
