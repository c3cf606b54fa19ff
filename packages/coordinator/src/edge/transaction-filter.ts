import type { ListTransactionsRequest } from '@milena/protocol'
import type { Expression } from '../expression/expression.ts'
import { ExpressionError } from '../expression/expression.ts'
import type { ListTransactions } from '../transaction/list-transactions.ts'
import { isStateName } from '../transaction/transaction-state.ts'
import { loadExpressionEngine } from './expression-engine.ts'

/** A ListTransactions request, as the machine understands it. */
export interface TransactionFilter {
  readonly filter: ListTransactions
  /** What transactional ids must match; undefined for all. It is for who can take its time. */
  readonly pattern: Expression | undefined
  readonly unknownStates: readonly string[]
}

/** Returns undefined when the pattern is not one of RE2. */
export const transactionFilter = async (request: ListTransactionsRequest): Promise<TransactionFilter | undefined> => {
  const { stateFilters, producerIdFilters, durationFilter, transactionalIdPattern } = request
  const pattern = await matcher(transactionalIdPattern)
  if (pattern === 'invalid') return undefined
  const filter: ListTransactions = {
    states: stateFilters.length === 0 ? undefined : new Set(stateFilters),
    producerIds: producerIdFilters.length === 0 ? undefined : new Set(producerIdFilters),
    durationMs: durationFilter,
  }
  return { filter, pattern, unknownStates: [...new Set(stateFilters)].filter((name) => !isStateName(name)) }
}

const matcher = async (pattern: string | null): Promise<Expression | undefined | 'invalid'> => {
  if (pattern === null || pattern === '') return undefined
  const compiled = (await loadExpressionEngine()).compile(pattern)
  return compiled instanceof ExpressionError ? 'invalid' : compiled
}
