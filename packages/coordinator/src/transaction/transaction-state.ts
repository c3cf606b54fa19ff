/**
 * The states of a transactional id, in the order of the numbers by which records name them (Kafka:
 * `TransactionState`).
 *
 *     Empty ──→ Ongoing ──→ PrepareCommit ──→ CompleteCommit ──→ Ongoing, Empty, PrepareAbort
 *         └───────────┴───→ PrepareAbort  ──→ CompleteAbort  ──→ Ongoing, Empty, PrepareAbort
 *
 * `Dead` and `PrepareEpochFence` are names that filters and records may use; no transactional id is ever seen in them:
 * one that expires is gone with its tombstone, and a fence is the step from Ongoing to PrepareAbort itself.
 */
export const TRANSACTION_STATES = [
  'Empty',
  'Ongoing',
  'PrepareCommit',
  'PrepareAbort',
  'CompleteCommit',
  'CompleteAbort',
  'Dead',
  'PrepareEpochFence',
] as const

export type TransactionStateName = (typeof TRANSACTION_STATES)[number]

export const stateId = (state: TransactionStateName): number => TRANSACTION_STATES.indexOf(state)

export const stateOfId = (id: number): TransactionStateName => {
  const state = TRANSACTION_STATES[id]
  if (state === undefined) throw new Error(`Unknown transaction state id ${id} from the transaction status message`)
  return state
}

export const isStateName = (name: string): name is TransactionStateName =>
  TRANSACTION_STATES.some((state) => state === name)
