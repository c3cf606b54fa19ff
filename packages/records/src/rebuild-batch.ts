import { RECORDS_AT } from './batch-layout.ts'
import { finishBatch } from './batch-builder.ts'
import type { CompressionType } from './compression/compression-type.ts'
import type { RecordBatch } from './record-batch.ts'
import { RecordWalker } from './record-walker.ts'
import { sizeOfVarint, writeVarint } from './varint.ts'

/**
 * The same batch with another codec, or with offset deltas that are 0, 1, 2 and so on. `payload` holds the
 * records decompressed, and was walked over before: it is what the header says.
 */
export function rebuildBatch(
  batch: RecordBatch,
  payload: Uint8Array,
  options: {
    readonly compression: CompressionType
    readonly compressionLevel?: number
    /** Whether the offset deltas are right as they are. */
    readonly consecutive: boolean
    readonly maxTimestamp: number
  },
): Uint8Array {
  // A batch whose producer marked it with LogAppendTime has one time for all records: its max timestamp.
  const oneTime = batch.timestampType === 'LogAppendTime'
  const asTheyAre = options.consecutive && !oneTime
  const bytes = Buffer.allocUnsafeSlow(RECORDS_AT + (asTheyAre ? payload.length : renumberedSize(batch, payload)))
  if (asTheyAre) bytes.set(payload, RECORDS_AT)
  else renumber(batch, payload, bytes)
  return finishBatch(bytes, {
    compression: options.compression,
    ...(options.compressionLevel === undefined ? {} : { compressionLevel: options.compressionLevel }),
    baseTimestamp: oneTime ? batch.maxTimestamp : batch.baseTimestamp,
    maxTimestamp: options.maxTimestamp,
    lastOffsetDelta: batch.recordsCount - 1,
    recordsCount: batch.recordsCount,
    producerId: batch.producerId,
    producerEpoch: batch.producerEpoch,
    baseSequence: batch.baseSequence,
    isTransactional: batch.isTransactional,
    isControl: batch.isControl,
  })
}

/** How long the record under the walker is without its length, once its offset delta is `index`. */
function renumberedLength(walker: RecordWalker, index: number, oneTime: boolean): number {
  const timestamp = oneTime ? 1 : walker.offsetDeltaStart - walker.bodyStart - 1
  return 1 + timestamp + sizeOfVarint(index) + (walker.position - walker.contentStart)
}

function renumberedSize(batch: RecordBatch, payload: Uint8Array): number {
  const oneTime = batch.timestampType === 'LogAppendTime'
  const walker = new RecordWalker(payload, 0, payload.length)
  let size = 0
  for (let index = 0; index < batch.recordsCount; index++) {
    walker.next()
    const length = renumberedLength(walker, index, oneTime)
    size += sizeOfVarint(length) + length
  }
  return size
}

function renumber(batch: RecordBatch, payload: Uint8Array, target: Uint8Array): void {
  const oneTime = batch.timestampType === 'LogAppendTime'
  const walker = new RecordWalker(payload, 0, payload.length)
  let at = RECORDS_AT
  for (let index = 0; index < batch.recordsCount; index++) {
    walker.next()
    at = writeVarint(target, at, renumberedLength(walker, index, oneTime))
    if (oneTime) {
      target[at++] = payload[walker.bodyStart]!
      target[at++] = 0
    } else {
      // The timestamp delta is copied as it is: the base stays, and a double could not hold every delta.
      target.set(payload.subarray(walker.bodyStart, walker.offsetDeltaStart), at)
      at += walker.offsetDeltaStart - walker.bodyStart
    }
    at = writeVarint(target, at, index)
    target.set(payload.subarray(walker.contentStart, walker.position), at)
    at += walker.position - walker.contentStart
  }
}
