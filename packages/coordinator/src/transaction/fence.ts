import type { CoordinatorOutcome } from '../runtime/coordinator-shard.ts'
import type { Transaction } from './transaction.ts'
import { fenced, isEpochExhausted, NO_PRODUCER_ID, supportsEpochBump } from './transaction.ts'
import type { OrNeedsProducerId, TransactionContext, TransactionTypes } from './transaction-types.ts'
import { NEEDS_PRODUCER_ID } from './transaction-types.ts'
import { transitioned } from './transition.ts'

/**
 * Aborts an open transaction in the coordinator's own name. The generation is the broker's, whatever the client spoke:
 * nobody is told the new epoch.
 */
export const fence = (
  transaction: Transaction,
  newProducerId: number | undefined,
  context: TransactionContext,
): OrNeedsProducerId<CoordinatorOutcome<TransactionTypes>> => {
  const transactionVersion = context.environment.transactionVersion()
  const isUsedUp = supportsEpochBump(transactionVersion) && isEpochExhausted(transaction.producerEpoch)
  if (isUsedUp && newProducerId === undefined) return NEEDS_PRODUCER_ID
  const nextProducerId = isUsedUp ? (newProducerId ?? NO_PRODUCER_ID) : NO_PRODUCER_ID
  const ending = { transactionVersion, nextProducerId, endId: context.nextUuid(), nowMs: context.nowMs }
  return transitioned(fenced(transaction, ending), context)
}
