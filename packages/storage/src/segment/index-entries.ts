const NOTHING = Buffer.alloc(0)

/**
 * Fixed-size entries of an index, laid out as in the file: what memory holds is what is written. Leading entries may
 * be on disk only (`unloadedCount`), so that opening a log reads no index, and appending to it needs none; they are
 * read when a lookup first asks. Nothing is allocated before the first entry, because ten thousand idle logs have
 * two of these each.
 */
export class IndexEntries {
  readonly entryBytes: number
  #bytes: Buffer = NOTHING
  #unloadedCount: number
  #count: number
  #persistedCount: number

  constructor(entryBytes: number, persistedCount = 0) {
    this.entryBytes = entryBytes
    this.#unloadedCount = persistedCount
    this.#count = persistedCount
    this.#persistedCount = persistedCount
  }

  /** All entries, in memory or on disk only. */
  get count(): number {
    return this.#count
  }

  /** Leading entries that only the file holds. */
  get unloadedCount(): number {
    return this.#unloadedCount
  }

  /** Leading entries that the file holds, loaded or not. */
  get persistedCount(): number {
    return this.#persistedCount
  }

  get residentBytes(): number {
    return this.#bytes.byteLength
  }

  /** The buffer of the entries in memory: entry `i` of all is entry `i - unloadedCount` of it. */
  get bytes(): Buffer {
    return this.#bytes
  }

  get #residentCount(): number {
    return this.#count - this.#unloadedCount
  }

  /** Where the entry with this index lies in `bytes`; it must be loaded. */
  at(index: number): number {
    return (index - this.#unloadedCount) * this.entryBytes
  }

  /** Makes room for one more entry, counts it, and returns its place in `bytes`. */
  grow(): number {
    const at = this.#residentCount * this.entryBytes
    if (at + this.entryBytes > this.#bytes.byteLength) {
      const larger = Buffer.alloc(Math.max(this.entryBytes * 4, at * 2))
      this.#bytes.copy(larger, 0, 0, at)
      this.#bytes = larger
    }
    this.#count += 1
    return at
  }

  /** Puts the entries that only the file held before those in memory. */
  load(file: Buffer): void {
    const prefix = file.subarray(0, this.#unloadedCount * this.entryBytes)
    const resident = this.#bytes.subarray(0, this.#residentCount * this.entryBytes)
    this.#bytes = resident.byteLength === 0 ? prefix : Buffer.concat([prefix, resident])
    this.#unloadedCount = 0
  }

  /** Leaves to the file what it holds. */
  unload(): void {
    if (this.#persistedCount <= this.#unloadedCount) return
    const kept = this.#bytes.subarray(this.at(this.#persistedCount), this.at(this.#count))
    this.#bytes = kept.byteLength === 0 ? NOTHING : Buffer.from(kept)
    this.#unloadedCount = this.#persistedCount
  }

  /** Keeps the first `count` entries, all of which must be loaded. */
  truncate(count: number): void {
    if (count >= this.#count) return
    this.#count = count
    this.#persistedCount = Math.min(this.#persistedCount, count)
  }

  /** Says that the file holds the first `count` entries. */
  markPersisted(count: number): void {
    this.#persistedCount = count
  }

  /**
   * The index of the last loaded entry for which `isBefore(place in bytes)` holds, or -1. The predicate must hold
   * for a prefix of the entries, which is what sorted entries give.
   */
  lastWhere(isBefore: (at: number) => boolean): number {
    let low = 0
    let high = this.#residentCount
    while (low < high) {
      const middle = (low + high) >>> 1
      if (isBefore(middle * this.entryBytes)) low = middle + 1
      else high = middle
    }
    return low === 0 ? -1 : low - 1 + this.#unloadedCount
  }

  /** A copy of the entries from `from` to `to`: what a writer may hold while more are appended. */
  copy(from: number, to: number): Buffer {
    return Buffer.from(this.#bytes.subarray(this.at(from), this.at(to)))
  }
}
