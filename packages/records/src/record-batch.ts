import {
  ATTRIBUTES_AT,
  BASE_OFFSET_AT,
  BASE_SEQUENCE_AT,
  BASE_TIMESTAMP_AT,
  COMPRESSION_MASK,
  CONTROL_FLAG,
  CRC_AT,
  DELETE_HORIZON_FLAG,
  incrementSequence,
  LAST_OFFSET_DELTA_AT,
  LENGTH_AT,
  LOG_APPEND_TIME_FLAG,
  LOG_OVERHEAD,
  MAGIC,
  MAGIC_AT,
  MAX_TIMESTAMP_AT,
  NO_SEQUENCE,
  PARTITION_LEADER_EPOCH_AT,
  PRODUCER_EPOCH_AT,
  PRODUCER_ID_AT,
  RECORD_BATCH_OVERHEAD,
  RECORDS_AT,
  RECORDS_COUNT_AT,
  TRANSACTIONAL_FLAG,
} from './batch-layout.ts'
import type { TimestampType } from './batch-layout.ts'
import { readInt16, readInt32, readInt64, readUint32 } from './bytes.ts'
import { decompress } from './compression/codec.ts'
import { compressionById } from './compression/compression-type.ts'
import type { CompressionType } from './compression/compression-type.ts'
import { crc32c } from './crc32c.ts'
import { parseRecords } from './record.ts'
import type { Record } from './record.ts'
import { RecordsError } from './records-error.ts'

/**
 * The most that a batch may become when it is decompressed, unless the caller says otherwise: what the largest
 * request may carry (`socket.request.max.bytes`). What would not be taken as it is, is not taken compressed.
 */
export const DEFAULT_MAX_DECOMPRESSED_BYTES = 100 * 1024 * 1024

/** A view of a whole batch in bytes that it shares: nothing is copied, each field is read when it is asked for. */
export class RecordBatch {
  readonly #bytes: Uint8Array
  readonly #at: number

  private constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes
    this.#at = at
  }

  /** The batch that begins at `offset`. Throws `CORRUPT_MESSAGE` when none does or a part of it is missing. */
  static at(bytes: Uint8Array, offset = 0): RecordBatch {
    const size = sizeOfBatchAt(bytes, offset)
    if (size === undefined || size > bytes.length - offset) {
      throw new RecordsError('CORRUPT_MESSAGE', 'a part of the batch is missing')
    }
    return new RecordBatch(bytes, offset)
  }

  /**
   * A view of bytes that a header stands at, however damaged, for tools that show damage. What lies behind the header
   * may be missing or none of a batch; `CORRUPT_MESSAGE` when the header itself is not whole.
   */
  static unchecked(bytes: Uint8Array): RecordBatch {
    if (bytes.length < RECORD_BATCH_OVERHEAD) {
      throw new RecordsError('CORRUPT_MESSAGE', 'a part of the header of the batch is missing')
    }
    return new RecordBatch(bytes, 0)
  }

  get baseOffset(): number {
    return readInt64(this.#bytes, this.#at + BASE_OFFSET_AT)
  }

  /** The length field: what follows it, without the twelve bytes before. */
  get batchLength(): number {
    return readInt32(this.#bytes, this.#at + LENGTH_AT)
  }

  get sizeInBytes(): number {
    return this.batchLength + LOG_OVERHEAD
  }

  get partitionLeaderEpoch(): number {
    return readInt32(this.#bytes, this.#at + PARTITION_LEADER_EPOCH_AT)
  }

  get magic(): number {
    return this.#bytes[this.#at + MAGIC_AT]!
  }

  get crc(): number {
    return readUint32(this.#bytes, this.#at + CRC_AT)
  }

  get attributes(): number {
    return readInt16(this.#bytes, this.#at + ATTRIBUTES_AT)
  }

  /** Throws `CORRUPT_MESSAGE` when the attributes name a codec that there is not. */
  get compression(): CompressionType {
    const id = this.attributes & COMPRESSION_MASK
    const type = compressionById(id)
    if (type === undefined) throw new RecordsError('CORRUPT_MESSAGE', `there is no compression type ${id}`)
    return type
  }

  get timestampType(): TimestampType {
    return this.attributes & LOG_APPEND_TIME_FLAG ? 'LogAppendTime' : 'CreateTime'
  }

  get isTransactional(): boolean {
    return (this.attributes & TRANSACTIONAL_FLAG) !== 0
  }

  get isControl(): boolean {
    return (this.attributes & CONTROL_FLAG) !== 0
  }

  /** Whether `baseTimestamp` is the time from which on compaction may drop the batch's tombstones. */
  get hasDeleteHorizon(): boolean {
    return (this.attributes & DELETE_HORIZON_FLAG) !== 0
  }

  get lastOffsetDelta(): number {
    return readInt32(this.#bytes, this.#at + LAST_OFFSET_DELTA_AT)
  }

  get lastOffset(): number {
    return this.baseOffset + this.lastOffsetDelta
  }

  get nextOffset(): number {
    return this.lastOffset + 1
  }

  get baseTimestamp(): number {
    return readInt64(this.#bytes, this.#at + BASE_TIMESTAMP_AT)
  }

  get maxTimestamp(): number {
    return readInt64(this.#bytes, this.#at + MAX_TIMESTAMP_AT)
  }

  /** -1 for none. */
  get producerId(): number {
    return readInt64(this.#bytes, this.#at + PRODUCER_ID_AT)
  }

  /** -1 for none. */
  get producerEpoch(): number {
    return readInt16(this.#bytes, this.#at + PRODUCER_EPOCH_AT)
  }

  /** -1 for none. */
  get baseSequence(): number {
    return readInt32(this.#bytes, this.#at + BASE_SEQUENCE_AT)
  }

  /** -1 for none. */
  get lastSequence(): number {
    const { baseSequence } = this
    return baseSequence === NO_SEQUENCE ? NO_SEQUENCE : incrementSequence(baseSequence, this.lastOffsetDelta)
  }

  get recordsCount(): number {
    return readInt32(this.#bytes, this.#at + RECORDS_COUNT_AT)
  }

  /** This batch alone, header and records. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(this.#at, this.#at + this.sizeInBytes)
  }

  /** The records as they are stored, compressed or not. */
  get payload(): Uint8Array {
    return this.#bytes.subarray(this.#at + RECORDS_AT, this.#at + this.sizeInBytes)
  }

  isValidCrc(): boolean {
    return this.crc === crc32c(this.#bytes.subarray(this.#at + ATTRIBUTES_AT, this.#at + this.sizeInBytes))
  }

  /** The records decompressed: for a `RecordWalker`, where an object for each would be too dear. */
  decompressedPayload(maxBytes = DEFAULT_MAX_DECOMPRESSED_BYTES): Uint8Array {
    return decompress(this.compression, this.payload, maxBytes)
  }

  /**
   * The records, parsed one by one as they are asked for. Throws a `RecordsError`, possibly midway: the CRC says
   * that the bytes are those which were sent, not that they are records.
   */
  *records(maxBytes = DEFAULT_MAX_DECOMPRESSED_BYTES): Generator<Record, void, undefined> {
    const { recordsCount } = this
    if (recordsCount === 0) return
    yield* parseRecords(this.decompressedPayload(maxBytes), {
      baseOffset: this.baseOffset,
      baseTimestamp: this.baseTimestamp,
      logAppendTime: this.timestampType === 'LogAppendTime' ? this.maxTimestamp : undefined,
      baseSequence: this.baseSequence,
      recordsCount,
    })
  }
}

/**
 * The size of the batch that begins at `at`; `undefined` when the bytes end before its size and magic are known.
 * Throws `CORRUPT_MESSAGE` when they are such as no batch has.
 */
export function sizeOfBatchAt(bytes: Uint8Array, at: number): number | undefined {
  const remaining = bytes.length - at
  if (remaining < LOG_OVERHEAD) return undefined
  const size = readInt32(bytes, at + LENGTH_AT) + LOG_OVERHEAD
  if (size < RECORD_BATCH_OVERHEAD) {
    throw new RecordsError('CORRUPT_MESSAGE', `a batch of ${size} bytes is smaller than its header`)
  }
  if (remaining <= MAGIC_AT) return undefined
  const magic = bytes[at + MAGIC_AT]!
  if (magic !== MAGIC) throw new RecordsError('CORRUPT_MESSAGE', `batches of magic ${magic} are not read`)
  return size
}

/** The batches in `bytes`, as far as they are whole; throws `CORRUPT_MESSAGE` where something else begins. */
export function* batches(bytes: Uint8Array): Generator<RecordBatch, void, undefined> {
  for (let at = 0; ;) {
    const size = sizeOfBatchAt(bytes, at)
    if (size === undefined || size > bytes.length - at) return
    yield RecordBatch.at(bytes, at)
    at += size
  }
}
