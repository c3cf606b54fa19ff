import { NO_ENTRIES, writable } from './no-entries.ts'

/** A transaction whose marker is in the log: its records stand between the two offsets, among those of others. */
export interface CompletedTransaction {
  readonly producerId: number
  readonly firstOffset: number
  /** Of the marker. */
  readonly lastOffset: number
  readonly isAborted: boolean
}

/**
 * Where the transactions of a log stand: those that are open, and those that have ended but whose marker is not
 * committed yet. Both keep readers of what is committed before their first record.
 */
export class TransactionOffsets {
  /** Producers by the first offset of their open transaction. Transactions begin in the order of their offsets. */
  #ongoing: Map<number, number> = NO_ENTRIES
  /** The offset of the marker by the first offset. */
  #unreplicated: Map<number, number> = NO_ENTRIES

  begin(producerId: number, firstOffset: number): void {
    this.#ongoing = writable(this.#ongoing).set(firstOffset, producerId)
  }

  /** Notes open transactions that a snapshot tells of, in any order. */
  load(open: readonly (readonly [firstOffset: number, producerId: number])[]): void {
    this.#ongoing = new Map(open.toSorted(([left], [right]) => left - right))
  }

  /** The end of a transaction is in the log. Returns the last stable offset as it is once the marker is committed. */
  complete({ firstOffset, lastOffset }: CompletedTransaction): number {
    this.#ongoing.delete(firstOffset)
    this.#unreplicated = writable(this.#unreplicated).set(firstOffset, lastOffset)
    return this.firstUndecidedOffset ?? lastOffset + 1
  }

  /** The first record of an open transaction. */
  get firstUndecidedOffset(): number | undefined {
    return this.#ongoing.size === 0 ? undefined : this.#ongoing.keys().next().value
  }

  /** The first record that readers of what is committed may not see, whatever the high watermark; Infinity for none. */
  get firstUnstableOffset(): number {
    let first = this.firstUndecidedOffset ?? Infinity
    for (const firstOffset of this.#unreplicated.keys()) if (firstOffset < first) first = firstOffset
    return first
  }

  /** Everything before `offset` is committed, markers too. */
  releaseTo(offset: number): void {
    if (this.#unreplicated.size === 0) return
    for (const [firstOffset, lastOffset] of this.#unreplicated) {
      if (lastOffset < offset) this.#unreplicated.delete(firstOffset)
    }
  }

  clear(): void {
    this.#ongoing.clear()
    this.#unreplicated.clear()
  }
}
