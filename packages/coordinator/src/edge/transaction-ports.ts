import type { TransactionConfig } from '../transaction/transaction-config.ts'
import type { TopicPartition } from '../transaction/transaction.ts'
import type { Clock, CoordinatorLoader, Logger, PartitionWriter, Random } from './ports.ts'

/** The end of a transaction, as it is written into each partition that the transaction reached. */
export interface TransactionMarkers {
  readonly producerId: number
  readonly producerEpoch: number
  /** The leader epoch of the partition of `__transaction_state`: a log refuses the markers of an older coordinator. */
  readonly coordinatorEpoch: number
  readonly isCommit: boolean
  /** The generation of the protocol that the client spoke. */
  readonly transactionVersion: number
  readonly partitions: readonly TopicPartition[]
}

export interface MarkerResult extends TopicPartition {
  readonly errorCode: number
}

/** How markers reach the leaders of partitions. Never rejects: what goes wrong is said for each partition. */
export interface MarkerWriter {
  write(markers: TransactionMarkers): Promise<readonly MarkerResult[]>
}

/** What the transaction coordinator may ask about topics. */
export interface PartitionsView {
  hasPartition(topic: string, partition: number): boolean
  /** True for the topics in which coordinators keep their state. */
  isInternal(topic: string): boolean
}

/** The settings of the service itself, beside those of the machine. */
export interface TransactionServiceConfig extends TransactionConfig {
  /** How long an answer may wait for its records to be committed. */
  readonly writeTimeoutMs: number
  /** `add.partitions.to.txn.retry.backoff.ms` */
  readonly addPartitionsRetryBackoffMs: number
  /** `add.partitions.to.txn.retry.backoff.max.ms`: for how long a transaction that is ending is waited for. */
  readonly addPartitionsRetryBackoffMaxMs: number
}

export interface TransactionCoordinatorOptions {
  readonly config: TransactionServiceConfig
  readonly partitions: PartitionsView
  readonly markers: MarkerWriter
  /** A producer id that was never given before; rejects with an Error whose `code` is one of the protocol's. */
  readonly nextProducerId: () => Promise<number>
  /** The finalized level of the feature `transaction.version`. */
  readonly transactionVersion: () => number
  readonly writer: PartitionWriter
  readonly loader: CoordinatorLoader
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
}
