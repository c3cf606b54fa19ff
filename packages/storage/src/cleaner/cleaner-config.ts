/** What the cleaner obeys: Kafka's `log.cleaner.*`, named after them in camelCase. All can change while it runs. */
export interface CleanerConfig {
  /** `log.cleaner.enable`; what is under way when it is switched off is called off. */
  readonly enabled: boolean
  /** Logs that are cleaned at the same time. */
  readonly threads: number
  /** Of all threads together, as are the next two. */
  readonly dedupeBufferBytes: number
  readonly ioBufferBytes: number
  readonly ioMaxBytesPerSecond: number
  readonly dedupeBufferLoadFactor: number
  /** How long to rest when there is nothing to clean. */
  readonly backoffMs: number
}

/** Kafka 4.3's defaults (org.apache.kafka.storage.internals.log.CleanerConfig). */
export const defaultCleanerConfig: CleanerConfig = {
  enabled: true,
  threads: 1,
  dedupeBufferBytes: 134_217_728,
  ioBufferBytes: 524_288,
  ioMaxBytesPerSecond: Infinity,
  dedupeBufferLoadFactor: 0.9,
  backoffMs: 15_000,
}
