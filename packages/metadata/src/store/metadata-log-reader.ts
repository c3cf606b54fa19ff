import { RecordBatch, sizeOfBatchAt } from '@milena/records'
import { type MetadataRecord } from '../image/metadata-record.ts'
import { decodeRecord } from './record-frame.ts'

export interface MetadataBatch {
  readonly baseOffset: number
  readonly nextOffset: number
  /** Where the batch ends in the file. */
  readonly end: number
  /** Null for a control batch. */
  readonly records: readonly MetadataRecord[] | null
}

export interface MetadataLogContent {
  readonly batches: readonly MetadataBatch[]
  /** How many bytes from the start are whole; what follows was being written when the process died. */
  readonly validBytes: number
}

/** The metadata is damaged where it had been acknowledged; going on would lose topics in silence. */
export class CorruptMetadataError extends Error {
  override readonly name = 'CorruptMetadataError'
}

const SMALLEST_BATCH = 61

/**
 * The batches of a file up to the first that is not whole. Each batch was synced before the next was written, so a
 * whole batch behind a broken one means that what broke had been acknowledged: that is an error, not a torn tail.
 */
export function readMetadataLog(path: string, bytes: Uint8Array): MetadataLogContent {
  const batches: MetadataBatch[] = []
  let position = 0
  for (;;) {
    const batch = wholeBatchAt(bytes, position)
    if (batch === undefined) break
    position += batch.sizeInBytes
    const records = batch.isControl ? null : recordsOf(path, batch)
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

function wholeBatchAt(bytes: Uint8Array, position: number): RecordBatch | undefined {
  const size = bytes.length - position < SMALLEST_BATCH ? undefined : sizeOfBatchAt(bytes, position)
  if (size === undefined || size < SMALLEST_BATCH || position + size > bytes.length) return undefined
  const batch = RecordBatch.at(bytes, position)
  return batch.magic === 2 && batch.isValidCrc() ? batch : undefined
}

function recordsOf(path: string, batch: RecordBatch): MetadataRecord[] {
  const records: MetadataRecord[] = []
  for (const { offset, value } of batch.records()) {
    if (value === null) throw new CorruptMetadataError(`${path}: the record at offset ${offset} is empty`)
    records.push(decodeRecord(value))
  }
  return records
}

const MAGIC_AT = 16

/** A position behind `from` at which a whole batch lies. A torn batch is short, so this seldom has much to look at. */
function wholeBatchBehind(bytes: Uint8Array, from: number): number | undefined {
  for (let position = from + 1; position + SMALLEST_BATCH <= bytes.length; position++) {
    // Offsets and lengths of real batches begin with zeros; with the magic this rules out nearly every position cheaply.
    if (bytes[position + MAGIC_AT] !== 2 || bytes[position] !== 0 || bytes[position + 8] !== 0) continue
    if (wholeBatchAt(bytes, position) !== undefined) return position
  }
  return undefined
}
