import type { DescribeTransactionsResponse } from '@milena/protocol/messages'
import { Errors } from '@milena/protocol/messages'
import type { TransactionShardState } from './transaction-types.ts'

type Description = DescribeTransactionsResponse['transactionStates'][number]

/** A transactional id of which nothing can be said. */
export const describeTransactionError = (transactionalId: string, errorCode: number): Description => ({
  errorCode,
  transactionalId,
  transactionState: '',
  transactionTimeoutMs: 0,
  transactionStartTimeMs: 0,
  producerId: 0,
  producerEpoch: 0,
  topics: [],
})

/** DescribeTransactions (KIP-664), as far as the log is committed. While markers are written, topics are those left. */
export const describeTransactions = (
  state: TransactionShardState,
  transactionalIds: readonly string[],
): readonly Description[] =>
  transactionalIds.map((transactionalId) => {
    const transaction = state.transactions.getCommitted(transactionalId)
    if (transaction === undefined) {
      return describeTransactionError(transactionalId, Errors.TRANSACTIONAL_ID_NOT_FOUND.code)
    }
    return {
      errorCode: Errors.NONE.code,
      transactionalId,
      transactionState: transaction.state,
      transactionTimeoutMs: transaction.timeoutMs,
      transactionStartTimeMs: transaction.startTimestampMs,
      producerId: transaction.producerId,
      producerEpoch: transaction.producerEpoch,
      topics: Array.from(transaction.partitions, ([topic, partitions]) => ({ topic, partitions: [...partitions] })),
    }
  })
