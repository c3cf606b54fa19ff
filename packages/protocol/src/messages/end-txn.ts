import { bool, int16, int32, int64, string } from '../schema/field.ts'
import { type Infer, message } from '../schema/message.ts'

/** Commits or aborts a transaction. Versions: 3 flexible; 5 raises the epoch and returns it (KIP-890). */
export const EndTxnRequest = message({
  name: 'EndTxnRequest',
  apiKey: 26,
  kind: 'request',
  versions: '0-5',
  flexible: '3+',
  listeners: ['broker'],
  fields: {
    transactionalId: string('0+', { entityType: 'transactionalId' }),
    producerId: int64('0+', { entityType: 'producerId' }),
    producerEpoch: int16('0+', { about: 'Fences older producers of the same id.' }),
    committed: bool('0+', { about: 'True commits, false aborts.' }),
  },
})
export type EndTxnRequest = Infer<typeof EndTxnRequest>

export const EndTxnResponse = message({
  name: 'EndTxnResponse',
  apiKey: 26,
  kind: 'response',
  versions: '0-5',
  flexible: '3+',
  fields: {
    throttleTimeMs: int32('0+'),
    errorCode: int16('0+'),
    producerId: int64('5+', { default: -1, ignorable: true, entityType: 'producerId' }),
    producerEpoch: int16('5+', { default: -1, ignorable: true, about: 'Fences older producers of the same id.' }),
  },
})
export type EndTxnResponse = Infer<typeof EndTxnResponse>
