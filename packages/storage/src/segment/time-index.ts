import { IndexEntries } from './index-entries.ts'

export interface TimestampOffset {
  readonly timestamp: number
  readonly offset: number
}

/**
 * The sparse map from timestamps to offsets of a segment (Kafka's TimeIndex). An entry is
 *
 *     timestamp int64 | relativeOffset int32        12 bytes, big-endian, timestamps strictly rising
 *
 * and says: no record up to the batch that ends at this offset is younger than this timestamp.
 */
export class TimeIndex {
  static readonly entryBytes = 12

  readonly baseOffset: number
  readonly entries: IndexEntries

  constructor(baseOffset: number, persistedCount = 0) {
    this.baseOffset = baseOffset
    this.entries = new IndexEntries(TimeIndex.entryBytes, persistedCount)
  }

  get count(): number {
    return this.entries.count
  }

  entry(index: number): TimestampOffset {
    return readTimeIndexEntry(this.entries.bytes, this.entries.at(index), this.baseOffset)
  }

  /** Adds an entry, which must be younger than the last. */
  append(timestamp: number, offset: number): void {
    const at = this.entries.grow()
    this.entries.bytes.writeBigInt64BE(BigInt(timestamp), at)
    this.entries.bytes.writeInt32BE(offset - this.baseOffset, at + 8)
  }

  /** The last entry whose timestamp is at most `targetTimestamp`; `(-1, baseOffset)` when there is none. */
  lookup(targetTimestamp: number): TimestampOffset {
    const bytes = this.entries.bytes
    const index = this.entries.lastWhere((at) => readTimestamp(bytes, at) <= targetTimestamp)
    return index < 0 ? { timestamp: -1, offset: this.baseOffset } : this.entry(index)
  }

  /** Drops the entries for batches that end at or after `offset`. */
  truncateToOffset(offset: number): void {
    const relative = offset - this.baseOffset
    const bytes = this.entries.bytes
    this.entries.truncate(this.entries.lastWhere((at) => bytes.readInt32BE(at + 8) < relative) + 1)
  }

  /** Whether `segment.index.bytes` leaves room only for the entry that a roll adds. */
  isFull(segmentIndexBytes: number): boolean {
    return this.count >= Math.floor(segmentIndexBytes / TimeIndex.entryBytes) - 1
  }

  /** How many leading entries can be right: timestamps rise, offsets do not fall and are below `endOffset`. */
  validCount(endOffset: number): number {
    let before: TimestampOffset = { timestamp: -1, offset: this.baseOffset }
    for (let index = 0; index < this.count; index++) {
      const entry = this.entry(index)
      if (entry.timestamp <= before.timestamp || entry.offset < before.offset || entry.offset >= endOffset) return index
      before = entry
    }
    return this.count
  }
}

function readTimestamp(bytes: Buffer, at: number): number {
  return bytes.readInt32BE(at) * 0x1_0000_0000 + bytes.readUInt32BE(at + 4)
}

/** One entry of a time index file. */
export function readTimeIndexEntry(bytes: Buffer, at: number, baseOffset: number): TimestampOffset {
  return { timestamp: readTimestamp(bytes, at), offset: baseOffset + bytes.readInt32BE(at + 8) }
}
