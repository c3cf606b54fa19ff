import { Errors } from '@milena/protocol/messages'
import { answered } from '../runtime/coordinator-shard.ts'
import type { TopicPartition } from './transaction.ts'
import { isRecordable } from './transaction-records.ts'
import { hasPartition, isEnding, withAddedPartitions } from './transaction.ts'
import type { TransactionContext, TransactionResult, TransactionShardState } from './transaction-types.ts'
import { answeredWith, transitioned } from './transition.ts'

export interface PartitionsOfTransaction {
  readonly transactionalId: string
  readonly producerId: number
  readonly producerEpoch: number
  readonly partitions: readonly TopicPartition[]
}

export interface AddPartitions extends PartitionsOfTransaction {
  /** The generation of the protocol that the request speaks. */
  readonly clientTransactionVersion: number
}

/**
 * AddPartitionsToTxn and AddOffsetsToTxn: the transaction is open, and reaches these partitions.
 *
 * @returns an error code, that of all partitions.
 */
export const addPartitionsToTxn = (
  state: TransactionShardState,
  request: AddPartitions,
  context: TransactionContext,
): TransactionResult<number> => {
  const { transactionalId, producerId, producerEpoch, partitions, clientTransactionVersion } = request
  const transaction = state.transactions.get(transactionalId)
  if (transaction === undefined) return answered(Errors.INVALID_PRODUCER_ID_MAPPING.code)
  if (isEnding(transaction)) return answered(Errors.CONCURRENT_TRANSACTIONS.code)
  if (transaction.producerId !== producerId) return answered(Errors.INVALID_PRODUCER_ID_MAPPING.code)
  if (transaction.producerEpoch !== producerEpoch) return answered(Errors.PRODUCER_FENCED.code)
  if (transaction.state === 'Ongoing' && partitions.every((partition) => hasPartition(transaction, partition))) {
    return answered(Errors.NONE.code)
  }
  if (!isRecordable(clientTransactionVersion, context.environment.transactionVersion())) {
    return answered(Errors.UNSUPPORTED_VERSION.code)
  }
  const added = withAddedPartitions(transaction, partitions, clientTransactionVersion, context.nowMs)
  return answeredWith(transitioned(added, context), Errors.NONE.code)
}
