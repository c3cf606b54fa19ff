import { LOG_OVERHEAD, RECORD_BATCH_OVERHEAD, RecordBatch } from '@milena/records'
import { type MetadataRecord } from '../image/metadata-record.ts'
import { decodeRecord } from './record-frame.ts'

export interface MetadataBatch<R = MetadataRecord> {
  readonly baseOffset: number
  readonly nextOffset: number
  /** Where the batch ends in the file. */
  readonly end: number
  /** Null for a control batch. */
  readonly records: readonly R[] | null
}

export interface MetadataLogContent<R = MetadataRecord> {
  readonly batches: readonly MetadataBatch<R>[]
  /** How many bytes from the start are whole; what follows was being written when the process died. */
  readonly validBytes: number
}

/** The metadata is damaged where it had been acknowledged; going on would lose topics in silence. */
export class CorruptMetadataError extends Error {
  override readonly name = 'CorruptMetadataError'
}

export interface MetadataFile {
  readonly path: string
  readonly bytes: Uint8Array
  /** The offset with which the file must begin. */
  readonly baseOffset: number
}

/**
 * The batches of a file up to the first that is not whole. Each batch was synced before the next was written, so a
 * whole batch behind a broken one means that what broke had been acknowledged: that is an error, not a torn tail.
 */
export function readMetadataLog(file: MetadataFile): MetadataLogContent
export function readMetadataLog<R>(file: MetadataFile, decodeValue: (value: Uint8Array) => R): MetadataLogContent<R>
export function readMetadataLog(
  { path, bytes, baseOffset }: MetadataFile,
  decodeValue: (value: Uint8Array) => unknown = decodeRecord,
): MetadataLogContent<unknown> {
  const batches: MetadataBatch<unknown>[] = []
  let position = 0
  let nextOffset = baseOffset
  for (;;) {
    const batch = wholeBatchAt(bytes, position)
    if (batch === undefined) break
    // A batch's own checksum does not cover its offset, so it is held against the one before it.
    if (batch.baseOffset !== nextOffset) {
      throw new CorruptMetadataError(`${path}: offset ${nextOffset} is missing before ${batch.baseOffset}`)
    }
    nextOffset = batch.nextOffset
    position += batch.sizeInBytes
    const records = batch.isControl ? null : recordsOf(path, batch, decodeValue)
    batches.push({ baseOffset: batch.baseOffset, nextOffset: batch.nextOffset, end: position, records })
  }
  const behind = wholeBatchBehind(bytes, position)
  if (behind !== undefined) {
    throw new CorruptMetadataError(
      `${path} is damaged at byte ${position}, but whole again from byte ${behind} on; restore it from a copy`,
    )
  }
  return { batches, validBytes: position }
}

const LENGTH_AT = 8
const MAGIC_AT = 16

function wholeBatchAt(bytes: Uint8Array, position: number): RecordBatch | undefined {
  if (bytes.length - position < RECORD_BATCH_OVERHEAD) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const size = LOG_OVERHEAD + view.getInt32(position + LENGTH_AT)
  if (size < RECORD_BATCH_OVERHEAD || position + size > bytes.length || bytes[position + MAGIC_AT] !== 2)
    return undefined
  const batch = RecordBatch.at(bytes, position)
  return batch.isValidCrc() ? batch : undefined
}

function recordsOf<R>(path: string, batch: RecordBatch, decodeValue: (value: Uint8Array) => R): R[] {
  const records: R[] = []
  for (const { offset, value } of batch.records()) {
    if (value === null) throw new CorruptMetadataError(`${path}: the record at offset ${offset} is empty`)
    records.push(decodeValue(value))
  }
  return records
}

/** A position behind `from` at which a whole batch lies. A torn batch is short, so this seldom has much to look at. */
function wholeBatchBehind(bytes: Uint8Array, from: number): number | undefined {
  for (let position = from + 1; position + RECORD_BATCH_OVERHEAD <= bytes.length; position++) {
    // Offsets and lengths of real batches begin with zeros; with the magic this rules out nearly every position cheaply.
    if (bytes[position + MAGIC_AT] !== 2 || bytes[position] !== 0 || bytes[position + LENGTH_AT] !== 0) continue
    if (wholeBatchAt(bytes, position) !== undefined) return position
  }
  return undefined
}
