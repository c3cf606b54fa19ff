import { NO_TIMESTAMP } from './batch-layout.ts'
import type { ProduceValidationOptions, RecordError } from './produce-validation.ts'
import type { RecordBatch } from './record-batch.ts'
import { RecordWalker } from './record-walker.ts'
import { refuseTrailingBytes } from './record.ts'
import { RecordsError } from './records-error.ts'

/**
 * So many refused records are named in the answer, and the others only counted: a batch of a million records
 * without keys must not become an answer that is larger than itself.
 */
const MOST_RECORD_ERRORS = 10_000

/** What the walk over a batch's records found. */
export interface RecordsSummary {
  /** -1 when no record has any. */
  readonly maxTimestamp: number
  /** Whether the offset deltas are 0, 1, 2 and so on. */
  readonly consecutive: boolean
  readonly recordErrors: readonly RecordError[]
  readonly recordErrorsCount: number
  /** Whether one of the errors, counted ones included, is about a timestamp. */
  readonly timestampRefused: boolean
}

/**
 * Walks over the records in `payload`, which is not compressed (any more), makes no object for any that is
 * right, and checks what Kafka's LogValidator does of each: first the key, then the timestamp. Throws
 * `INVALID_RECORD` when the payload is not exactly the records that the header counts.
 */
export function checkRecords(
  batch: RecordBatch,
  payload: Uint8Array,
  options: ProduceValidationOptions,
): RecordsSummary {
  const { recordsCount, baseOffset, baseTimestamp } = batch
  const { compacted, nowMs } = options
  const markedLogAppendTime = batch.timestampType === 'LogAppendTime'
  const markedTime = markedLogAppendTime ? batch.maxTimestamp : NO_TIMESTAMP
  const checksRange = options.timestampType === 'CreateTime'
  const earliest = nowMs - options.timestampBeforeMaxMs
  const latest = nowMs + options.timestampAfterMaxMs
  const refused = new RefusedRecords()
  const walker = new RecordWalker(payload, 0, payload.length)
  let maxTimestamp = NO_TIMESTAMP
  let consecutive = true
  if (recordsCount < 0) throw new RecordsError('INVALID_RECORD', `a batch cannot have ${recordsCount} records`)
  for (let index = 0; index < recordsCount; index++) {
    walker.next()
    const timestamp = markedLogAppendTime ? markedTime : baseTimestamp + walker.timestampDelta
    if (timestamp > maxTimestamp) maxTimestamp = timestamp
    if (walker.offsetDelta !== index) consecutive = false
    if (compacted && walker.keyLength < 0) {
      refused.add(index, false, () => 'a topic that is compacted takes no record without a key')
    } else if (checksRange && timestamp !== NO_TIMESTAMP) {
      if (timestamp < earliest || timestamp > latest) {
        const offset = baseOffset + walker.offsetDelta
        refused.add(
          index,
          true,
          () => `timestamp ${timestamp} of the record at offset ${offset} is not within [${earliest}, ${latest}]`,
        )
      }
    } else if (markedLogAppendTime) {
      // Kafka looks at the type only where the time itself is not looked at.
      refused.add(index, true, () => 'a producer must not set the timestamp type to LogAppendTime')
    }
  }
  if (recordsCount > 0) refuseTrailingBytes(walker)
  return {
    maxTimestamp,
    consecutive,
    recordErrors: refused.errors,
    recordErrorsCount: refused.count,
    timestampRefused: refused.timestampRefused,
  }
}

class RefusedRecords {
  readonly errors: RecordError[] = []
  count = 0
  timestampRefused = false

  add(batchIndex: number, isTimestamp: boolean, message: () => string): void {
    this.count++
    if (isTimestamp) this.timestampRefused = true
    if (this.errors.length < MOST_RECORD_ERRORS) this.errors.push({ batchIndex, message: message() })
  }
}
