import { int16, int32, int64, string } from '../schema/field.ts'
import { type Infer, message } from '../schema/message.ts'

/** Announces that a transaction will commit offsets of a group. */
export const AddOffsetsToTxnRequest = message({
  name: 'AddOffsetsToTxnRequest',
  apiKey: 25,
  kind: 'request',
  versions: '0-4',
  flexible: '3+',
  listeners: ['broker'],
  fields: {
    transactionalId: string('0+', { entityType: 'transactionalId' }),
    producerId: int64('0+', { entityType: 'producerId' }),
    producerEpoch: int16('0+', { about: 'Fences older producers of the same id.' }),
    groupId: string('0+', { entityType: 'groupId' }),
  },
})
export type AddOffsetsToTxnRequest = Infer<typeof AddOffsetsToTxnRequest>

export const AddOffsetsToTxnResponse = message({
  name: 'AddOffsetsToTxnResponse',
  apiKey: 25,
  kind: 'response',
  versions: '0-4',
  flexible: '3+',
  fields: {
    throttleTimeMs: int32('0+'),
    errorCode: int16('0+'),
  },
})
export type AddOffsetsToTxnResponse = Infer<typeof AddOffsetsToTxnResponse>
