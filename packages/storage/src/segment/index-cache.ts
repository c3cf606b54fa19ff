/** An index that can give its memory back, because a file holds the same. */
interface Unloadable {
  readonly residentBytes: number
  unload(): void
}

/** Bounds the memory of loaded indexes over all logs: the one looked at longest ago is left to its file. */
export class IndexCache {
  readonly #bytesMax: number
  #bytes = 0
  /** What each index was counted with, in order of use, the latest last. */
  readonly #counted = new Map<Unloadable, number>()

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax
  }

  get sizeInBytes(): number {
    return this.#bytes
  }

  /** Counts an index as just used. */
  touch(index: Unloadable): void {
    this.remove(index)
    this.#counted.set(index, index.residentBytes)
    this.#bytes += index.residentBytes
    for (const [oldest] of this.#counted) {
      if (this.#bytes <= this.#bytesMax || oldest === index) return
      this.remove(oldest)
      oldest.unload()
    }
  }

  remove(index: Unloadable): void {
    this.#bytes -= this.#counted.get(index) ?? 0
    this.#counted.delete(index)
  }
}
