import path from 'node:path'
import type { LogParts } from './log-parts.ts'

/** Cuts the log at `offset`, as a follower does that wrote what its new leader has not. */
export async function truncateLog(log: LogParts, offset: number): Promise<void> {
  const { context, local, housekeeping, producers, offsets } = log
  if (offset >= offsets.logEndOffset) return
  if (offset < local.segments.first.baseOffset) return truncateLogFully(log, offset)
  await local.settle()
  await local.leaveCommitFile()
  // First of all: a start that finds less than had been flushed takes it for damage.
  local.lowerRecoveryPoint(offset)
  await context.checkpointRecoveryPoints(log.name)
  // Half of a cut is what the next time the log is opened makes the best of: if the disk refuses, the log fails.
  const cut = async (): Promise<void> => {
    const { active } = local.segments
    await local.truncateTo(offset)
    offsets.cutTo(offset)
    noteCut(log)
    const { logStartOffset, highWatermark } = offsets
    await producers.rebuild({ logStartOffset, logEndOffset: offset, highWatermark })
    if (local.segments.active !== active) await beginSegment(log, offset)
    await housekeeping.checkpointEpochs()
  }
  await housekeeping.queue.run(() => housekeeping.guard(cut))
  await context.noteTruncated(log.name, offset)
  await context.checkpointRecoveryPoints(log.name)
}

/**
 * What is last now may have been cleaned: it may end before `offset`, and have gaps, by which a recovery tells what is
 * damaged in a segment that is written to. So it is not written to any more.
 */
async function beginSegment({ context, local }: LogParts, offset: number): Promise<void> {
  if (local.segments.active.baseOffset < offset) local.roll(offset, context.clock.nowMs())
  await local.createActive()
  await context.fs.syncDirectory(path.dirname(local.segments.active.logPath))
}

/** Empties the log and lets it go on at `offset`. */
export async function truncateLogFully(log: LogParts, offset: number): Promise<void> {
  const { context, local, housekeeping, producers, offsets } = log
  await local.settle()
  await local.leaveCommitFile()
  local.lowerRecoveryPoint(Math.min(offset, local.segments.first.baseOffset))
  await context.checkpointRecoveryPoints(log.name)
  const restart = async (): Promise<void> => {
    await local.restartAt(offset, context.clock.nowMs())
    offsets.restartAt(offset)
    noteCut(log)
    await producers.reset(offset)
    await housekeeping.checkpointEpochs()
  }
  await housekeeping.queue.run(() => housekeeping.guard(restart))
  await context.noteTruncated(log.name, offset)
  await context.checkpointRecoveryPoints(log.name)
}

function noteCut({ context, name, offsets }: LogParts): void {
  context.logger.info('Truncated the log', { partition: name, logEndOffset: offsets.logEndOffset })
}
