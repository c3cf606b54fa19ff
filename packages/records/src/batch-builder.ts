import {
  ATTRIBUTES_AT,
  BASE_OFFSET_AT,
  BASE_SEQUENCE_AT,
  BASE_TIMESTAMP_AT,
  CONTROL_FLAG,
  LAST_OFFSET_DELTA_AT,
  LENGTH_AT,
  LOG_APPEND_TIME_FLAG,
  LOG_OVERHEAD,
  MAGIC,
  MAGIC_AT,
  MAX_TIMESTAMP_AT,
  NO_PARTITION_LEADER_EPOCH,
  NO_PRODUCER_EPOCH,
  NO_PRODUCER_ID,
  NO_SEQUENCE,
  PARTITION_LEADER_EPOCH_AT,
  PRODUCER_EPOCH_AT,
  PRODUCER_ID_AT,
  RECORDS_AT,
  RECORDS_COUNT_AT,
  TRANSACTIONAL_FLAG,
} from './batch-layout.ts'
import type { TimestampType } from './batch-layout.ts'
import { writeInt16, writeInt32, writeInt64 } from './bytes.ts'
import { compress } from './compression/codec.ts'
import { compressionId } from './compression/compression-type.ts'
import type { CompressionType } from './compression/compression-type.ts'
import { writeCrc } from './patch-batch.ts'
import type { RecordHeader } from './record.ts'
import { sizeOfVarint, sizeOfVarlong, writeVarint, writeVarlong } from './varint.ts'

/** A record to be written. */
export interface NewRecord {
  /** Milliseconds since 1970, -1 for none. */
  readonly timestamp: number
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly headers?: readonly RecordHeader[]
  /** Its offset less that of the batch; its place among the records, unless given. They must rise. */
  readonly offsetDelta?: number
}

/** The header of a batch, without what follows from the records. */
export interface BatchHeader {
  readonly baseOffset?: number
  readonly partitionLeaderEpoch?: number
  readonly compression?: CompressionType
  readonly timestampType?: TimestampType
  readonly producerId?: number
  readonly producerEpoch?: number
  readonly baseSequence?: number
  readonly isTransactional?: boolean
  readonly isControl?: boolean
}

export interface NewBatch extends BatchHeader {
  /** As `compressionLevels` has them; the codec's own default when absent. */
  readonly compressionLevel?: number
  /** With `timestampType: 'LogAppendTime'`: the time that all records have. */
  readonly logAppendTime?: number
  /** The last offset less the base offset; that of the last record, unless given. */
  readonly lastOffsetDelta?: number
  readonly records: readonly NewRecord[]
}

/** Builds a batch. There is at least one record; a batch without records is written by compaction alone. */
export function buildBatch(batch: NewBatch): Uint8Array {
  const { records } = batch
  const first = records[0]
  if (first === undefined) throw new RangeError('a batch has at least one record')
  const baseTimestamp = first.timestamp
  let maxTimestamp = baseTimestamp
  let size = RECORDS_AT
  let lastDelta = -1
  const lengths: number[] = []
  for (const [index, record] of records.entries()) {
    const delta = record.offsetDelta ?? index
    if (delta <= lastDelta) throw new RangeError(`offset delta ${delta} does not follow ${lastDelta}`)
    lastDelta = delta
    if (record.timestamp > maxTimestamp) maxTimestamp = record.timestamp
    const length = lengthOf(record, record.timestamp - baseTimestamp, delta)
    lengths.push(length)
    size += sizeOfVarint(length) + length
  }

  const bytes = Buffer.allocUnsafeSlow(size)
  let at = RECORDS_AT
  for (const [index, record] of records.entries()) {
    at = writeVarint(bytes, at, lengths[index]!)
    at = writeRecord(bytes, at, record, record.timestamp - baseTimestamp, record.offsetDelta ?? index)
  }
  return finishBatch(bytes, {
    ...batch,
    baseTimestamp,
    maxTimestamp: batch.timestampType === 'LogAppendTime' ? (batch.logAppendTime ?? maxTimestamp) : maxTimestamp,
    lastOffsetDelta: batch.lastOffsetDelta ?? lastDelta,
    recordsCount: records.length,
  })
}

/**
 * Compresses the records in `bytes`, which leaves room for the header in front, and writes the header. Without
 * compression the batch is `bytes` itself.
 */
export function finishBatch(
  bytes: Uint8Array,
  header: BatchHeader & {
    readonly compressionLevel?: number
    readonly baseTimestamp: number
    readonly maxTimestamp: number
    readonly lastOffsetDelta: number
    readonly recordsCount: number
  },
): Uint8Array {
  const compression = header.compression ?? 'none'
  let batch = bytes
  if (compression !== 'none') {
    const payload = compress(compression, bytes.subarray(RECORDS_AT), header.compressionLevel)
    batch = Buffer.allocUnsafeSlow(RECORDS_AT + payload.length)
    batch.set(payload, RECORDS_AT)
  }
  writeInt64(batch, BASE_OFFSET_AT, header.baseOffset ?? 0)
  writeInt32(batch, LENGTH_AT, batch.length - LOG_OVERHEAD)
  writeInt32(batch, PARTITION_LEADER_EPOCH_AT, header.partitionLeaderEpoch ?? NO_PARTITION_LEADER_EPOCH)
  batch[MAGIC_AT] = MAGIC
  writeInt16(
    batch,
    ATTRIBUTES_AT,
    compressionId(compression) |
      (header.timestampType === 'LogAppendTime' ? LOG_APPEND_TIME_FLAG : 0) |
      (header.isTransactional === true ? TRANSACTIONAL_FLAG : 0) |
      (header.isControl === true ? CONTROL_FLAG : 0),
  )
  writeInt32(batch, LAST_OFFSET_DELTA_AT, header.lastOffsetDelta)
  writeInt64(batch, BASE_TIMESTAMP_AT, header.baseTimestamp)
  writeInt64(batch, MAX_TIMESTAMP_AT, header.maxTimestamp)
  writeInt64(batch, PRODUCER_ID_AT, header.producerId ?? NO_PRODUCER_ID)
  writeInt16(batch, PRODUCER_EPOCH_AT, header.producerEpoch ?? NO_PRODUCER_EPOCH)
  writeInt32(batch, BASE_SEQUENCE_AT, header.baseSequence ?? NO_SEQUENCE)
  writeInt32(batch, RECORDS_COUNT_AT, header.recordsCount)
  writeCrc(batch, 0)
  return batch
}

/** The length of a record without the varint that says it. */
function lengthOf(record: NewRecord, timestampDelta: number, offsetDelta: number): number {
  let length = 1 + sizeOfVarlong(timestampDelta) + sizeOfVarint(offsetDelta)
  length += sizeOfBytes(record.key) + sizeOfBytes(record.value)
  const headers = record.headers ?? []
  length += sizeOfVarint(headers.length)
  for (const { key, value } of headers) {
    const keyLength = Buffer.byteLength(key)
    length += sizeOfVarint(keyLength) + keyLength + sizeOfBytes(value)
  }
  return length
}

function sizeOfBytes(content: Uint8Array | null): number {
  return content === null ? 1 : sizeOfVarint(content.length) + content.length
}

function writeRecord(
  bytes: Buffer,
  start: number,
  record: NewRecord,
  timestampDelta: number,
  offsetDelta: number,
): number {
  let at = start
  bytes[at++] = 0
  at = writeVarlong(bytes, at, timestampDelta)
  at = writeVarint(bytes, at, offsetDelta)
  at = writeBytes(bytes, at, record.key)
  at = writeBytes(bytes, at, record.value)
  const headers = record.headers ?? []
  at = writeVarint(bytes, at, headers.length)
  for (const { key, value } of headers) {
    at = writeVarint(bytes, at, Buffer.byteLength(key))
    at += bytes.write(key, at)
    at = writeBytes(bytes, at, value)
  }
  return at
}

function writeBytes(bytes: Uint8Array, start: number, content: Uint8Array | null): number {
  if (content === null) return writeVarint(bytes, start, -1)
  const at = writeVarint(bytes, start, content.length)
  bytes.set(content, at)
  return at + content.length
}
