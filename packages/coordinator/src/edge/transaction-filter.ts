import type { ListTransactionsRequest } from '@milena/protocol'
import type { ListTransactions } from '../transaction/list-transactions.ts'
import { isStateName } from '../transaction/transaction-state.ts'

/** A ListTransactions request, as the machine understands it. */
export interface TransactionFilter {
  readonly filter: ListTransactions
  readonly unknownStates: readonly string[]
}

/** Returns undefined when the pattern is not one of RE2. */
export const transactionFilter = async (request: ListTransactionsRequest): Promise<TransactionFilter | undefined> => {
  const { stateFilters, producerIdFilters, durationFilter, transactionalIdPattern } = request
  const matches = await matcher(transactionalIdPattern)
  if (matches === 'invalid') return undefined
  const filter: ListTransactions = {
    states: stateFilters.length === 0 ? undefined : new Set(stateFilters),
    producerIds: producerIdFilters.length === 0 ? undefined : new Set(producerIdFilters),
    durationMs: durationFilter,
    matches,
  }
  return { filter, unknownStates: [...new Set(stateFilters)].filter((name) => !isStateName(name)) }
}

/** The engine is loaded by the first pattern; it takes linear time, whatever it is given. */
const matcher = async (pattern: string | null): Promise<ListTransactions['matches'] | 'invalid'> => {
  if (pattern === null || pattern === '') return undefined
  const { RE2JS, RE2JSException } = await import('re2js')
  try {
    const compiled = RE2JS.compile(pattern)
    return (transactionalId) => compiled.matches(transactionalId)
  } catch (error) {
    if (error instanceof RE2JSException) return 'invalid'
    throw error
  }
}
