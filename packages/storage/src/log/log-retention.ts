import type { LogConfig } from '../log-config.ts'
import type { LogSegment } from '../segment/log-segment.ts'

export type DeletionReason = 'log start offset' | 'retention.bytes' | 'retention.ms'

export interface Deletable {
  readonly segments: readonly LogSegment[]
  readonly reason: DeletionReason
  /** Where the log ended when they were found. */
  readonly logEndOffset: number
}

/** The log, as retention sees it at one moment. */
export interface RetentionView {
  readonly config: LogConfig
  readonly segments: readonly LogSegment[]
  readonly logStartOffset: number
  readonly logEndOffset: number
  readonly highWatermark: number
  readonly sizeInBytes: number
  readonly nowMs: number
  /** Told of a segment that time cannot let go, because a record in it is from the future. */
  readonly onFutureTimestamp: (segment: LogSegment, timestamp: number) => void
}

/**
 * The oldest segments that may go, by the first of Kafka's three reasons that holds for any: all their records are
 * before the log start offset, the log is too large without them, or their youngest record is too old. Topics that
 * are only compacted keep what is too old or too much. Nothing at or behind the high watermark goes.
 */
export async function findDeletable(view: RetentionView): Promise<Deletable | undefined> {
  const reasons: readonly [DeletionReason, (segment: LogSegment, next: number) => Promise<boolean> | boolean][] = [
    ['log start offset', (_, nextBaseOffset) => nextBaseOffset <= view.logStartOffset],
    ...(view.config.cleanupPolicy.includes('delete') ? retentionReasons(view) : []),
  ]
  for (const [reason, isDue] of reasons) {
    const segments = await leadingSegments(view, isDue)
    if (segments.length > 0) return { segments, reason, logEndOffset: view.logEndOffset }
  }
  return undefined
}

function retentionReasons({
  config,
  sizeInBytes,
  nowMs,
  onFutureTimestamp,
}: RetentionView): [DeletionReason, (segment: LogSegment) => Promise<boolean> | boolean][] {
  let excessBytes = config.retentionBytes < 0 ? -1 : sizeInBytes - config.retentionBytes
  return [
    [
      'retention.bytes',
      (segment) => {
        if (excessBytes < segment.sizeInBytes) return false
        excessBytes -= segment.sizeInBytes
        return true
      },
    ],
    [
      'retention.ms',
      async (segment) => {
        if (config.retentionMs < 0) return false
        const timestamp = await segment.largestTimestamp()
        if (timestamp > nowMs) onFutureTimestamp(segment, timestamp)
        return nowMs - timestamp > config.retentionMs
      },
    ],
  ]
}

async function leadingSegments(
  view: RetentionView,
  isDue: (segment: LogSegment, nextBaseOffset: number) => Promise<boolean> | boolean,
): Promise<LogSegment[]> {
  const due: LogSegment[] = []
  for (const [index, segment] of view.segments.entries()) {
    const next = view.segments[index + 1]
    const upperBoundOffset = next?.baseOffset ?? view.logEndOffset
    if (view.highWatermark < upperBoundOffset) break
    if (next === undefined && segment.sizeInBytes === 0) break
    // The log start offset never takes the last segment: it must stand on something.
    if (!(await isDue(segment, next?.baseOffset ?? Infinity))) break
    due.push(segment)
  }
  return due
}
