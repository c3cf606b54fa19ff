import type { CoordinatorShard } from '../runtime/coordinator-shard.ts'
import { TimelineMap } from '../runtime/timeline-map.ts'
import { applyTransactionChange, replayTransactionRecord } from './transaction-replay.ts'
import { onTransactionsLoaded, onTransactionTimer } from './transaction-timers.ts'
import type { TransactionTypes } from './transaction-types.ts'
import { NOTHING } from './transition.ts'

/** The transaction coordinator of one partition of `__transaction_state`. */
export const transactionShard: CoordinatorShard<TransactionTypes> = {
  initial: (clock) => ({ transactions: new TimelineMap(clock) }),
  onTimer: onTransactionTimer,
  // A refused append leaves everything as it was; whoever asked is told, and nobody else has to hear of it.
  onRefused: () => NOTHING,
  replay: replayTransactionRecord,
  apply: applyTransactionChange,
  onLoaded: onTransactionsLoaded,
}
