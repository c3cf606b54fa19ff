import type { Logger } from '@milena/runtime'
import { RecordBatch } from '@milena/records'
import { producerIdAt } from './batch-header.ts'
import type { ScannedBatch } from './batch-scanner.ts'
import type { LogSegments } from './log-segments.ts'
import type { ProducerSnapshots } from './producer-snapshots.ts'
import type { ProducerStateManager } from './producer-state-manager.ts'
import { CorruptFileError } from './storage-error.ts'

export interface ProducerExpiration {
  readonly nowMs: number
  readonly producerIdExpirationMs: number
}

/**
 * Loads the latest snapshot that is not behind `maxOffset` and not damaged; damaged ones are removed. Without one
 * the producers begin empty at `logStartOffset`.
 */
export async function loadLatestSnapshot(o: {
  readonly producers: ProducerStateManager
  readonly snapshots: ProducerSnapshots
  readonly logStartOffset: number
  readonly maxOffset: number
  readonly expiration: ProducerExpiration
  readonly logger: Logger
}): Promise<void> {
  const { producers, snapshots } = o
  for (const offset of snapshots.offsets.filter((known) => known <= o.maxOffset).toReversed()) {
    try {
      producers.load(await snapshots.read(offset), offset, o.expiration.nowMs, o.expiration.producerIdExpirationMs)
      return
    } catch (error) {
      if (!(error instanceof CorruptFileError)) throw error
      o.logger.error('A producer snapshot is damaged; an older one or the log itself takes its place', {
        file: snapshots.path(offset),
        reason: error.message,
      })
      await snapshots.removeWhere((known) => known === offset)
    }
  }
  producers.reset(o.logStartOffset)
}

/** Notes a batch that a scan came by, if a producer wrote it and it is not in a snapshot already. */
export function replayProducer(producers: ProducerStateManager, { bytes, at }: ScannedBatch): void {
  if (producerIdAt(bytes, at) < 0) return
  const batch = RecordBatch.at(bytes, at)
  if (batch.baseOffset >= producers.mapEndOffset) producers.append(batch)
}

/** Brings the producers from their snapshot up to `endOffset` by reading the headers of the log between. */
export async function replayProducersTo(o: {
  readonly producers: ProducerStateManager
  readonly segments: LogSegments
  readonly endOffset: number
}): Promise<void> {
  const { producers, segments, endOffset } = o
  if (producers.mapEndOffset >= endOffset) return
  for (const segment of segments.values(producers.mapEndOffset)) {
    const from = segment.baseOffset < producers.mapEndOffset ? await segment.lookup(producers.mapEndOffset) : 0
    const { endPosition, problem } = await segment.scan({ from, visit: (batch) => replayProducer(producers, batch) })
    if (endPosition < segment.writtenBytes) throw segment.corruption(endPosition, problem)
  }
  producers.updateMapEndOffset(endOffset)
}
