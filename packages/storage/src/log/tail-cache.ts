/** One append in the cache: whole batches with consecutive offsets, as they were written. */
interface CachedBatches {
  readonly owner: LogTail
  readonly baseOffset: number
  /** The offset after the last one. */
  readonly nextOffset: number
  bytes: Uint8Array
  /** False once a truncation has dropped it; the order of eviction then passes over it. */
  alive: boolean
}

/** What an entry costs beside its bytes: without this, a million tiny batches would count for little. */
const ENTRY_OVERHEAD_BYTES = 200

/** Slices smaller than this that pin a much larger buffer are copied: a kilobyte must not keep a megabyte alive. */
const COPY_BYTES_MAX = 65_536

/**
 * The newest batches of all logs, in the very buffers that were received, so that consumers at the tail cost no
 * read. Bounded in bytes over all logs; the oldest goes first, wherever it belongs. That keeps what every log has
 * an unbroken run of offsets up to its end, which is what makes a lookup a binary search.
 */
export class TailCache {
  readonly #bytesMax: number
  #bytes = 0
  /** In order of arrival; entries before `#first` are gone. */
  #queue: CachedBatches[] = []
  #first = 0

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax
  }

  get sizeInBytes(): number {
    return this.#bytes
  }

  /** A log's place in the cache. */
  openTail(): LogTail {
    return new LogTail(this)
  }

  /** Counts an entry that its tail already holds, and makes room for it; the entry itself may have to go. */
  admit(entry: CachedBatches): void {
    this.#queue.push(entry)
    this.#bytes += cost(entry)
    while (this.#bytes > this.#bytesMax) this.#evictOldest()
  }

  /** Called by a tail for what it drops on its own account. */
  release(entry: CachedBatches): void {
    if (!entry.alive) return
    entry.alive = false
    this.#bytes -= cost(entry)
    // The queue may hold the entry for long; its bytes must not stay.
    entry.bytes = new Uint8Array(0)
  }

  #evictOldest(): void {
    const entry = this.#queue[this.#first]!
    this.#first += 1
    if (entry.alive) entry.owner.dropOldest()
    if (this.#first > 1024 && this.#first * 2 > this.#queue.length) {
      this.#queue = this.#queue.slice(this.#first)
      this.#first = 0
    }
  }
}

/** The run of batches at the end of one log that the cache holds. */
export class LogTail {
  readonly #cache: TailCache
  #entries: CachedBatches[] = []
  #first = 0

  constructor(cache: TailCache) {
    this.#cache = cache
  }

  /** The first offset that the cache can serve; Infinity when it holds nothing. */
  get startOffset(): number {
    return this.#entries[this.#first]?.baseOffset ?? Infinity
  }

  /** Adds what was just written. Offsets that do not follow on the last entry's end the run before them. */
  add(bytes: Uint8Array, baseOffset: number, nextOffset: number): void {
    const last = this.#entries.at(-1)
    if (last !== undefined && last.nextOffset !== baseOffset) this.clear()
    const entry = { owner: this, baseOffset, nextOffset, bytes: unpinned(bytes), alive: true }
    this.#entries.push(entry)
    this.#cache.admit(entry)
  }

  /** The index of the entry that holds `offset`, for {@link entryAt}, or -1 when the cache cannot serve it. */
  find(offset: number): number {
    if (offset < this.startOffset) return -1
    let low = this.#first
    let high = this.#entries.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#entries[middle]!.nextOffset <= offset) low = middle + 1
      else high = middle
    }
    return low < this.#entries.length ? low : -1
  }

  entryAt(
    index: number,
  ): { readonly bytes: Uint8Array; readonly baseOffset: number; readonly nextOffset: number } | undefined {
    return this.#entries[index]
  }

  /** The entries from the newest to the oldest. */
  *backwards(): Iterable<{ readonly bytes: Uint8Array; readonly baseOffset: number; readonly nextOffset: number }> {
    for (let index = this.#entries.length - 1; index >= this.#first; index--) yield this.#entries[index]!
  }

  /** Forgets entries that reach beyond `offset`, which is a batch boundary or cuts the entry as a whole. */
  truncateTo(offset: number): void {
    while (this.#entries.length > this.#first && this.#entries.at(-1)!.nextOffset > offset) {
      this.#cache.release(this.#entries.pop()!)
    }
  }

  /** Forgets entries that hold nothing from `offset` on. */
  forgetBefore(offset: number): void {
    while ((this.#entries[this.#first]?.nextOffset ?? Infinity) <= offset) this.dropOldest()
  }

  clear(): void {
    this.truncateTo(-1)
    this.#entries = []
    this.#first = 0
  }

  /** The cache's eviction: the oldest entry of all logs is the oldest of this one. */
  dropOldest(): void {
    const entry = this.#entries[this.#first]!
    this.#cache.release(entry)
    this.#first += 1
    if (this.#first === this.#entries.length) this.clear()
    else if (this.#first > 64 && this.#first * 2 > this.#entries.length) {
      this.#entries = this.#entries.slice(this.#first)
      this.#first = 0
    }
  }
}

function cost(entry: CachedBatches): number {
  return entry.bytes.byteLength + ENTRY_OVERHEAD_BYTES
}

function unpinned(bytes: Uint8Array): Uint8Array {
  const pinsMuchMore = bytes.byteLength * 2 < bytes.buffer.byteLength
  return pinsMuchMore && bytes.byteLength <= COPY_BYTES_MAX ? new Uint8Array(bytes) : bytes
}
