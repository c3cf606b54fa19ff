import { Errors } from '@milena/protocol/messages'
import { answered } from '../runtime/coordinator-shard.ts'
import type { PartitionsOfTransaction } from './add-partitions-to-txn.ts'
import { hasPartition, isEnding } from './transaction.ts'
import type { TransactionResult, TransactionShardState } from './transaction-types.ts'

/**
 * AddPartitionsToTxn that only asks (KIP-890): whether the transaction is open and reaches these partitions. It looks
 * at everything that is written, and is answered when that is committed: what was added then stays added, and what has
 * begun to end is seen to end.
 *
 * @returns an error code for each partition, in order.
 */
export const verifyPartitions = (
  state: TransactionShardState,
  { transactionalId, producerId, producerEpoch, partitions }: PartitionsOfTransaction,
): TransactionResult<readonly number[]> => {
  const transaction = state.transactions.get(transactionalId)
  const all = ({ code }: { readonly code: number }): TransactionResult<readonly number[]> =>
    answered(partitions.map(() => code))
  if (transaction === undefined || transaction.producerId !== producerId) return all(Errors.INVALID_PRODUCER_ID_MAPPING)
  if (transaction.producerEpoch !== producerEpoch) return all(Errors.PRODUCER_FENCED)
  if (isEnding(transaction)) return all(Errors.CONCURRENT_TRANSACTIONS)
  return answered(
    partitions.map((partition) =>
      hasPartition(transaction, partition) ? Errors.NONE.code : Errors.TRANSACTION_ABORTABLE.code,
    ),
  )
}
