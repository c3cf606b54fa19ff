import type { CoordinatorOutcome } from '../runtime/coordinator-shard.ts'
import { transactionTombstone } from './transaction-records.ts'
import { hasTimedOut } from './abort-timed-out.ts'
import { isEnding, isIdle } from './transaction.ts'
import type {
  TransactionChange,
  TransactionContext,
  TransactionEffect,
  TransactionEvent,
  TransactionShardState,
  TransactionTypes,
} from './transaction-types.ts'
import { markersTask } from './transition.ts'

type Outcome = CoordinatorOutcome<TransactionTypes>

const nextAbortion = ({ environment }: TransactionContext): TransactionEffect => ({
  kind: 'setTimer',
  key: 'abort-timed-out',
  delayMs: environment.config.abortTimedOutTransactionCleanupIntervalMs,
  event: { kind: 'abortTimedOut' },
})

const nextExpiration = ({ environment }: TransactionContext): TransactionEffect => ({
  kind: 'setTimer',
  key: 'remove-expired',
  delayMs: environment.config.removeExpiredTransactionCleanupIntervalMs,
  event: { kind: 'removeExpired' },
})

export const onTransactionTimer = (
  state: TransactionShardState,
  event: TransactionEvent,
  context: TransactionContext,
): Outcome => (event.kind === 'abortTimedOut' ? abortTimedOut(state, context) : removeExpired(state, context))

/** The log has been read: markers whose writing nobody has confirmed are written again, and the rounds begin. */
export const onTransactionsLoaded = (state: TransactionShardState, context: TransactionContext): Outcome => {
  const changes: TransactionChange[] = []
  const effects: TransactionEffect[] = [nextAbortion(context), nextExpiration(context)]
  for (const transaction of state.transactions.values()) {
    if (!isEnding(transaction)) continue
    const endId = context.nextUuid()
    changes.push({ kind: 'setTransaction', transaction: { ...transaction, endId } })
    effects.push({ kind: 'task', task: markersTask(transaction, endId) })
  }
  return { records: [], changes, effects }
}

/** Each transaction is ended by an operation of its own: a producer id may have to be fetched for it. */
const abortTimedOut = (state: TransactionShardState, context: TransactionContext): Outcome => {
  const effects: TransactionEffect[] = [nextAbortion(context)]
  for (const transaction of state.transactions.values()) {
    if (!hasTimedOut(transaction, context.nowMs)) continue
    effects.push({
      kind: 'task',
      task: { kind: 'abortTimedOut', transactionalId: transaction.transactionalId },
    })
  }
  return { records: [], changes: [], effects }
}

/** Transactional ids that nobody has used for long are forgotten. */
const removeExpired = (state: TransactionShardState, context: TransactionContext): Outcome => {
  const oldestMs = context.nowMs - context.environment.config.transactionalIdExpirationMs
  const expired = [...state.transactions.values()].filter(
    (transaction) => isIdle(transaction) && transaction.lastUpdateTimestampMs <= oldestMs,
  )
  return {
    records: expired.map(({ transactionalId }) => transactionTombstone(transactionalId)),
    changes: [],
    effects: [nextExpiration(context)],
    divisible: true,
  }
}
