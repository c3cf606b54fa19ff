import type { CoordinatorOutcome } from '../runtime/coordinator-shard.ts'
import { transactionTombstone } from './transaction-records.ts'
import type { Transaction } from './transaction.ts'
import { isIdle } from './transaction.ts'
import type {
  TransactionContext,
  TransactionEffect,
  TransactionEvent,
  TransactionShardState,
  TransactionTypes,
} from './transaction-types.ts'
import { markersTask } from './transition.ts'

type Outcome = CoordinatorOutcome<TransactionTypes>

/** The timeout of a transaction that another system prepares and ends (KIP-939): there is none. */
const NO_TIMEOUT_MS = 2_147_483_647

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
  const effects: TransactionEffect[] = [nextAbortion(context), nextExpiration(context)]
  for (const transaction of state.transactions.values()) {
    const isDecided = transaction.state === 'PrepareCommit' || transaction.state === 'PrepareAbort'
    if (isDecided) effects.push({ kind: 'task', task: markersTask(transaction) })
  }
  return { records: [], changes: [], effects }
}

/** Each transaction is ended by an operation of its own: a producer id may have to be fetched for it. */
const abortTimedOut = (state: TransactionShardState, context: TransactionContext): Outcome => {
  const effects: TransactionEffect[] = [nextAbortion(context)]
  for (const transaction of state.transactions.values()) {
    if (!hasTimedOut(transaction, context.nowMs)) continue
    const { transactionalId, producerId, producerEpoch } = transaction
    effects.push({
      kind: 'task',
      task: { kind: 'abortTimedOut', ended: { transactionalId, producerId, producerEpoch } },
    })
  }
  return { records: [], changes: [], effects }
}

const hasTimedOut = ({ state, startTimestampMs, timeoutMs }: Transaction, nowMs: number): boolean =>
  state === 'Ongoing' && timeoutMs !== NO_TIMEOUT_MS && startTimestampMs + timeoutMs < nowMs

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
