import { answered } from '../runtime/coordinator-shard.ts'
import { fence } from './fence.ts'
import type { Transaction } from './transaction.ts'
import type {
  OrNeedsProducerId,
  TransactionContext,
  TransactionResult,
  TransactionShardState,
} from './transaction-types.ts'
import { NEEDS_PRODUCER_ID } from './transaction-types.ts'
import { answeredWith } from './transition.ts'

/** The timeout of a transaction that another system prepares and ends (KIP-939): there is none. */
export const NO_TIMEOUT_MS = 2_147_483_647

export interface AbortTimedOut {
  readonly transactionalId: string
  readonly newProducerId?: number
}

export const hasTimedOut = ({ state, startTimestampMs, timeoutMs }: Transaction, nowMs: number): boolean =>
  state === 'Ongoing' && timeoutMs !== NO_TIMEOUT_MS && startTimestampMs + timeoutMs < nowMs

/** The end of a transaction that was open for too long, unless it has ended by itself meanwhile. */
export const abortTimedOut = (
  state: TransactionShardState,
  { transactionalId, newProducerId }: AbortTimedOut,
  context: TransactionContext,
): TransactionResult<OrNeedsProducerId<'aborted' | 'over'>> => {
  const transaction = state.transactions.get(transactionalId)
  if (transaction === undefined || !hasTimedOut(transaction, context.nowMs)) return answered('over')
  const outcome = fence(transaction, newProducerId, context)
  return outcome === NEEDS_PRODUCER_ID ? answered(NEEDS_PRODUCER_ID) : answeredWith(outcome, 'aborted')
}
