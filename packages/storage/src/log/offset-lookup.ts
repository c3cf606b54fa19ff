import { RecordBatch } from '@milena/records'
import { BATCH_HEADER_BYTES, lastOffsetAt, maxTimestampAt } from '../segment/batch-header.ts'
import type { LeaderEpochCache } from './leader-epoch-cache.ts'
import type { LogSegment } from '../segment/log-segment.ts'

export interface TimestampAndOffset {
  readonly timestamp: number
  readonly offset: number
  readonly leaderEpoch: number | undefined
}

/** What a ListOffsets request asks for instead of a timestamp. */
export const ListOffsets = {
  LATEST: -1,
  EARLIEST: -2,
  MAX_TIMESTAMP: -3,
  EARLIEST_LOCAL: -4,
  LATEST_TIERED: -5,
  EARLIEST_PENDING_UPLOAD: -6,
} as const

/** The log, as a lookup sees it. */
export interface LookupView {
  readonly segments: readonly LogSegment[]
  readonly logStartOffset: number
  readonly epochs: LeaderEpochCache
  /** Records at or behind it are not found. */
  readonly maxOffset: number
}

/** The record that a timestamp or one of the places in {@link ListOffsets} stands for. */
export async function lookUpOffset(timestamp: number, view: LookupView): Promise<TimestampAndOffset | undefined> {
  const { segments, logStartOffset, epochs, maxOffset } = view
  switch (timestamp) {
    case ListOffsets.EARLIEST:
    case ListOffsets.EARLIEST_LOCAL:
      return { timestamp: -1, offset: logStartOffset, leaderEpoch: epochs.epochForOffset(logStartOffset) }
    case ListOffsets.LATEST:
      return { timestamp: -1, offset: maxOffset, leaderEpoch: epochs.latestEpoch }
    case ListOffsets.LATEST_TIERED:
    case ListOffsets.EARLIEST_PENDING_UPLOAD:
      // Nothing is tiered.
      return { timestamp: -1, offset: -1, leaderEpoch: -1 }
    default: {
      if (timestamp < 0 && timestamp !== ListOffsets.MAX_TIMESTAMP) return undefined
      const isMax = timestamp === ListOffsets.MAX_TIMESTAMP
      const found = await (isMax ? findMaxTimestamp(segments) : findByTimestamp(segments, timestamp, logStartOffset))
      return found !== undefined && found.offset < maxOffset ? found : undefined
    }
  }
}

/** The first record at or behind `startOffset` whose timestamp is at least `timestamp`, exact within its batch. */
async function findByTimestamp(
  segments: readonly LogSegment[],
  timestamp: number,
  startOffset: number,
): Promise<TimestampAndOffset | undefined> {
  for (const segment of segments) {
    const { timestamp: maxTimestamp } = await segment.indexes.maxTimestamp()
    if (maxTimestamp < timestamp) continue
    await segment.indexes.load()
    const indexed = segment.indexes.timeIndex.lookup(timestamp)
    const from = await beginOf(segment, Math.max(indexed.offset, startOffset))
    const found = await findInSegment(segment, from, (batch) => firstRecord(batch, timestamp, startOffset), timestamp)
    if (found !== undefined) return found
  }
  return undefined
}

/** The first of the records with the youngest timestamp of all; where no record has one, the first of all. */
async function findMaxTimestamp(segments: readonly LogSegment[]): Promise<TimestampAndOffset | undefined> {
  let youngest: { segment: LogSegment; timestamp: number; offset: number } | undefined
  for (const segment of segments) {
    const max = await segment.indexes.maxTimestamp()
    if (youngest === undefined || max.timestamp > youngest.timestamp) youngest = { segment, ...max }
  }
  if (youngest === undefined) return undefined
  const { segment, timestamp, offset } = youngest
  return findInSegment(segment, await beginOf(segment, offset), (batch) => firstRecord(batch, timestamp, 0), timestamp)
}

/**
 * Where a batch begins that is not behind the one that holds `offset`. An entry of the index that is not what the batch
 * says may be too far: the one before it is not.
 */
async function beginOf(segment: LogSegment, offset: number): Promise<number> {
  const indexed = await segment.indexedBatch(offset)
  if (indexed.position === 0) return 0
  const header = Buffer.alloc(BATCH_HEADER_BYTES)
  const filled = await segment.read(header, indexed.position)
  const isAsIndexed = filled === BATCH_HEADER_BYTES && lastOffsetAt(header, 0) === indexed.offset
  return isAsIndexed ? indexed.position : segment.lookup(indexed.offset - 1)
}

async function findInSegment(
  segment: LogSegment,
  from: number,
  find: (batch: RecordBatch) => TimestampAndOffset | undefined,
  minTimestamp: number,
): Promise<TimestampAndOffset | undefined> {
  let found: TimestampAndOffset | undefined
  const to = segment.writtenBytes
  const { endPosition, problem } = await segment.scan({
    from,
    to,
    visit: ({ bytes, at }) => {
      if (maxTimestampAt(bytes, at) < minTimestamp) return true
      found = find(RecordBatch.at(bytes, at))
      return found === undefined
    },
  })
  if (found === undefined && endPosition < to) throw segment.corruption(endPosition, problem)
  return found
}

function firstRecord(batch: RecordBatch, timestamp: number, startOffset: number): TimestampAndOffset | undefined {
  if (batch.lastOffset < startOffset) return undefined
  for (const record of batch.records()) {
    if (record.timestamp >= timestamp && record.offset >= startOffset) {
      return { timestamp: record.timestamp, offset: record.offset, leaderEpoch: batch.partitionLeaderEpoch }
    }
  }
  return undefined
}
