import type { LogParts } from './log-parts.ts'

/** Cuts the log at `offset`, as a follower does that wrote what its new leader has not. */
export async function truncateLog(log: LogParts, offset: number): Promise<void> {
  const { context, local, housekeeping, producers, offsets } = log
  if (offset >= offsets.logEndOffset) return
  if (offset < local.segments.first.baseOffset) return truncateLogFully(log, offset)
  await local.settle()
  await housekeeping.queue.run(async () => {
    await local.truncateTo(offset)
    offsets.cutTo(offset)
    noteCut(log)
    const { logStartOffset, highWatermark } = offsets
    await producers.rebuild({ logStartOffset, logEndOffset: offset, highWatermark })
    await housekeeping.checkpointEpochs()
  })
  await context.checkpointRecoveryPoints()
}

/** Empties the log and lets it go on at `offset`. */
export async function truncateLogFully(log: LogParts, offset: number): Promise<void> {
  const { context, local, housekeeping, producers, offsets } = log
  await local.settle()
  await housekeeping.queue.run(async () => {
    await local.restartAt(offset, context.clock.nowMs())
    offsets.restartAt(offset)
    noteCut(log)
    await producers.reset(offset)
    await housekeeping.checkpointEpochs()
  })
  await context.checkpointRecoveryPoints()
}

function noteCut({ context, name, offsets }: LogParts): void {
  context.logger.info('Truncated the log', { partition: name, logEndOffset: offsets.logEndOffset })
}
