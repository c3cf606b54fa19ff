import type { AbortedTransaction } from '../segment/aborted-transaction.ts'
import type { LogInLoading } from './log-loader.ts'
import type { LogSegment } from '../segment/log-segment.ts'
import { replayProducer } from '../producers/producer-rebuild.ts'
import { ProducerStateManager } from '../producers/producer-state-manager.ts'
import { CorruptFileError } from '../storage-error.ts'

/** Makes the transaction indexes that are damaged again from the log. */
export async function repairTransactionIndexes(log: LogInLoading): Promise<void> {
  for (const segment of log.segments.values()) {
    try {
      await segment.transactionIndex.load()
    } catch (error) {
      if (!(error instanceof CorruptFileError)) throw error
      const fields = { file: segment.transactionIndexPath, reason: error.message }
      log.context.logger.error('A transaction index is damaged; it is made again from the log', fields)
      segment.transactionIndex.replace(await abortedIn(log, segment))
      await segment.transactionIndex.persist()
    }
  }
}

/** Reads the aborted transactions of a segment from its batches, and from those before it which tell where they began. */
async function abortedIn(log: LogInLoading, segment: LogSegment): Promise<AbortedTransaction[]> {
  const producers = new ProducerStateManager(log.logStartOffset)
  const snapshot = log.snapshots.offsets.findLast((offset) => offset <= segment.baseOffset)
  if (snapshot !== undefined) await loadIfSound(log, producers, snapshot)
  const found: AbortedTransaction[] = []
  for (const other of log.segments.values(producers.mapEndOffset)) {
    if (other.baseOffset > segment.baseOffset) break
    // Where the log itself is damaged is for its recovery to find.
    await other.scan({
      from: 0,
      visit: (batch) => {
        const aborted = replayProducer(producers, batch)
        if (aborted !== undefined && other === segment) found.push(aborted)
      },
    })
  }
  return found
}

async function loadIfSound(log: LogInLoading, producers: ProducerStateManager, offset: number): Promise<void> {
  try {
    const content = await log.snapshots.read(offset)
    producers.load(content, offset, log.context.clock.nowMs(), Infinity)
  } catch (error) {
    if (!(error instanceof CorruptFileError)) throw error
    producers.reset(log.logStartOffset)
  }
}
