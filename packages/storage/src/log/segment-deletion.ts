import type { LogParts } from './log-parts.ts'
import type { Deletable, DeletionReason, RetentionView } from './log-retention.ts'
import { findDeletable } from './log-retention.ts'
import type { LogSegment } from '../segment/log-segment.ts'

/** How the log is, asked again and again. */
export interface LogHealth {
  readonly isEnded: () => boolean
  /** It takes no appends; but what is old may go, and on a full disk it should. */
  readonly hasFailed: () => boolean
}

/**
 * Deletes what retention lets go (Kafka's UnifiedLog.deleteOldSegments), in whole segments, rolling the active one first
 * if it goes too; returns how many.
 */
export function deleteOldSegments(log: LogParts, health: LogHealth): Promise<number> {
  return log.housekeeping.queue.run(async () => {
    let deleted = 0
    while (!health.isEnded()) {
      const due = await findDeletable(retentionView(log))
      if (due === undefined) break
      const count = health.hasFailed() ? await deleteBeforeEnd(log, due) : await deleteSegments(log, due)
      deleted += count
      if (count === 0 && health.hasFailed()) break
    }
    return deleted
  })
}

const HOUR_MS = 3_600_000

function retentionView({ name, configRef, local, offsets, context }: LogParts): RetentionView {
  return {
    onFutureTimestamp: ({ baseOffset }, timestamp) =>
      context.logger
        .limited(`future timestamp in ${name}`, HOUR_MS)
        .warn(
          'A record is from the future: retention.ms does not delete its segment, nor those behind it, before then',
          {
            partition: name,
            baseOffset,
            timestamp: new Date(timestamp).toISOString(),
          },
        ),
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
  const leaves = new Set(gone)
  const first = segments.values().find((segment) => !leaves.has(segment)) ?? segments.active
  // The name of the new file keeps the log's end, once the old ones are gone: so it must outlast them. Where there is no
  // room for it, they stay.
  await housekeeping.guard(async () => {
    await local.createActive()
    await local.syncName(first)
  })
  return takeOut(log, gone, reason)
}

/** Of a log that failed nothing is deleted by which its end is known, and no file is made. */
async function deleteBeforeEnd(log: LogParts, { segments: due, reason }: Deletable): Promise<number> {
  const last = log.local.segments.values().findLast(({ writtenBytes }) => writtenBytes > 0)
  const gone = due.filter(({ baseOffset }) => last !== undefined && baseOffset < last.baseOffset)
  return gone.length === 0 ? 0 : takeOut(log, gone, reason)
}

async function takeOut(log: LogParts, gone: readonly LogSegment[], reason: DeletionReason): Promise<number> {
  const { context, local, offsets, housekeeping } = log
  local.segments.remove(new Set(gone))
  offsets.advanceLogStart(local.segments.first.baseOffset)
  const baseOffsets = gone.map((segment) => segment.baseOffset)
  context.logger.info('Deleting segments', { partition: log.name, reason, baseOffsets })
  // If the disk refuses, the log is opened anew, finds them again, and tries again.
  await housekeeping.guard(() => housekeeping.deleteSegments(gone, log.configRef.current.fileDeleteDelayMs))
  return gone.length
}
