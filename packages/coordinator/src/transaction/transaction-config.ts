/** The settings of Kafka that the transaction machine reads, under their names in camel case. */
export interface TransactionConfig {
  /** `transaction.max.timeout.ms`: the longest timeout that a producer may ask for. */
  readonly transactionMaxTimeoutMs: number
  readonly transactionalIdExpirationMs: number
  readonly abortTimedOutTransactionCleanupIntervalMs: number
  readonly removeExpiredTransactionCleanupIntervalMs: number
  /** `transaction.two.phase.commit.enable` (KIP-939). */
  readonly twoPhaseCommitEnable: boolean
}

export const defaultTransactionConfig: TransactionConfig = Object.freeze({
  transactionMaxTimeoutMs: 900_000,
  transactionalIdExpirationMs: 7 * 24 * 60 * 60 * 1_000,
  abortTimedOutTransactionCleanupIntervalMs: 10_000,
  removeExpiredTransactionCleanupIntervalMs: 3_600_000,
  twoPhaseCommitEnable: false,
})
