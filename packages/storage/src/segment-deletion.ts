import type { LogParts } from './log-parts.ts'
import type { Deletable, RetentionView } from './log-retention.ts'
import { findDeletable } from './log-retention.ts'

/**
 * Deletes what retention lets go (Kafka's UnifiedLog.deleteOldSegments), in whole segments, rolling the active one first
 * if it goes too; returns how many. `mayGoOn` is asked before each round.
 */
export function deleteOldSegments(log: LogParts, mayGoOn: () => boolean): Promise<number> {
  return log.housekeeping.queue.run(async () => {
    let deleted = 0
    while (mayGoOn()) {
      const due = await findDeletable(retentionView(log))
      if (due === undefined) break
      deleted += await deleteSegments(log, due)
    }
    return deleted
  })
}

function retentionView({ configRef, local, offsets, context }: LogParts): RetentionView {
  return {
    config: configRef.current,
    segments: local.segments.values(),
    logStartOffset: offsets.logStartOffset,
    logEndOffset: offsets.logEndOffset,
    highWatermark: offsets.highWatermark,
    sizeInBytes: local.segments.sizeInBytes,
    nowMs: context.clock.nowMs(),
  }
}

async function deleteSegments(log: LogParts, { segments: due, reason, logEndOffset }: Deletable): Promise<number> {
  const { context, local, offsets, housekeeping } = log
  const { segments } = local
  // What was appended while they were looked at stays.
  const gone = due.filter((segment) => segment !== segments.active || logEndOffset === offsets.logEndOffset)
  if (gone.includes(segments.active)) local.roll(logEndOffset, context.clock.nowMs())
  segments.remove(new Set(gone))
  offsets.advanceLogStart(segments.first.baseOffset)
  const baseOffsets = gone.map((segment) => segment.baseOffset)
  context.logger.info('Deleting segments', { partition: log.name, reason, baseOffsets })
  // The name of the new file keeps the log's end, once the old ones are gone.
  await segments.active.create()
  await housekeeping.deleteSegments(gone, log.configRef.current.fileDeleteDelayMs)
  return gone.length
}
