import path from 'node:path'
import {
  BATCH_HEADER_BYTES,
  baseOffsetAt,
  lastOffsetAt,
  leaderEpochAt,
  maxTimestampAt,
} from '../segment/batch-header.ts'
import type { ScannedBatch, ScanResult } from '../segment/batch-scanner.ts'
import { beginSegment } from './foreign-log.ts'
import { refuseCorruption, refuseLoss } from './log-corruption.ts'
import type { LogInLoading } from './log-loader.ts'
import type { LogSegment } from '../segment/log-segment.ts'
import { loadLatestSnapshot, replayProducer } from '../producers/producer-rebuild.ts'

/**
 * Validates a log that was not closed in order, in one pass over what lies behind its recovery point: framing and
 * CRC of every batch, indexes, leader epochs and producers made anew. The first batch that is torn or damaged ends
 * the log; it and everything behind it is cut off. Returns the log end offset.
 */
export async function recoverLog(log: LogInLoading): Promise<number> {
  const { segments, producers, snapshots } = log
  const { logger } = log.context
  // A snapshot from behind the recovery point may speak of batches that did not survive.
  const maxOffset = segments.isSmall ? Math.min(log.recoveryPoint, segments.first.baseOffset) : log.recoveryPoint
  await loadLatestSnapshot({ ...log, maxOffset })
  const from = Math.min(log.recoveryPoint, producers.mapEndOffset)
  let logEndOffset = segments.active.baseOffset
  const unsettled = segments.values(from)
  for (const segment of segments.values().slice(0, -unsettled.length)) {
    if (log.lackingIndexes.has(segment)) await segment.indexes.makeMissing()
  }
  for (const [index, segment] of unsettled.entries()) {
    const before = unsettled[index - 1]
    if (before !== undefined && isBehindLoss(log, segment, logEndOffset)) {
      const problem = `the log goes on at ${segment.baseOffset}`
      await cutOff(
        log,
        before,
        { endPosition: before.writtenBytes, problem, nextOffset: logEndOffset },
        before.writtenBytes,
      )
      break
    }
    if (segment.baseOffset > producers.mapEndOffset) {
      producers.updateMapEndOffset(segment.baseOffset)
      // Should the power go now, the next recovery begins at the snapshot.
      await log.checkpointEpochs()
      await snapshots.write(segment.baseOffset, producers.encode())
    }
    // What was aborted behind what the producers know comes again as they see it.
    await segment.transactionIndex.truncateTo(producers.mapEndOffset)
    const sizeInBytes = segment.writtenBytes
    const recovered = await recoverSegment(log, segment, from)
    logEndOffset = recovered.nextOffset
    const { suspect, endPosition, problem = 'the file ends' } = recovered
    if (suspect !== undefined || endPosition < sizeInBytes) {
      const { position, offset } = suspect ?? { position: endPosition, offset: logEndOffset }
      await refuseCorruption(log, { segment, position, nextOffset: offset, problem })
    }
    if (suspect !== undefined) {
      // The batch at fault has already been taken into account: it goes, and all begins anew without it.
      await cutOff(
        log,
        segment,
        { ...recovered, endPosition: suspect.position, nextOffset: suspect.offset },
        sizeInBytes,
      )
      return recoverLog(log)
    }
    if (endPosition < sizeInBytes) {
      await cutOff(log, segment, recovered, sizeInBytes)
      if (segment !== segments.active) await segment.finish({ sync: true })
      break
    }
    if (segment !== segments.active) await segment.finish({ sync: true })
  }
  refuseLoss(log, logEndOffset)
  producers.updateMapEndOffset(logEndOffset)
  if (logEndOffset < log.recoveryPoint) {
    const fields = { partition: log.name, recoveryPoint: log.recoveryPoint, logEndOffset }
    logger.error('Records are missing that had been flushed to the disk', fields)
  }
  return logEndOffset
}

/**
 * Whether what lay before a segment did not come to the disk although the segment did. Compaction makes gaps between
 * segments too, but only where all is flushed, and where the recovery point that says so is written down.
 */
function isBehindLoss(log: LogInLoading, segment: LogSegment, endOffset: number): boolean {
  if (log.recoveryPointIsLost) return false
  return segment.baseOffset > Math.max(endOffset, log.recoveryPoint) && !log.hasGaps
}

interface Recovered extends ScanResult {
  readonly nextOffset: number
}

async function recoverSegment(log: LogInLoading, segment: LogSegment, from: number): Promise<Recovered> {
  const start = from > segment.baseOffset ? await indexedStart(segment, from) : 0
  const recovered = await scanFrom(log, segment, start)
  // Not even the first batch is right: the index may be what is wrong, so only the begin of the file is trusted.
  return start > 0 && recovered.endPosition === start ? scanFrom(log, segment, 0) : recovered
}

/** Where both indexes still know everything that lies before: from there on they are made anew. */
async function indexedStart(segment: LogSegment, from: number): Promise<number> {
  const { indexes } = segment
  await indexes.loadValid()
  const { offsetIndex, timeIndex } = indexes
  const lastTimeOffset = timeIndex.count === 0 ? segment.baseOffset : timeIndex.entry(timeIndex.count - 1).offset
  const { offset, position } = offsetIndex.lookup(Math.min(from, lastTimeOffset))
  if (position === 0) return 0
  // Nothing comes before this batch that its offset could be held against, but for the index.
  const header = Buffer.alloc(BATCH_HEADER_BYTES)
  const filled = await segment.read(header, position)
  return filled === BATCH_HEADER_BYTES && lastOffsetAt(header, 0) === offset ? position : 0
}

async function scanFrom(log: LogInLoading, segment: LogSegment, from: number): Promise<Recovered> {
  segment.indexes.restartAt(from)
  let nextOffset = segment.baseOffset
  const visit = (batch: ScannedBatch): void => {
    const { bytes, at, position, sizeInBytes } = batch
    const lastOffset = lastOffsetAt(bytes, at)
    const maxTimestamp = maxTimestampAt(bytes, at)
    if (position === 0) segment.noteFirstBatch(maxTimestamp)
    segment.indexes.add({ position, sizeInBytes, lastOffset, maxTimestamp })
    const epoch = leaderEpochAt(bytes, at)
    // The file may speak of a past that was lost, in which the same epoch began later.
    const baseOffset = baseOffsetAt(bytes, at)
    if (log.epochs.epochForOffset(baseOffset) !== epoch) log.epochs.assign(epoch, baseOffset)
    const aborted = replayProducer(log.producers, batch)
    if (aborted !== undefined) segment.transactionIndex.add(aborted)
    if ((from === 0 || position > from) && baseOffsetAt(bytes, at) > nextOffset) log.hasGaps = true
    nextOffset = lastOffset + 1
    log.onRecovered(sizeInBytes)
  }
  // Only compaction, which never touches the last segment, makes gaps.
  const contiguous = segment === log.segments.active && !log.isForeign
  const endOffset = log.segments.higher(segment)?.baseOffset ?? Infinity
  // Also what lies before the recovery point: producers and epochs are taken from it.
  const result = await segment.scan({ from, verify: true, endOffset, contiguous, visit })
  return { ...result, nextOffset }
}

/** Cuts the log where it is damaged, and says so: what goes here is gone. */
async function cutOff(
  log: LogInLoading,
  segment: LogSegment,
  { endPosition, problem, nextOffset }: Recovered,
  sizeInBytes: number,
): Promise<void> {
  const later = log.segments.values().filter((other) => other.baseOffset > segment.baseOffset)
  const laterBytes = later.reduce((sum, other) => sum + other.writtenBytes, 0)
  log.context.logger.error('The log is damaged and is cut off before the damage', {
    partition: log.name,
    file: segment.logPath,
    position: endPosition,
    problem: problem ?? 'the file ends',
    logEndOffset: nextOffset,
    bytesCut: sizeInBytes - endPosition + laterBytes,
    segmentsRemoved: later.length,
  })
  log.segments.remove(new Set(later))
  for (const other of later) await other.remove()
  // For good before the damage goes, which is all that keeps them from being taken for the rest of the log.
  if (later.length > 0) await log.context.fs.syncDirectory(path.dirname(segment.logPath))
  // A segment that was not the last one may have been cleaned: it has gaps, and is not written to any more.
  if (later.length > 0 && nextOffset > segment.baseOffset) await beginSegment(log, nextOffset)
  await segment.truncateFile(endPosition)
}
