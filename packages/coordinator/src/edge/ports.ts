/** What the coordinators need of the world. The broker implements all of it; tests do it in memory. */

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
   */
  append(partition: number, records: readonly CoordinatorRecord[]): Promise<number>
}

export interface LoadedRecord {
  readonly offset: number
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
}

export interface LoadSummary {
  /** The offset that the next record of the partition will get. */
  readonly nextOffset: number
}

export interface CoordinatorLoader {
  /**
   * Reads a partition of the internal topic from its start to its end, in order, without control batches. Its promise
   * is kept when all that was delivered is also committed.
   */
  load(partition: number, onRecord: (record: LoadedRecord) => void): Promise<LoadSummary>
}

/** Turns a shard's records into bytes and back. */
export interface RecordSerde<Record> {
  serialize(record: Record): CoordinatorRecord
  /** @returns undefined for a record of a kind that this version does not know. */
  deserialize(record: LoadedRecord): Record | undefined
}
