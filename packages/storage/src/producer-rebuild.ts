import { RecordBatch } from '@milena/records'
import { producerIdAt } from './batch-header.ts'
import type { ScannedBatch } from './batch-scanner.ts'
import type { LogContext } from './log-context.ts'
import type { LogSegments } from './log-segments.ts'
import type { ProducerSnapshots } from './producer-snapshots.ts'
import type { ProducerStateManager } from './producer-state-manager.ts'
import { CorruptFileError } from './storage-error.ts'

/** The producers of a log, and where they can be read again. */
export interface ProducerSources {
  readonly context: LogContext
  readonly producers: ProducerStateManager
  readonly snapshots: ProducerSnapshots
  readonly logStartOffset: number
}

/**
 * Loads the latest snapshot that is not behind `maxOffset` and not damaged; those behind it and damaged ones go.
 * Without one the producers begin empty at the log start offset.
 */
export async function loadLatestSnapshot(o: ProducerSources & { readonly maxOffset: number }): Promise<void> {
  const { producers, snapshots, context } = o
  await snapshots.removeWhere((offset) => offset > o.maxOffset)
  for (const offset of snapshots.offsets.toReversed()) {
    try {
      producers.load(await snapshots.read(offset), offset, context.clock.nowMs(), context.producerIdExpirationMs())
      return
    } catch (error) {
      if (!(error instanceof CorruptFileError)) throw error
      context.logger.error('A producer snapshot is damaged; an older one or the log itself takes its place', {
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

/** Makes the producers what the log up to `logEndOffset` says: a snapshot, and the headers behind it. */
export async function rebuildProducers(
  o: ProducerSources & { readonly segments: LogSegments; readonly logEndOffset: number },
): Promise<void> {
  const { producers, segments, logEndOffset } = o
  await loadLatestSnapshot({ ...o, maxOffset: logEndOffset })
  if (producers.mapEndOffset >= logEndOffset) return
  for (const segment of segments.values(producers.mapEndOffset)) {
    const from = segment.baseOffset < producers.mapEndOffset ? await segment.lookup(producers.mapEndOffset) : 0
    const { endPosition, problem } = await segment.scan({ from, visit: (batch) => replayProducer(producers, batch) })
    if (endPosition < segment.writtenBytes) throw segment.corruption(endPosition, problem)
  }
  producers.updateMapEndOffset(logEndOffset)
}
