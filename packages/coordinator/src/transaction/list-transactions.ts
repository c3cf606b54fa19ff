import type { ListTransactionsResponse } from '@milena/protocol/messages'
import type { TransactionRequestContext, TransactionShardState } from './transaction-types.ts'

export interface ListTransactions {
  /** Undefined for all; a name that is no state is none of them. */
  readonly states: ReadonlySet<string> | undefined
  /** Undefined for all. */
  readonly producerIds: ReadonlySet<number> | undefined
  /** Only those that began longer ago; negative for all. One that never had a transaction began in 1970. */
  readonly durationMs: number
}

/** ListTransactions (KIP-664, KIP-994, KIP-1152), as far as the log is committed. */
export const listTransactions = (
  state: TransactionShardState,
  { states, producerIds, durationMs }: ListTransactions,
  { nowMs }: TransactionRequestContext,
): ListTransactionsResponse['transactionStates'] => {
  const listed: { transactionalId: string; producerId: number; transactionState: string }[] = []
  for (const [transactionalId, transaction] of state.transactions.committedEntries()) {
    const { producerId, state: transactionState, startTimestampMs } = transaction
    if (producerIds?.has(producerId) === false || states?.has(transactionState) === false) continue
    if (durationMs >= 0 && nowMs - startTimestampMs <= durationMs) continue
    listed.push({ transactionalId, producerId, transactionState })
  }
  return listed
}
