import type { CoordinatorRecord, RecordSerde } from './ports.ts'

/** What is appended at once. */
export interface RecordBatch<Record> {
  readonly records: readonly Record[]
  readonly serialized: readonly CoordinatorRecord[]
}

/** Generous for what a record costs besides its key and value: lengths, deltas and attributes. */
const RECORD_OVERHEAD_BYTES = 32

/** All records as one batch, whatever its size: whether it is too large is for the log to say. */
export const oneBatch = <Record>(records: readonly Record[], serde: RecordSerde<Record>): RecordBatch<Record> => ({
  records,
  serialized: records.map((record) => serde.serialize(record)),
})

/** Records in order, in batches of at most `maxBatchBytes`, or of one record that is larger than that. */
export function* manyBatches<Record>(
  records: readonly Record[],
  serde: RecordSerde<Record>,
  maxBatchBytes: number,
): IterableIterator<RecordBatch<Record>> {
  let batch: Record[] = []
  let serialized: CoordinatorRecord[] = []
  let sizeInBytes = 0
  for (const record of records) {
    const bytes = serde.serialize(record)
    const recordBytes = bytes.key.length + (bytes.value?.length ?? 0) + RECORD_OVERHEAD_BYTES
    if (batch.length > 0 && sizeInBytes + recordBytes > maxBatchBytes) {
      yield { records: batch, serialized }
      batch = []
      serialized = []
      sizeInBytes = 0
    }
    batch.push(record)
    serialized.push(bytes)
    sizeInBytes += recordBytes
  }
  if (batch.length > 0) yield { records: batch, serialized }
}
