// What follows from the batches of a log, worked out in the plainest way: from the first to the last.
import { controlRecordType, parseEndTransactionMarker } from '@milena/records'
import type { ModelBatch } from './log-model.ts'

export interface ProducerFacts {
  readonly producerId: number
  readonly producerEpoch: number
  readonly coordinatorEpoch: number
  /** Where the marker is that said so. */
  readonly markerAt: number | undefined
  /** The last batch with records in this epoch. */
  readonly lastBatch: ModelBatch | undefined
  /** Where the open transaction begins. */
  readonly openSince: number | undefined
  /** The offset of the last batch of any kind. */
  readonly seenAt: number
}

export interface AbortedFacts {
  readonly producerId: number
  readonly firstOffset: number
  readonly lastOffset: number
}

export interface LogFacts {
  readonly producers: ReadonlyMap<number, ProducerFacts>
  readonly aborted: readonly AbortedFacts[]
  /** The first record of a transaction that has not ended; Infinity when there is none. */
  readonly firstUnstableOffset: number
}

export function factsOf(batches: readonly ModelBatch[]): LogFacts {
  const producers = new Map<number, ProducerFacts>()
  const aborted: AbortedFacts[] = []
  for (const batch of batches) {
    const { producerId, producerEpoch, baseOffset, isTransactional, isControl } = batch.view
    if (producerId < 0) continue
    const before = producers.get(producerId)
    const isNewEpoch = before === undefined || before.producerEpoch !== producerEpoch
    const facts = {
      producerId,
      producerEpoch,
      coordinatorEpoch: before?.coordinatorEpoch ?? -1,
      markerAt: before?.markerAt,
      lastBatch: isNewEpoch ? undefined : before.lastBatch,
      openSince: before?.openSince,
      seenAt: baseOffset,
    }
    if (!isControl) {
      const openSince = isTransactional ? (facts.openSince ?? baseOffset) : facts.openSince
      producers.set(producerId, { ...facts, lastBatch: batch, openSince })
      continue
    }
    const { committed, coordinatorEpoch } = markerOf(batch)
    if (!committed && facts.openSince !== undefined) {
      aborted.push({ producerId, firstOffset: facts.openSince, lastOffset: baseOffset })
    }
    producers.set(producerId, { ...facts, coordinatorEpoch, markerAt: baseOffset, openSince: undefined })
  }
  const open = [...producers.values()].map(({ openSince }) => openSince ?? Infinity)
  return { producers, aborted, firstUnstableOffset: Math.min(Infinity, ...open) }
}

function markerOf({ view }: ModelBatch): { committed: boolean; coordinatorEpoch: number } {
  const [record] = [...view.records()]
  if (record === undefined || controlRecordType(record) === 'UNKNOWN') throw new Error('a marker without a record')
  return parseEndTransactionMarker(record)
}

/** Every record of the batches with its offset and timestamp. */
export function recordsOf(
  batches: readonly ModelBatch[],
): readonly { readonly offset: number; readonly timestamp: number }[] {
  return batches.flatMap(({ view }) => [...view.records()].map(({ offset, timestamp }) => ({ offset, timestamp })))
}
