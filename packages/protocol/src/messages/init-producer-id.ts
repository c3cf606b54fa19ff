import { bool, int16, int32, int64, string } from '../schema/field.ts'
import { type Infer, message } from '../schema/message.ts'

/**
 * Hands out a producer id, or fences the producers before.
 * Versions: 2 flexible; 3 raises the epoch of a living producer (KIP-360); 4 PRODUCER_FENCED; 5 TRANSACTION_ABORTABLE;
 * 6 two-phase commit, unfinished.
 */
export const InitProducerIdRequest = message({
  name: 'InitProducerIdRequest',
  apiKey: 22,
  kind: 'request',
  versions: '0-6',
  flexible: '2+',
  listeners: ['broker'],
  latestVersionUnstable: true,
  fields: {
    transactionalId: string('0+', {
      nullable: '0+',
      entityType: 'transactionalId',
      about: 'Null for a producer that is idempotent only.',
    }),
    transactionTimeoutMs: int32('0+', { about: 'An open transaction is aborted after it.' }),
    producerId: int64('3+', {
      default: -1,
      entityType: 'producerId',
      about: 'Of a producer that wants its epoch raised; -1 for a new one.',
    }),
    producerEpoch: int16('3+', { default: -1, about: 'The epoch before; -1 for a new producer.' }),
    enable2Pc: bool('6+', {
      default: false,
      about: 'The transaction is part of a two-phase commit led elsewhere (KIP-939).',
    }),
    keepPreparedTxn: bool('6+', { default: false, about: 'Does not abort a transaction that is prepared (KIP-939).' }),
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
    producerEpoch: int16('0+', { about: 'Fences older producers of the same id.' }),
    ongoingTxnProducerId: int64('6+', {
      default: -1,
      entityType: 'producerId',
      about: 'Of the prepared transaction that was kept; -1 without one.',
    }),
    ongoingTxnProducerEpoch: int16('6+', {
      default: -1,
      about: 'Of the prepared transaction that was kept; -1 without one.',
    }),
  },
})
export type InitProducerIdResponse = Infer<typeof InitProducerIdResponse>
