import type { LogSegment } from './log-segment.ts'

const SMALL_LOG_BYTES_MAX = 65_536

/** The segments of a log by base offset, never empty once the log is open; the last one is the active one. */
export class LogSegments {
  #segments: LogSegment[] = []

  get size(): number {
    return this.#segments.length
  }

  get first(): LogSegment {
    return this.#segments[0]!
  }

  get active(): LogSegment {
    return this.#segments.at(-1)!
  }

  /** All, or those from the one that holds `offset` on. */
  values(offset = -Infinity): readonly LogSegment[] {
    const index = this.#floorIndex(offset)
    return index <= 0 ? this.#segments : this.#segments.slice(index)
  }

  /** Adds a segment behind all others. */
  add(segment: LogSegment): void {
    this.#segments = [...this.#segments, segment]
  }

  /** The segment whose base offset is the largest that is not above `offset`. */
  floor(offset: number): LogSegment | undefined {
    return this.#segments[this.#floorIndex(offset)]
  }

  /** The segment behind `segment`. */
  higher(segment: LogSegment): LogSegment | undefined {
    return this.#segments[this.#floorIndex(segment.baseOffset) + 1]
  }

  /** Takes segments out; those who walk the old list go on undisturbed. */
  remove(segments: ReadonlySet<LogSegment>): void {
    this.#segments = this.#segments.filter((segment) => !segments.has(segment))
  }

  /** Puts a segment in the place of others, none of which is the active one; its base offset is that of the first. */
  replace(segments: ReadonlySet<LogSegment>, segment: LogSegment): void {
    const others = this.#segments.filter((one) => !segments.has(one))
    this.#segments = [...others, segment].toSorted((a, b) => a.baseOffset - b.baseOffset)
  }

  /**
   * So little that a recovery reads it as a whole and needs nothing beside the batches, nor that anything else is on
   * the disk: most of ten thousand logs are like this, and nobody waits for their small files.
   */
  get isSmall(): boolean {
    return this.#segments.length === 1 && this.first.writtenBytes <= SMALL_LOG_BYTES_MAX
  }

  get sizeInBytes(): number {
    let sum = 0
    for (const segment of this.#segments) sum += segment.sizeInBytes
    return sum
  }

  #floorIndex(offset: number): number {
    let low = 0
    let high = this.#segments.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#segments[middle]!.baseOffset <= offset) low = middle + 1
      else high = middle
    }
    return low - 1
  }
}
