import { answered } from '../runtime/coordinator-shard.ts'
import { fence } from './fence.ts'
import { isSame } from './markers-written.ts'
import type {
  EndedTransaction,
  OrNeedsProducerId,
  TransactionContext,
  TransactionResult,
  TransactionShardState,
} from './transaction-types.ts'
import { NEEDS_PRODUCER_ID } from './transaction-types.ts'
import { answeredWith } from './transition.ts'

export interface AbortTimedOut {
  readonly ended: EndedTransaction
  readonly newProducerId?: number
}

/** The end of a transaction that was open for too long, unless it has ended by itself meanwhile. */
export const abortTimedOut = (
  state: TransactionShardState,
  { ended, newProducerId }: AbortTimedOut,
  context: TransactionContext,
): TransactionResult<OrNeedsProducerId<'done'>> => {
  const transaction = state.transactions.get(ended.transactionalId)
  if (transaction?.state !== 'Ongoing' || !isSame(transaction, ended)) return answered('done')
  const outcome = fence(transaction, newProducerId, context)
  return outcome === NEEDS_PRODUCER_ID ? answered(NEEDS_PRODUCER_ID) : answeredWith(outcome, 'done')
}
