import { IndexEntries } from './index-entries.ts'

export interface OffsetPosition {
  readonly offset: number
  readonly position: number
}

/**
 * The sparse map from offsets to byte positions of a segment (Kafka's OffsetIndex). An entry is
 *
 *     relativeOffset int32 | position int32        8 bytes, big-endian, both strictly rising
 *
 * where `relativeOffset` is the last offset of a batch less the segment's base offset, and `position` where that
 * batch begins.
 */
export class OffsetIndex {
  static readonly entryBytes = 8

  readonly baseOffset: number
  readonly entries: IndexEntries

  constructor(baseOffset: number, persistedCount = 0) {
    this.baseOffset = baseOffset
    this.entries = new IndexEntries(OffsetIndex.entryBytes, persistedCount)
  }

  get count(): number {
    return this.entries.count
  }

  entry(index: number): OffsetPosition {
    const at = this.entries.at(index)
    const bytes = this.entries.bytes
    return { offset: this.baseOffset + bytes.readInt32BE(at), position: bytes.readInt32BE(at + 4) }
  }

  append(offset: number, position: number): void {
    const at = this.entries.grow()
    this.entries.bytes.writeInt32BE(offset - this.baseOffset, at)
    this.entries.bytes.writeInt32BE(position, at + 4)
  }

  /** The last entry whose offset is at most `targetOffset`; the segment's begin if there is none. */
  lookup(targetOffset: number): OffsetPosition {
    const relative = targetOffset - this.baseOffset
    const bytes = this.entries.bytes
    const index = this.entries.lastWhere((at) => bytes.readInt32BE(at) <= relative)
    return index < 0 ? { offset: this.baseOffset, position: 0 } : this.entry(index)
  }

  /** The offset of the first entry that is not before `offset`; undefined when there is none. */
  firstOffsetFrom(offset: number): number | undefined {
    const relative = offset - this.baseOffset
    const bytes = this.entries.bytes
    const index = this.entries.lastWhere((at) => bytes.readInt32BE(at) < relative) + 1
    return index < this.count ? this.entry(index).offset : undefined
  }

  /** The last offset of the batch at `position`, for which there is an entry. */
  offsetAt(position: number): number {
    const bytes = this.entries.bytes
    return this.entry(this.entries.lastWhere((at) => bytes.readInt32BE(at + 4) <= position)).offset
  }

  /** Drops the entries of batches that begin at or after `position`. */
  truncateToPosition(position: number): void {
    const bytes = this.entries.bytes
    this.entries.truncate(this.entries.lastWhere((at) => bytes.readInt32BE(at + 4) < position) + 1)
  }

  /** Whether `segment.index.bytes` leaves no room for another entry. */
  isFull(segmentIndexBytes: number): boolean {
    return this.count >= Math.floor(segmentIndexBytes / OffsetIndex.entryBytes)
  }

  /**
   * How many leading entries can be right: rising, and pointing into a log of `logSizeInBytes`. After a power loss
   * an index file may end in zeros, or hold entries of data that did not survive.
   */
  validCount(logSizeInBytes: number): number {
    const bytes = this.entries.bytes
    let offsetBefore = -1
    let positionBefore = 0
    for (let index = 0; index < this.count; index++) {
      const at = this.entries.at(index)
      const offset = bytes.readInt32BE(at)
      const position = bytes.readInt32BE(at + 4)
      // No entry points at position 0: one is only made when index.interval.bytes lie before the batch.
      if (offset <= offsetBefore || position <= positionBefore || position >= logSizeInBytes) return index
      offsetBefore = offset
      positionBefore = position
    }
    return this.count
  }
}
