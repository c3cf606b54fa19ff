import type { LogParts } from '../log/log-parts.ts'
import type { LogSegment } from '../segment/log-segment.ts'
import { LONG_MAX } from '../log-config.ts'

/** How dirty a log is, and what of it may be cleaned (Kafka's LogToClean and OffsetsToClean). */
export interface LogToClean {
  readonly firstDirtyOffset: number
  /** The base offset of the first segment that stays as it is. */
  readonly firstUncleanableOffset: number
  readonly totalBytes: number
  readonly cleanableBytes: number
  /** The share of the dirty bytes, 0 to 1. */
  readonly cleanableRatio: number
  /** By how much a record has outlived `max.compaction.lag.ms`; 0 when none has. */
  readonly overdueMs: number
  /** The checkpoint cannot be right: the log starts behind it, or ends before it. */
  readonly isCheckpointInvalid: boolean
}

/** Judges a log that was cleaned up to `checkpointedOffset`, if it ever was (Kafka's LogCleanerManager). */
export async function judgeLog(
  log: LogParts,
  { checkpointedOffset, nowMs }: { readonly checkpointedOffset: number | undefined; readonly nowMs: number },
): Promise<LogToClean> {
  const { configRef, local, offsets } = log
  const { minCompactionLagMs, maxCompactionLagMs } = configRef.current
  const isCheckpointInvalid =
    checkpointedOffset !== undefined &&
    (checkpointedOffset < offsets.logStartOffset || checkpointedOffset > offsets.logEndOffset)
  const firstDirtyOffset =
    checkpointedOffset === undefined || isCheckpointInvalid ? offsets.logStartOffset : checkpointedOffset
  const dirty = local.segments.values(firstDirtyOffset).filter((segment) => segment !== local.segments.active)
  const limit = Math.min(
    offsets.lastStableOffset,
    local.segments.active.baseOffset,
    minCompactionLagMs > 0 ? await firstYoung(dirty, nowMs - minCompactionLagMs) : Infinity,
  )
  const overdueMs = maxCompactionLagMs >= LONG_MAX ? 0 : await overdue(dirty, nowMs - maxCompactionLagMs)
  const { segments } = local
  // What holds the limit is not cleaned, nor what lies behind it.
  const firstUncleanable = segments.floor(Math.max(firstDirtyOffset, limit)) ?? segments.first
  const firstUncleanableOffset = firstUncleanable.baseOffset
  let [totalBytes, cleanableBytes] = [0, 0]
  const firstDirtyBase = (segments.floor(firstDirtyOffset) ?? segments.first).baseOffset
  for (const { baseOffset, sizeInBytes } of segments.values()) {
    if (baseOffset >= firstUncleanableOffset) break
    totalBytes += sizeInBytes
    if (baseOffset >= firstDirtyBase) cleanableBytes += sizeInBytes
  }
  return {
    firstDirtyOffset,
    firstUncleanableOffset,
    totalBytes,
    cleanableBytes,
    cleanableRatio: totalBytes === 0 ? 0 : cleanableBytes / totalBytes,
    overdueMs,
    isCheckpointInvalid,
  }
}

/** Where the first segment begins that holds a record younger than this; Infinity when none does. */
async function firstYoung(segments: readonly LogSegment[], timestamp: number): Promise<number> {
  for (const segment of segments) if ((await segment.largestTimestamp()) > timestamp) return segment.baseOffset
  return Infinity
}

/** By how much the oldest of the first batches is older than this. */
async function overdue(segments: readonly LogSegment[], timestamp: number): Promise<number> {
  let earliest = Infinity
  for (const segment of segments) {
    const first = await segment.firstBatchTimestamp()
    if (first > 0) earliest = Math.min(earliest, first)
  }
  return Math.max(0, timestamp - earliest)
}
