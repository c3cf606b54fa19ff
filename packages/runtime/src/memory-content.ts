/** Large enough that a long file has few pieces, small enough that the last one wastes little. */
const CHUNK_SIZE = 64 * 1024
const SMALLEST_CHUNK = 512

/**
 * The bytes of a file in memory: pieces of 64 KiB, made when they are written to, so that a file that was
 * lengthened costs nothing until then and one that grows is never copied. Only the first piece starts small
 * and doubles: brokers have very many very small files.
 */
export class MemoryContent {
  readonly #chunks: (Uint8Array | undefined)[] = []
  #size = 0
  modifiedMs: number

  constructor(modifiedMs: number) {
    this.modifiedMs = modifiedMs
  }

  get size(): number {
    return this.#size
  }

  read(target: Uint8Array, position: number): number {
    const length = Math.max(0, Math.min(target.byteLength, this.#size - position))
    let filled = 0
    while (filled < length) {
      const at = position + filled
      const offset = at % CHUNK_SIZE
      const count = Math.min(length - filled, CHUNK_SIZE - offset)
      const chunk = this.#chunks[Math.floor(at / CHUNK_SIZE)]
      const present = chunk === undefined ? undefined : chunk.subarray(offset, offset + count)
      // What no piece holds was never written: zeros.
      target.fill(0, filled + (present?.byteLength ?? 0), filled + count)
      if (present !== undefined) target.set(present, filled)
      filled += count
    }
    return length
  }

  write(source: Uint8Array, position: number, modifiedMs: number): void {
    let written = 0
    while (written < source.byteLength) {
      const at = position + written
      const offset = at % CHUNK_SIZE
      const count = Math.min(source.byteLength - written, CHUNK_SIZE - offset)
      this.#chunk(Math.floor(at / CHUNK_SIZE), offset + count).set(source.subarray(written, written + count), offset)
      written += count
    }
    if (source.byteLength > 0) this.#size = Math.max(this.#size, position + source.byteLength)
    this.modifiedMs = modifiedMs
  }

  truncate(size: number, modifiedMs: number): void {
    if (size < this.#size) {
      this.#chunks.length = Math.min(this.#chunks.length, Math.ceil(size / CHUNK_SIZE))
      // What lies behind the cut must be zeros, should the file be lengthened again.
      const offset = size % CHUNK_SIZE
      if (offset > 0) this.#chunks[Math.floor(size / CHUNK_SIZE)]?.fill(0, offset)
    }
    this.#size = size
    this.modifiedMs = modifiedMs
  }

  /** The piece with this index, long enough for `length` bytes. */
  #chunk(index: number, length: number): Uint8Array {
    const present = this.#chunks[index]
    if (present !== undefined && present.byteLength >= length) return present
    let capacity = index === 0 ? SMALLEST_CHUNK : CHUNK_SIZE
    while (capacity < length) capacity *= 2
    const chunk = new Uint8Array(capacity)
    if (present !== undefined) chunk.set(present)
    this.#chunks[index] = chunk
    return chunk
  }
}
