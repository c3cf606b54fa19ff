import { array, int16, int32, int64, int8, string } from '../../schema/field.ts'
import { type Infer, message } from '../../schema/message.ts'

export const TransactionLogKey = message({
  name: 'TransactionLogKey',
  apiKey: 0,
  kind: 'coordinator-key',
  versions: '0',
  flexible: 'none',
  fields: {
    transactionalId: string('0'),
  },
})
export type TransactionLogKey = Infer<typeof TransactionLogKey>

/** Versions: 1 flexible, with what the second generation of the protocol needs (KIP-890). */
export const TransactionLogValue = message({
  name: 'TransactionLogValue',
  apiKey: 0,
  kind: 'coordinator-value',
  versions: '0-1',
  flexible: '1+',
  fields: {
    producerId: int64('0+'),
    previousProducerId: int64('1+', { default: -1, tag: 0, about: 'Of the transaction before; -1 for none.' }),
    nextProducerId: int64('1+', { default: -1, tag: 1, about: 'To be used after this transaction; -1 for the same.' }),
    producerEpoch: int16('0+', { about: 'Fences older producers of the same id.' }),
    nextProducerEpoch: int16('1+', { default: -1, tag: 3, about: 'To be used after this transaction; -1 for none.' }),
    transactionTimeoutMs: int32('0+', { about: 'An open transaction is aborted after it.' }),
    transactionStatus: int8('0+', {
      about:
        '0 empty, 1 ongoing, 2 prepare commit, 3 prepare abort, 4 complete commit, 5 complete abort, 6 dead, 7 prepare epoch fence.',
    }),
    transactionPartitions: array(
      '0+',
      {
        topic: string('0+'),
        partitionIds: array('0+', 'int32'),
      },
      { nullable: '0+', about: 'Null when there are none.' },
    ),
    transactionLastUpdateTimestampMs: int64('0+', { about: 'In ms since 1970.' }),
    transactionStartTimestampMs: int64('0+', { about: 'In ms since 1970.' }),
    clientTransactionVersion: int16('1+', {
      default: 0,
      tag: 2,
      about: 'The generation of the transaction protocol that the client speaks.',
    }),
  },
})
export type TransactionLogValue = Infer<typeof TransactionLogValue>
