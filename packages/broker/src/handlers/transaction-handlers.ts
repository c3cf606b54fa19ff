import type { Handler } from '../request/handler.ts'

/** Transactions: what producers, brokers and those who administer them ask. */
export const transactionHandlers: readonly Handler[] = []
