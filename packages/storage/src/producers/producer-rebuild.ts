import type { EndTransactionMarker } from '@milena/records'
import { RecordBatch, controlRecordType, parseEndTransactionMarker } from '@milena/records'
import type { AbortedTransaction } from '../segment/aborted-transaction.ts'
import { producerIdAt } from '../segment/batch-header.ts'
import type { ScannedBatch } from '../segment/batch-scanner.ts'
import type { LogContext } from '../log-context.ts'
import type { LogSegments } from '../segment/log-segments.ts'
import type { ProducerSnapshots } from './producer-snapshots.ts'
import type { ProducerBatch } from './producer-state-entry.ts'
import type { ProducerStateManager } from './producer-state-manager.ts'
import { CorruptFileError } from '../storage-error.ts'

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
  await snapshots.removeForGood((offset) => offset > o.maxOffset)
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

/**
 * Notes a batch that a scan came by, if a producer wrote it and it is not in a snapshot already. Returns the entry of
 * the transaction index that it is worth.
 */
export function replayProducer(
  producers: ProducerStateManager,
  { bytes, at }: ScannedBatch,
): AbortedTransaction | undefined {
  if (producerIdAt(bytes, at) < 0) return undefined
  const batch = RecordBatch.at(bytes, at)
  // The log may start within a batch: its producer goes on from there all the same.
  if (batch.lastOffset < producers.mapEndOffset) return undefined
  return noteBatch(producers, producerBatchOf(batch))
}

/** What the producer state needs to know of a batch that lies in the log. */
function producerBatchOf(batch: RecordBatch): ProducerBatch {
  const { producerId, producerEpoch, baseSequence, lastSequence, baseOffset, lastOffset, maxTimestamp } = batch
  const { isTransactional, isControl } = batch
  return {
    producerId,
    producerEpoch,
    baseSequence,
    lastSequence,
    baseOffset,
    lastOffset,
    maxTimestamp,
    isTransactional,
    isControl,
    ...(isControl ? markerOf(batch) : undefined),
  }
}

/** What a control batch says of a transaction; nothing when its record was compacted away or is of another kind. */
export function markerOf(batch: RecordBatch): { readonly marker?: EndTransactionMarker } {
  for (const record of batch.records()) {
    const type = controlRecordType(record)
    return type === 'COMMIT' || type === 'ABORT' ? { marker: parseEndTransactionMarker(record) } : {}
  }
  return {}
}

/** Notes a batch; where it aborts a transaction, what the transaction index shall say of it. */
export function noteBatch(producers: ProducerStateManager, batch: ProducerBatch): AbortedTransaction | undefined {
  const completed = producers.append(batch)
  if (completed === undefined) return undefined
  const lastStableOffset = producers.transactions.complete(completed)
  const { isAborted, ...transaction } = completed
  return isAborted ? { ...transaction, lastStableOffset } : undefined
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
    const { endPosition, problem } = await segment.scan({
      from,
      visit: (batch) => void replayProducer(producers, batch),
    })
    if (endPosition < segment.writtenBytes) throw segment.corruption(endPosition, problem)
  }
  producers.updateMapEndOffset(logEndOffset)
}
