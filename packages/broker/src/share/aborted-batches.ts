/** Which of the batches that were read belong to aborted transactions: what read_committed does not hand out. */
import { controlRecordType } from '@milena/records'
import type { RecordBatch } from '@milena/records'
import type { AbortedTransaction } from '../replica/fetch-partition.ts'
import type { OffsetRange } from './partition/share-partition-types.ts'

/** `aborted` as the log tells it with the batches: in order of their first offsets, as clients get it from Fetch. */
export function abortedBatches(
  batches: readonly RecordBatch[],
  aborted: readonly AbortedTransaction[],
): readonly OffsetRange[] {
  if (aborted.length === 0) return []
  const found: OffsetRange[] = []
  const waiting = aborted.toSorted((left, right) => left.firstOffset - right.firstOffset)
  const producers = new Set<number>()
  let next = 0
  for (const batch of batches) {
    const { baseOffset, lastOffset, producerId } = batch
    if (producerId < 0) continue
    for (; next < waiting.length && waiting[next]!.firstOffset <= lastOffset; next++) {
      producers.add(waiting[next]!.producerId)
    }
    if (isAbortMarker(batch)) producers.delete(producerId)
    else if (batch.isTransactional && producers.has(producerId)) found.push({ firstOffset: baseOffset, lastOffset })
  }
  return found
}

function isAbortMarker(batch: RecordBatch): boolean {
  if (!batch.isControl) return false
  const [marker] = batch.records()
  return marker !== undefined && controlRecordType(marker) === 'ABORT'
}
