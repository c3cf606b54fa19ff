/**
 * What is remembered of a share partition: the window of offsets between the share partition start offset (SPSO, before
 * which all is done with) and end offset (SPEO, the last that was ever handed out), and the batches in between.
 *
 * As long as there are batches, `endOffset` is the last offset of the last one; without any it is the next to be read.
 */
import type { InFlightBatch } from './in-flight-batch.ts'
import { InFlightBatches } from './in-flight-batches.ts'
import { recordStates } from './record-state.ts'

/**
 * After a restart there may be records between those that were written down of which nothing is known: they were handed
 * out and not acknowledged, or never read. They are handed out again. `startOffset` is where the first of them may be;
 * the window is of no use any more when the end has moved beyond `endOffset`.
 */
interface GapWindow {
  readonly startOffset: number
  readonly endOffset: number
}

export class SharePartitionState {
  readonly batches = new InFlightBatches()
  startOffset = 0
  endOffset = 0
  stateEpoch = 0
  /** Some record in the window may be available. */
  mayHaveAvailable = false
  #gap: GapWindow | undefined

  /** Where what is not known begins; undefined when all is known. */
  get gapStartOffset(): number | undefined {
    if (this.#gap?.endOffset !== this.endOffset) return undefined
    return Math.max(this.#gap.startOffset, this.startOffset)
  }

  openGap(startOffset: number): void {
    this.#gap = { startOffset, endOffset: this.endOffset }
  }

  /** What lies before `offset` is known now. */
  narrowGap(offset: number): void {
    if (this.#gap === undefined) return
    const { endOffset } = this.#gap
    const isOpen = endOffset === this.endOffset && offset <= endOffset
    this.#gap = isOpen ? { startOffset: offset, endOffset } : undefined
  }

  /** The width of the window: it is what counts as in flight, gaps and records that are done with included. */
  get inFlightCount(): number {
    return this.batches.size === 0 ? 0 : this.endOffset - this.startOffset + 1
  }

  /** Records of the window that are done with, for the lag (KIP-1226). */
  get deliveryCompleteCount(): number {
    let count = 0
    for (const batch of this.batches) {
      for (const { firstOffset, lastOffset, record } of batch.ranges(this.startOffset)) {
        if (record.isTerminal) count += Math.max(0, lastOffset - Math.max(firstOffset, this.startOffset) + 1)
      }
    }
    return count
  }

  /** Where to read next: the first record that can be handed out again, else the first that never was. */
  nextFetchOffset(): number {
    const { last } = this.batches
    const isFresh = last === undefined || this.startOffset > last.lastOffset
    if (this.mayHaveAvailable && !isFresh) {
      const available = this.#firstAvailable()
      if (available !== undefined) return available
    }
    this.mayHaveAvailable = false
    return isFresh ? this.endOffset : this.endOffset + 1
  }

  #firstAvailable(): number | undefined {
    let gapStartOffset = this.gapStartOffset
    for (const batch of this.batches) {
      if (gapStartOffset !== undefined) {
        if (batch.firstOffset > gapStartOffset) return gapStartOffset
        gapStartOffset = Math.max(batch.lastOffset + 1, gapStartOffset)
      }
      for (const { firstOffset, record } of batch.ranges()) if (record.isAvailable) return firstOffset
    }
    return undefined
  }

  /**
   * Moves the start past what is done with, and forgets batches of which nothing is left. Whole batches only: a batch
   * that is partly done with stays. Returns whether the start moved.
   */
  advance(): boolean {
    this.#archiveBeforeStart()
    const { last } = this.batches
    if (last === undefined) return false
    const before = this.startOffset
    const open = this.#firstOpenOffset()
    if (open === undefined) {
      this.startOffset = Math.max(this.startOffset, last.lastOffset + 1)
      this.endOffset = this.startOffset
      this.batches.clear()
      return true
    }
    this.startOffset = open
    this.batches.removeBefore(open)
    return open > before
  }

  /** The first offset, from the start on, that is not done with; undefined when there is none. */
  #firstOpenOffset(): number | undefined {
    let unknownFrom = this.gapStartOffset
    let isAnyDone = false
    for (const batch of this.batches) {
      if (batch.lastOffset < this.startOffset) continue
      if (unknownFrom !== undefined) {
        if (batch.firstOffset > unknownFrom) return isAnyDone ? unknownFrom : this.startOffset
        unknownFrom = Math.max(unknownFrom, batch.lastOffset + 1)
      }
      for (const { firstOffset, record } of batch.ranges(this.startOffset)) {
        if (record.isChanging || !record.isTerminal) {
          // Without anything done with, what lies before the first batch is not the window's to skip.
          return isAnyDone ? Math.max(this.startOffset, firstOffset) : this.startOffset
        }
        isAnyDone = true
      }
    }
    return undefined
  }

  /** The log begins at `offset` now: what lay before it is gone. Returns whether the start moved. */
  moveStart(offset: number): boolean {
    if (offset <= this.startOffset) return false
    this.startOffset = offset
    this.#archiveBeforeStart()
    this.batches.removeBefore(offset)
    this.endOffset = this.batches.last?.lastOffset ?? Math.max(offset, this.endOffset)
    this.mayHaveAvailable = true
    this.advance()
    return true
  }

  /**
   * The log has nothing in this range (compaction): what was available there cannot be handed out again, and what was
   * not known is not there.
   */
  skipMissing(firstOffset: number, lastOffset: number): void {
    const floor = this.batches.floor(firstOffset)
    const from = floor !== undefined && floor.lastOffset >= firstOffset ? floor.firstOffset : firstOffset
    for (const batch of this.batches.between(from, lastOffset)) {
      if (this.#archive(batch, { firstOffset, lastOffset, state: recordStates.AVAILABLE })) this.mayHaveAvailable = true
    }
    const gap = this.gapStartOffset
    if (gap !== undefined && gap >= firstOffset && gap <= lastOffset) this.narrowGap(lastOffset + 1)
    this.advance()
  }

  /** Acquired records in a range are not to be seen (an aborted transaction). Returns whether there were any. */
  archiveAcquired(firstOffset: number, lastOffset: number): boolean {
    let isAny = false
    const from = this.batches.floor(firstOffset)?.firstOffset ?? firstOffset
    for (const batch of this.batches.between(from, lastOffset)) {
      if (this.#archive(batch, { firstOffset, lastOffset, state: recordStates.ACQUIRED })) isAny = true
    }
    return isAny
  }

  /** What was let go after the start had moved past it. */
  #archiveBeforeStart(): void {
    if ((this.batches.first?.firstOffset ?? Infinity) >= this.startOffset) return
    const range = { firstOffset: 0, lastOffset: this.startOffset - 1, state: recordStates.AVAILABLE }
    for (const batch of this.batches.between(0, this.startOffset - 1)) this.#archive(batch, range)
  }

  #archive(
    batch: InFlightBatch,
    range: { readonly firstOffset: number; readonly lastOffset: number; readonly state: number },
  ): boolean {
    const { firstOffset, lastOffset, state } = range
    if (batch.lastOffset < firstOffset || batch.firstOffset > lastOffset) return false
    const { whole } = batch
    if (whole !== undefined && (whole.state !== state || whole.isChanging)) return false
    if (!batch.isWithin(firstOffset, lastOffset)) batch.split()
    let isAny = false
    for (const { record } of batch.ranges(firstOffset, lastOffset)) {
      if (record.state !== state || record.isChanging) continue
      record.archive()
      isAny = true
    }
    return isAny
  }
}
