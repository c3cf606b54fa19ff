/** The batches in flight, in order of offset. They never overlap; there may be gaps between them. */
import type { InFlightBatch } from './in-flight-batch.ts'

export class InFlightBatches {
  #batches: InFlightBatch[] = []

  get size(): number {
    return this.#batches.length
  }

  get first(): InFlightBatch | undefined {
    return this.#batches[0]
  }

  get last(): InFlightBatch | undefined {
    return this.#batches.at(-1)
  }

  [Symbol.iterator](): Iterator<InFlightBatch> {
    return this.#batches[Symbol.iterator]()
  }

  /** The last batch that begins at or before `offset`. */
  floor(offset: number): InFlightBatch | undefined {
    return this.#batches[this.#indexAfter(offset) - 1]
  }

  /** The first batch that begins after `offset`. */
  higher(offset: number): InFlightBatch | undefined {
    return this.#batches[this.#indexAfter(offset)]
  }

  /** Those that begin between the two offsets, both included. A copy: batches may be added while it is walked. */
  between(firstOffset: number, lastOffset: number): readonly InFlightBatch[] {
    return this.#batches.slice(this.#indexAfter(firstOffset - 1), this.#indexAfter(lastOffset))
  }

  add(batch: InFlightBatch): void {
    const index = this.#indexAfter(batch.firstOffset)
    const before = this.#batches[index - 1]
    const after = this.#batches[index]
    if ((before?.lastOffset ?? -1) >= batch.firstOffset || (after?.firstOffset ?? Infinity) <= batch.lastOffset) {
      throw new Error(`the batch ${batch.firstOffset}-${batch.lastOffset} overlaps another one`)
    }
    this.#batches.splice(index, 0, batch)
  }

  /** Drops the batches that end before `offset`. */
  removeBefore(offset: number): void {
    let count = 0
    while ((this.#batches[count]?.lastOffset ?? Infinity) < offset) count++
    if (count > 0) this.#batches.splice(0, count)
  }

  clear(): void {
    this.#batches = []
  }

  /** The index of the first batch that begins after `offset`. */
  #indexAfter(offset: number): number {
    let low = 0
    let high = this.#batches.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#batches[middle]!.firstOffset <= offset) low = middle + 1
      else high = middle
    }
    return low
  }
}
