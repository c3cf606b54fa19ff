/** The bytes of a share fetch: what the log holds, without the batches before and behind those that were acquired. */
import { batches as batchesIn } from '@milena/records'
import type { RecordBatch } from '@milena/records'
import type { OffsetRange } from './partition/share-partition-types.ts'

/** The batches in bytes that follow one another. */
export function batchesOf(records: readonly Uint8Array[]): RecordBatch[] {
  return records.flatMap((slice) => [...batchesIn(slice)])
}

/** As much of `records` as holds what lies between the first and the last acquired record. */
export function sliceAcquired(records: readonly Uint8Array[], acquired: readonly OffsetRange[]): readonly Uint8Array[] {
  const first = acquired[0]
  const last = acquired.at(-1)
  if (first === undefined || last === undefined) return []
  const slices: Uint8Array[] = []
  for (const slice of records) {
    let at = 0
    let from = Infinity
    let to = 0
    for (const { baseOffset, lastOffset, sizeInBytes } of batchesIn(slice)) {
      if (lastOffset >= first.firstOffset && baseOffset <= last.lastOffset) {
        from = Math.min(from, at)
        to = at + sizeInBytes
      }
      at += sizeInBytes
    }
    if (to > 0) slices.push(from === 0 && to === slice.length ? slice : slice.subarray(from, to))
  }
  return slices
}
