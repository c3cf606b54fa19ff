import { SEPARATE_CHUNK_BYTES } from '../limits.ts'

/** Writes primitive types one after the other into a buffer that grows. */
export class ByteWriter {
  #bytes = new Uint8Array(256)
  #view = new DataView(this.#bytes.buffer)
  #length = 0
  readonly #pieces: Uint8Array[] = []

  int8(value: number): void {
    const start = this.#advance(1)
    this.#view.setInt8(start, value)
  }

  int16(value: number): void {
    const start = this.#advance(2)
    this.#view.setInt16(start, value)
  }

  int32(value: number): void {
    const start = this.#advance(4)
    this.#view.setInt32(start, value)
  }

  int64(value: bigint): void {
    const start = this.#advance(8)
    this.#view.setBigInt64(start, value)
  }

  float64(value: number): void {
    const start = this.#advance(8)
    this.#view.setFloat64(start, value)
  }

  unsignedVarint(value: number): void {
    let rest = value
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) this.int8((rest % 0x80) | 0x80)
    this.int8(rest)
  }

  bytes(value: Uint8Array): void {
    if (value.length >= SEPARATE_CHUNK_BYTES) {
      this.#cut()
      this.#pieces.push(value)
      return
    }
    const start = this.#advance(value.length)
    this.#bytes.set(value, start)
  }

  /** What has been written, in pieces that follow one another; large bytes are those that were given. */
  pieces(): readonly Uint8Array[] {
    this.#cut()
    return this.#pieces
  }

  #cut(): void {
    if (this.#length > 0) this.#pieces.push(this.#bytes.slice(0, this.#length))
    this.#length = 0
  }

  #advance(size: number): number {
    const start = this.#length
    this.#length += size
    if (this.#length > this.#bytes.length) {
      const larger = new Uint8Array(2 * this.#length)
      larger.set(this.#bytes)
      this.#bytes = larger
      this.#view = new DataView(larger.buffer)
    }
    return start
  }
}
