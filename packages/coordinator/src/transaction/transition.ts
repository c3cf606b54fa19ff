import type { CoordinatorOutcome } from '../runtime/coordinator-shard.ts'
import { transactionRecord } from './transaction-records.ts'
import type { Transaction } from './transaction.ts'
import { partitionList } from './transaction.ts'
import type {
  TransactionContext,
  TransactionEffect,
  TransactionResult,
  TransactionTask,
  TransactionTypes,
} from './transaction-types.ts'

type Outcome = CoordinatorOutcome<TransactionTypes>

export const NOTHING: Outcome = Object.freeze({ records: [], changes: [], effects: [] })

/** What has to be done for a transaction whose end is decided: now, and again whenever the log is loaded. */
export const markersTask = (transaction: Transaction, endId: string): TransactionTask => {
  const { transactionalId, producerId, producerEpoch, state, partitions, clientTransactionVersion } = transaction
  return {
    kind: 'writeMarkers',
    transactionalId,
    endId,
    producerId,
    producerEpoch,
    isCommit: state === 'PrepareCommit',
    transactionVersion: clientTransactionVersion,
    partitions: partitionList(partitions),
  }
}

/** A transactional id moves on; once an end is decided and committed, the markers go out. */
export const transitioned = (transaction: Transaction, { environment }: TransactionContext): Outcome => {
  const { endId } = transaction
  const effects: TransactionEffect[] =
    endId === undefined ? [] : [{ kind: 'task', task: markersTask(transaction, endId) }]
  return {
    records: [transactionRecord(transaction, environment.transactionVersion())],
    changes: [{ kind: 'setTransaction', transaction }],
    effects,
  }
}

export const answeredWith = <Response>(outcome: Outcome, value: Response): TransactionResult<Response> => ({
  ...outcome,
  answer: { kind: 'now', value },
})
