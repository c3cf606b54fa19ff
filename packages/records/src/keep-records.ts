import {
  ATTRIBUTES_AT,
  BASE_TIMESTAMP_AT,
  COMPRESSION_MASK,
  DELETE_HORIZON_FLAG,
  LENGTH_AT,
  LOG_OVERHEAD,
  MAX_TIMESTAMP_AT,
  NO_TIMESTAMP,
  RECORD_BATCH_OVERHEAD,
  RECORDS_AT,
  RECORDS_COUNT_AT,
} from './batch-layout.ts'
import { writeInt16, writeInt32, writeInt64 } from './bytes.ts'
import { compress } from './compression/codec.ts'
import { writeCrc } from './patch-batch.ts'
import type { RecordBatch } from './record-batch.ts'
import { RecordWalker } from './record-walker.ts'
import { sizeOfVarint, sizeOfVarlong, writeVarint, writeVarlong } from './varint.ts'

/** The time from which on compaction may drop what a batch keeps only for a while; `undefined` while none is set. */
export function deleteHorizonOf(batch: RecordBatch): number | undefined {
  return batch.hasDeleteHorizon ? batch.baseTimestamp : undefined
}

/**
 * The same batch with some of its records, as compaction leaves it (Kafka's MemoryRecords.filterTo): offsets,
 * sequences, producer, epoch and the last offset stay what they were. `payload` holds the records decompressed, and
 * `kept` says by index which stay; there is at least one. With `deleteHorizonMs` the base timestamp becomes that
 * time, and the deltas of the records follow; without it the records are copied as they are, byte for byte.
 */
export function keepRecords(
  batch: RecordBatch,
  payload: Uint8Array,
  options: { readonly kept: ArrayLike<number | boolean>; readonly deleteHorizonMs?: number },
): Uint8Array {
  const rewrite = new Rewrite(batch, options.deleteHorizonMs)
  const { recordsCount, maxTimestamp, size } = measure(batch, payload, options.kept, rewrite)
  const records = Buffer.allocUnsafeSlow(size)
  const walker = new RecordWalker(payload, 0, payload.length)
  let at = 0
  for (let index = 0; index < batch.recordsCount; index++) {
    walker.next()
    if (options.kept[index]) at = rewrite.write(walker, records, at)
  }
  const stored = compress(batch.compression, records)
  const bytes = withHeaderOf(batch, stored.length)
  bytes.set(stored, RECORDS_AT)
  if (options.deleteHorizonMs !== undefined) {
    writeInt16(bytes, ATTRIBUTES_AT, batch.attributes | DELETE_HORIZON_FLAG)
    writeInt64(bytes, BASE_TIMESTAMP_AT, options.deleteHorizonMs)
  }
  writeInt64(bytes, MAX_TIMESTAMP_AT, maxTimestamp)
  writeInt32(bytes, RECORDS_COUNT_AT, recordsCount)
  writeCrc(bytes, 0)
  return bytes
}

/**
 * The same batch without a record (Kafka's DefaultRecordBatch.writeEmptyHeader): it keeps the sequence numbers of a
 * producer, or the offset at which the log ends, when compaction has taken everything else.
 */
export function emptyBatchOf(batch: RecordBatch): Uint8Array {
  const bytes = withHeaderOf(batch, 0)
  writeInt16(bytes, ATTRIBUTES_AT, batch.attributes & ~(COMPRESSION_MASK | DELETE_HORIZON_FLAG))
  writeInt64(bytes, BASE_TIMESTAMP_AT, NO_TIMESTAMP)
  writeInt32(bytes, RECORDS_COUNT_AT, 0)
  writeCrc(bytes, 0)
  return bytes
}

/** A new batch of `payloadBytes` that has the header of another one but for the length. */
function withHeaderOf(batch: RecordBatch, payloadBytes: number): Uint8Array {
  const bytes = Buffer.allocUnsafeSlow(RECORD_BATCH_OVERHEAD + payloadBytes)
  bytes.set(batch.bytes.subarray(0, RECORD_BATCH_OVERHEAD))
  writeInt32(bytes, LENGTH_AT, bytes.length - LOG_OVERHEAD)
  return bytes
}

function measure(
  batch: RecordBatch,
  payload: Uint8Array,
  kept: ArrayLike<number | boolean>,
  rewrite: Rewrite,
): { readonly recordsCount: number; readonly maxTimestamp: number; readonly size: number } {
  const walker = new RecordWalker(payload, 0, payload.length)
  let [recordsCount, maxTimestamp, size] = [0, NO_TIMESTAMP, 0]
  for (let index = 0; index < batch.recordsCount; index++) {
    walker.next()
    if (!kept[index]) continue
    recordsCount += 1
    size += rewrite.sizeOf(walker)
    maxTimestamp = Math.max(maxTimestamp, rewrite.timestampOf(walker))
  }
  if (recordsCount === 0) throw new RangeError('a batch keeps at least one record')
  return { recordsCount, maxTimestamp, size }
}

/** How the records of one batch are written anew. */
class Rewrite {
  /** Set when the records' timestamps are told by a new base. */
  readonly #deleteHorizonMs: number | undefined
  readonly #baseTimestamp: number
  /** Set when all records have the time at which the broker took them. */
  readonly #logAppendTime: number | undefined

  constructor(batch: RecordBatch, deleteHorizonMs: number | undefined) {
    this.#deleteHorizonMs = deleteHorizonMs
    this.#baseTimestamp = batch.baseTimestamp
    this.#logAppendTime = batch.timestampType === 'LogAppendTime' ? batch.maxTimestamp : undefined
  }

  timestampOf({ timestampDelta }: RecordWalker): number {
    return this.#logAppendTime ?? this.#baseTimestamp + timestampDelta
  }

  sizeOf(walker: RecordWalker): number {
    if (this.#deleteHorizonMs === undefined) return walker.position - walker.start
    const length = this.#lengthOf(walker, this.timestampOf(walker) - this.#deleteHorizonMs)
    return sizeOfVarint(length) + length
  }

  /** The length of the record without the varint that says it. */
  #lengthOf(walker: RecordWalker, timestampDelta: number): number {
    return 1 + sizeOfVarlong(timestampDelta) + (walker.position - walker.offsetDeltaStart)
  }

  write(walker: RecordWalker, target: Uint8Array, start: number): number {
    const { bytes } = walker
    if (this.#deleteHorizonMs === undefined) {
      target.set(bytes.subarray(walker.start, walker.position), start)
      return start + walker.position - walker.start
    }
    const timestampDelta = this.timestampOf(walker) - this.#deleteHorizonMs
    let at = writeVarint(target, start, this.#lengthOf(walker, timestampDelta))
    target[at++] = bytes[walker.bodyStart]!
    at = writeVarlong(target, at, timestampDelta)
    target.set(bytes.subarray(walker.offsetDeltaStart, walker.position), at)
    return at + walker.position - walker.offsetDeltaStart
  }
}
