/**
 * A run of offsets that were acquired together (Kafka's InFlightBatch): one state for all of them as long as that is
 * true, one for each from then on.
 */
import type { RecordState } from './record-state.ts'

/** A part of a batch that shares a state. */
export interface StateRange {
  readonly firstOffset: number
  readonly lastOffset: number
  readonly record: RecordState
}

export class InFlightBatch {
  readonly firstOffset: number
  readonly lastOffset: number
  #whole: RecordState | undefined
  #records: readonly RecordState[] = []

  constructor(firstOffset: number, lastOffset: number, state: RecordState) {
    this.firstOffset = firstOffset
    this.lastOffset = lastOffset
    this.#whole = state
  }

  /** The state of all offsets; undefined when each has its own. */
  get whole(): RecordState | undefined {
    return this.#whole
  }

  get size(): number {
    return this.lastOffset - this.firstOffset + 1
  }

  isWithin(firstOffset: number, lastOffset: number): boolean {
    return this.firstOffset >= firstOffset && this.lastOffset <= lastOffset
  }

  /** True when `offset` lies behind the first of the batch's offsets. */
  isSplitBy(offset: number): boolean {
    return this.firstOffset < offset && this.lastOffset >= offset
  }

  /** From now on each offset has a state of its own. */
  split(): void {
    const whole = this.#whole
    if (whole === undefined) return
    // Nothing splits what is being changed: its other half would not learn how that ends.
    if (whole.isChanging) throw new Error('a batch that is being changed cannot be split')
    this.#records = Array.from({ length: this.size }, () => whole.copy())
    this.#whole = undefined
  }

  /** Splits the batch and gives the offsets beyond `lastOffset` another state. */
  splitAfter(lastOffset: number, rest: () => RecordState): void {
    this.split()
    this.#records = this.#records.map((record, index) => (this.firstOffset + index <= lastOffset ? record : rest()))
  }

  at(offset: number): RecordState {
    const record = this.#whole ?? this.#records[offset - this.firstOffset]
    if (record === undefined) throw new Error(`${offset} is not in ${this.firstOffset}-${this.lastOffset}`)
    return record
  }

  /** The states, in order: one for the whole batch, or one for each offset between the two that are given. */
  *ranges(firstOffset = this.firstOffset, lastOffset = this.lastOffset): Iterable<StateRange> {
    if (this.#whole !== undefined) {
      yield { firstOffset: this.firstOffset, lastOffset: this.lastOffset, record: this.#whole }
      return
    }
    const last = Math.min(lastOffset, this.lastOffset)
    for (let offset = Math.max(firstOffset, this.firstOffset); offset <= last; offset++) {
      yield { firstOffset: offset, lastOffset: offset, record: this.at(offset) }
    }
  }
}
