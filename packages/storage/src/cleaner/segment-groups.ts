import type { SegmentToClean } from './cleaning-job.ts'

export interface GroupLimits {
  readonly segmentBytes: number
  readonly segmentIndexBytes: number
  readonly firstUncleanableOffset: number
}

/** Relative offsets in the indexes are int32. */
const RELATIVE_OFFSET_MAX = 0x7fff_ffff

/**
 * Neighbours that will be one segment, so that a log does not become a heap of small ones: as many as fit by the size
 * of the log, of its indexes, and by the range of offsets (Kafka's Cleaner.groupSegmentsBySize).
 */
export function groupSegments(segments: readonly SegmentToClean[], limits: GroupLimits): SegmentToClean[][] {
  const groups: SegmentToClean[][] = []
  let group: SegmentToClean[] = []
  for (const [index, segment] of segments.entries()) {
    // The last offset of a segment is not known without reading it; the next one's begin bounds it.
    const endOffset = segments[index + 1]?.baseOffset ?? limits.firstUncleanableOffset
    if (group.length > 0 && !fits(group, segment, endOffset, limits)) {
      groups.push(group)
      group = []
    }
    group.push(segment)
  }
  if (group.length > 0) groups.push(group)
  return groups
}

function fits(
  group: readonly SegmentToClean[],
  segment: SegmentToClean,
  endOffset: number,
  { segmentBytes, segmentIndexBytes }: GroupLimits,
): boolean {
  const sum = (sizeOf: (one: SegmentToClean) => number): number =>
    group.reduce((total, one) => total + sizeOf(one), sizeOf(segment))
  return (
    sum((one) => one.sizeInBytes) <= segmentBytes &&
    sum((one) => one.offsetIndexBytes) <= segmentIndexBytes &&
    sum((one) => one.timeIndexBytes) <= segmentIndexBytes &&
    // An empty segment adds no offsets.
    (segment.sizeInBytes === 0 || endOffset - 1 - group[0]!.baseOffset <= RELATIVE_OFFSET_MAX)
  )
}
