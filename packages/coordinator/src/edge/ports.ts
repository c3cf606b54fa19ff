/** What the coordinators need of the world. The broker implements all of it; tests do it in memory. */
import type { RecordProducer, TransactionEnd } from '../runtime/coordinator-shard.ts'

/** Time: wall-clock for what is written down, monotonic for what is waited for. Both in milliseconds. */
export interface Clock {
  nowMs(): number
  monotonicMs(): number
  setTimer(delayMs: number, fire: () => void): { cancel(): void }
}

export interface Random {
  bytes(count: number): Uint8Array
}

export interface Logger {
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void
  info(message: string, fields?: Readonly<Record<string, unknown>>): void
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void
  error(message: string, fields?: Readonly<Record<string, unknown>>): void
}

/** A record of an internal topic as bytes; a value of null is a tombstone. */
export interface CoordinatorRecord {
  readonly key: Uint8Array
  readonly value: Uint8Array | null
}

export interface PartitionWriter {
  /**
   * Appends the records as one batch to the partition of the internal topic. The order of calls is the order in the
   * log, and nobody else writes there.
   *
   * **Throws at once**, with a `CoordinatorError`, when the log does not take the batch (too large, too few replicas
   * in sync, not the leader): nothing is written, nothing has happened. Once it returns, the batch has its offsets.
   *
   * @returns a promise of the offset of the last record, kept when the high watermark has passed it and it is durable.
   *   It may stay open for long; the runtime answers requests that wait for it with a time-out of its own. If it is
   *   broken, nobody knows whether the batch is in the log, and the runtime reads the partition again.
   * @param producer in whose transaction the records are; readers that want what is committed wait for its marker.
   */
  append(partition: number, records: readonly CoordinatorRecord[], producer?: RecordProducer): Promise<number>
  /** Appends the marker that ends a transaction. Throws and promises as `append` does. */
  appendEndTransactionMarker(partition: number, marker: EndTransactionMarker): Promise<number>
}

/** A marker as the transaction coordinator wants it written. */
export interface EndTransactionMarker extends TransactionEnd {
  /** Of the transaction coordinator: a log refuses the markers of an older one. */
  readonly coordinatorEpoch: number
  /** The generation of the transaction protocol (KIP-890), which decides which epochs the log takes. */
  readonly transactionVersion: number
}

export interface LoadedRecord {
  readonly offset: number
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  /** In whose transaction it was written. */
  readonly producer?: RecordProducer
}

export interface LoadedMarker extends TransactionEnd {
  readonly offset: number
}

export interface LoadSummary {
  /** The offset that the next record of the partition will get. */
  readonly nextOffset: number
}

export interface CoordinatorLoader {
  /**
   * Reads a partition of the internal topic from its start to its end, in order: records, and the markers that end
   * transactions, between them. Its promise is kept when all that was delivered is also committed.
   */
  load(
    partition: number,
    onRecord: (record: LoadedRecord) => void,
    onMarker: (marker: LoadedMarker) => void,
  ): Promise<LoadSummary>
}

/** Turns a shard's records into bytes and back. */
export interface RecordSerde<Record> {
  serialize(record: Record): CoordinatorRecord
  /** @returns undefined for a record of a kind that this version does not know. */
  deserialize(record: LoadedRecord): Record | undefined
}
