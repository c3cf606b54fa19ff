import { answered } from '../runtime/coordinator-shard.ts'
import type { TopicPartition } from './transaction.ts'
import { completed, withoutPartitions } from './transaction.ts'
import type { TransactionContext, TransactionResult, TransactionShardState } from './transaction-types.ts'
import { answeredWith, transitioned } from './transition.ts'

export interface MarkersWritten {
  readonly transactionalId: string
  /** As the task named it. */
  readonly endId: string
  /** Those that have their marker now, or are gone and need none. */
  readonly partitions: readonly TopicPartition[]
}

/** How far the markers of a transaction are; `over` when there is nothing to be written any more. */
export type MarkersAnswer = 'waiting' | 'over'

/**
 * The end of a `writeMarkers` task, or a part of it. It may be told twice, and of a transaction that is long over: then
 * nothing happens. When the last partition has its marker the transaction is complete.
 */
export const markersWritten = (
  state: TransactionShardState,
  { transactionalId, endId, partitions }: MarkersWritten,
  context: TransactionContext,
): TransactionResult<MarkersAnswer> => {
  const transaction = state.transactions.get(transactionalId)
  if (transaction?.endId !== endId) return answered('over')
  const remaining = withoutPartitions(transaction.partitions, partitions)
  if (remaining.size === 0) return answeredWith(transitioned(completed(transaction, context.nowMs), context), 'over')
  return {
    records: [],
    changes: [{ kind: 'setTransaction', transaction: { ...transaction, partitions: remaining } }],
    effects: [],
    answer: { kind: 'now', value: 'waiting' },
  }
}
