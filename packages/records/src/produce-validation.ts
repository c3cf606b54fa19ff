import type { KafkaError } from '@milena/protocol/messages'
import type { TimestampType } from './batch-layout.ts'
import type { CompressionType } from './compression/compression-type.ts'

/** Who appends: a client, a coordinator on an internal topic, or a follower that takes its leader's bytes. */
export type AppendOrigin = 'client' | 'coordinator' | 'replication'

/** What a partition's leader wants of the bytes that it appends, and what it assigns to them. */
export interface ProduceValidationOptions {
  readonly origin: AppendOrigin
  /** The offset of the first record. */
  readonly nextOffset: number
  readonly leaderEpoch: number
  readonly nowMs: number
  /** `max.message.bytes`: of the batch as it came, and again as it is stored when it was compressed anew. */
  readonly maxMessageBytes: number
  /** `message.timestamp.type`. */
  readonly timestampType: TimestampType
  /** `message.timestamp.before.max.ms`; `Infinity` or 2^63 for no bound. */
  readonly timestampBeforeMaxMs: number
  /** `message.timestamp.after.max.ms`. */
  readonly timestampAfterMaxMs: number
  /** Whether `cleanup.policy` holds `compact`: then every record has a key. */
  readonly compacted: boolean
  /** `compression.type`, with `none` for `uncompressed`. */
  readonly targetCompression: CompressionType | 'producer'
  /** `compression.gzip.level` and so on, of the target. */
  readonly compressionLevel?: number
  /** The version of the Produce request: before 7 clients cannot know zstd. */
  readonly requestVersion?: number
  /** What a batch may become when it is decompressed; `DEFAULT_MAX_DECOMPRESSED_BYTES` unless given. */
  readonly maxDecompressedBytes?: number
}

/** A record that is refused, by its place in the batch (KIP-467). */
export interface RecordError {
  readonly batchIndex: number
  readonly message: string
}

/** A batch ready to be written. */
export interface ValidBatch {
  readonly ok: true
  /** The batch with its offsets: the bytes that came, changed in place, or new ones when it was compressed anew. */
  readonly bytes: Uint8Array
  readonly firstOffset: number
  readonly lastOffset: number
  readonly recordsCount: number
  /** The largest timestamp of the records, -1 when none has any. */
  readonly maxTimestamp: number
  /** As indexes have it: the last offset of the batch, or -1 when no record has a timestamp. */
  readonly offsetOfMaxTimestamp: number
  /** The time that the broker gave to the records, -1 when they keep their own. */
  readonly logAppendTimeMs: number
  readonly compression: CompressionType
  readonly recompressed: boolean
  readonly producerId: number
  readonly producerEpoch: number
  readonly baseSequence: number
  readonly lastSequence: number
  readonly isTransactional: boolean
  readonly isControl: boolean
}

/** Bytes that are refused; they are as they came. */
export interface InvalidBatch {
  readonly ok: false
  readonly error: KafkaError
  /** For people. Kafka sends one to the client only together with `recordErrors`. */
  readonly message: string
  readonly recordErrors: readonly RecordError[]
}
