import { incrementSequence, NO_SEQUENCE } from './batch-layout.ts'
import { RecordWalker } from './record-walker.ts'
import { RecordsError } from './records-error.ts'

export interface RecordHeader {
  readonly key: string
  readonly value: Uint8Array | null
}

/** A record as a reader sees it. Keys and values are views of the batch they came from. */
export interface Record {
  readonly offset: number
  /** Milliseconds since 1970, -1 for none. */
  readonly timestamp: number
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly headers: readonly RecordHeader[]
  /** The producer's sequence number, -1 for none. */
  readonly sequence: number
}

const NO_HEADERS: readonly RecordHeader[] = []

/** What of a batch its records need. */
export interface RecordContext {
  readonly baseOffset: number
  readonly baseTimestamp: number
  /** The time of all records when the broker set it; `undefined` when each has its own. */
  readonly logAppendTime: number | undefined
  readonly baseSequence: number
  readonly recordsCount: number
}

/** The records in `payload`, which is not compressed (any more). Throws `INVALID_RECORD` where they end too soon. */
export function* parseRecords(payload: Uint8Array, context: RecordContext): Generator<Record, void, undefined> {
  if (context.recordsCount < 0) {
    throw new RecordsError('INVALID_RECORD', `a batch cannot have ${context.recordsCount} records`)
  }
  const walker = new RecordWalker(payload, 0, payload.length)
  for (let index = 0; index < context.recordsCount; index++) {
    walker.next()
    if (index === context.recordsCount - 1) refuseTrailingBytes(walker)
    yield recordAt(walker, context)
  }
}

/** To be called behind the last record: a batch holds nothing else. */
export function refuseTrailingBytes(walker: RecordWalker): void {
  if (walker.position !== walker.end) {
    throw new RecordsError('INVALID_RECORD', 'the batch has more bytes than its records')
  }
}

function recordAt(walker: RecordWalker, context: RecordContext): Record {
  const { bytes, keyStart, keyLength, valueStart, valueLength, offsetDelta } = walker
  return {
    offset: context.baseOffset + offsetDelta,
    timestamp: context.logAppendTime ?? context.baseTimestamp + walker.timestampDelta,
    key: keyLength < 0 ? null : bytes.subarray(keyStart, keyStart + keyLength),
    value: valueLength < 0 ? null : bytes.subarray(valueStart, valueStart + valueLength),
    headers: walker.headersCount === 0 ? NO_HEADERS : headersAt(walker),
    sequence: context.baseSequence < 0 ? NO_SEQUENCE : incrementSequence(context.baseSequence, offsetDelta),
  }
}

function headersAt(walker: RecordWalker): RecordHeader[] {
  const { bytes } = walker
  const headers: RecordHeader[] = []
  walker.visitHeaders((keyStart, keyLength, valueStart, valueLength) => {
    headers.push({
      key: Buffer.from(bytes.buffer, bytes.byteOffset + keyStart, keyLength).toString('utf8'),
      value: valueLength < 0 ? null : bytes.subarray(valueStart, valueStart + valueLength),
    })
  })
  return headers
}
