import { recordedTransaction } from './transaction-records.ts'
import type { TransactionChange, TransactionRecord, TransactionShardState } from './transaction-types.ts'

/** Puts a record of `__transaction_state` into the state. */
export const replayTransactionRecord = (state: TransactionShardState, { key, value }: TransactionRecord): void => {
  const { transactionalId } = key
  if (value === null) state.transactions.delete(transactionalId)
  else state.transactions.set(transactionalId, recordedTransaction(transactionalId, value))
}

/** Puts soft state into the state: it is gone with the process. */
export const applyTransactionChange = (state: TransactionShardState, { transaction }: TransactionChange): void => {
  state.transactions.set(transaction.transactionalId, transaction)
}
