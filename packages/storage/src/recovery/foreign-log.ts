import path from 'node:path'
import type { LogInLoading } from './log-loader.ts'
import type { LogSegment } from '../segment/log-segment.ts'

/** A segment up to here is read as a whole to see whether it has gaps. */
const LOOKED_AT_BYTES_MAX = 1_048_576

/**
 * Ends the last segment of a log that Apache Kafka has written, unless it is seen to have no gaps in its offsets. It has
 * them where it was copied from a replica that had been compacted, or was itself before a cut made it the last one; and
 * of a segment that is written to here, a recovery takes a gap for damage.
 */
export async function endForeignSegment(log: LogInLoading, logEndOffset: number): Promise<void> {
  const { active } = log.segments
  if (active.writtenBytes === 0 || !(await mayHaveGaps(active))) return
  await active.finish({ sync: true })
  await beginSegment(log, logEndOffset)
}

/** Lets the log go on in a new segment, whose name survives a loss of power. */
export async function beginSegment({ context, segments, newSegment }: LogInLoading, offset: number): Promise<void> {
  const segment = newSegment(offset)
  segments.add(segment)
  await segment.create()
  await context.fs.syncDirectory(path.dirname(segment.logPath))
  segment.needsDirectorySync = false
}

async function mayHaveGaps(segment: LogSegment): Promise<boolean> {
  if (segment.writtenBytes > LOOKED_AT_BYTES_MAX) return true
  const { problem } = await segment.scan({ from: 0, contiguous: true, visit: () => undefined })
  return problem !== undefined
}
