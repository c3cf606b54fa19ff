import type { TransactionLogKey, TransactionLogValue } from '@milena/protocol/messages'
import type {
  CoordinatorResult,
  Effect,
  OperationContext,
  RequestContext,
  ShardTypes,
} from '../runtime/coordinator-shard.ts'
import type { TimelineMap } from '../runtime/timeline-map.ts'
import type { TransactionConfig } from './transaction-config.ts'
import type { TopicPartition, Transaction } from './transaction.ts'

/** What the coordinator of one partition of `__transaction_state` knows: each transactional id that lives there. */
export interface TransactionShardState {
  readonly transactions: TimelineMap<string, Transaction>
}

/** A record of `__transaction_state`, in Kafka's schema; a value of null is a tombstone. */
export interface TransactionRecord {
  readonly key: TransactionLogKey
  readonly value: TransactionLogValue | null
  /** 1 from `transaction.version` 1 on. */
  readonly version: number
}

/** What of a transaction is not in the log, or not in a record of version 0, comes into the state beside the record. */
export type TransactionChange = { readonly kind: 'setTransaction'; readonly transaction: Transaction }

export type TransactionEvent = { readonly kind: 'abortTimedOut' } | { readonly kind: 'removeExpired' }

export type TransactionTask =
  /** Each partition is to get its marker; `markersWritten` tells of it, as often as it likes. */
  | {
      readonly kind: 'writeMarkers'
      readonly transactionalId: string
      /** A transaction of the same id, producer and epoch may be ended later; its end has another name. */
      readonly endId: string
      readonly producerId: number
      readonly producerEpoch: number
      readonly isCommit: boolean
      readonly transactionVersion: number
      readonly partitions: readonly TopicPartition[]
    }
  /** The transaction was open for too long; `abortTimedOut` ends it. */
  | { readonly kind: 'abortTimedOut'; readonly transactionalId: string }

export interface TransactionEnvironment {
  readonly config: TransactionConfig
  /** The finalized level of the feature `transaction.version` at this moment. */
  readonly transactionVersion: () => number
}

export interface TransactionTypes extends ShardTypes {
  state: TransactionShardState
  record: TransactionRecord
  change: TransactionChange
  event: TransactionEvent
  task: TransactionTask
  reply: never
  environment: TransactionEnvironment
}

export type TransactionContext = OperationContext<TransactionTypes>
export type TransactionRequestContext = RequestContext<TransactionTypes>
export type TransactionResult<Response> = CoordinatorResult<TransactionTypes, Response>
export type TransactionEffect = Effect<TransactionTypes>

/**
 * The answer of an operation that cannot decide without a producer id that nobody has used: only the controller gives
 * them, and it has to be asked. Nothing has happened; the operation is to be tried again with `newProducerId`.
 */
export const NEEDS_PRODUCER_ID: unique symbol = Symbol('needs a producer id')
export type OrNeedsProducerId<Answer> = Answer | typeof NEEDS_PRODUCER_ID
