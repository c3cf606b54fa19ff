import { OffsetIndex } from './offset-index.ts'
import type { TimestampOffset } from './time-index.ts'
import { TimeIndex } from './time-index.ts'

/** What an index wants to know of a batch. */
export interface IndexedBatch {
  readonly position: number
  readonly sizeInBytes: number
  readonly lastOffset: number
  readonly maxTimestamp: number
}

export interface IndexLimits {
  readonly indexIntervalBytes: number
  readonly segmentIndexBytes: number
}

/** Both indexes of a segment, growing batch by batch (the bookkeeping of Kafka's LogSegment.append). */
export class IndexBuilder {
  readonly offsetIndex: OffsetIndex
  readonly timeIndex: TimeIndex
  /** The youngest timestamp, and the last offset of its batch; undefined until it is known. */
  max: TimestampOffset | undefined
  #indexedTimestamp = -1
  #bytesSinceLastEntry = 0

  /** `persisted` counts the entries that the files of a segment already hold; without it the segment is new. */
  constructor(baseOffset: number, persisted?: { readonly offsets: number; readonly timestamps: number }) {
    this.offsetIndex = new OffsetIndex(baseOffset, persisted?.offsets)
    this.timeIndex = new TimeIndex(baseOffset, persisted?.timestamps)
    if (persisted === undefined) this.max = { timestamp: -1, offset: baseOffset }
  }

  get maxTimestamp(): number {
    return this.max?.timestamp ?? -1
  }

  isFull(segmentIndexBytes: number): boolean {
    return this.offsetIndex.isFull(segmentIndexBytes) || this.timeIndex.isFull(segmentIndexBytes)
  }

  /** Notes the next batch of the segment. An index that is full stays as it is: lookups scan further. */
  add(batch: IndexedBatch, limits: IndexLimits): void {
    this.see(batch)
    if (this.#bytesSinceLastEntry > limits.indexIntervalBytes && !this.isFull(limits.segmentIndexBytes)) {
      this.offsetIndex.append(batch.lastOffset, batch.position)
      this.appendTimeEntry()
      this.#bytesSinceLastEntry = 0
    }
    this.#bytesSinceLastEntry += batch.sizeInBytes
  }

  /** Notes how young a batch is. */
  see({ maxTimestamp, lastOffset }: IndexedBatch): void {
    if (maxTimestamp > this.maxTimestamp) this.max = { timestamp: maxTimestamp, offset: lastOffset }
  }

  /** Adds the time index entry for all that was seen: beside each offset entry, at a roll and at a close. */
  appendTimeEntry(): void {
    if (this.max === undefined || this.max.timestamp <= this.#indexedTimestamp) return
    this.timeIndex.append(this.max.timestamp, this.max.offset)
    this.#indexedTimestamp = this.max.timestamp
  }

  /** Goes on from the last entry of a time index file. */
  resume(lastTimeEntry: TimestampOffset): void {
    this.max = lastTimeEntry
    this.#indexedTimestamp = lastTimeEntry.timestamp
  }

  /** Forgets what lies at or behind the batch at `position`, whose first offset is `offset`. All must be loaded. */
  truncate(position: number, offset: number): void {
    this.offsetIndex.truncateToPosition(position)
    this.timeIndex.truncateToOffset(offset)
    const last = this.timeIndex.count === 0 ? undefined : this.timeIndex.entry(this.timeIndex.count - 1)
    this.max = last ?? { timestamp: -1, offset: this.offsetIndex.baseOffset }
    this.#indexedTimestamp = this.max.timestamp
    this.#bytesSinceLastEntry = 0
  }
}
