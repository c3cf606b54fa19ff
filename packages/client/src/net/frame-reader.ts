import { KafkaError } from '../kafka-error.ts'

/**
 * Cuts a stream of bytes into frames: an int32 size, then that many bytes. A frame that arrived in one piece is a
 * view of that piece; one that arrived in several is put together in a buffer of its own size.
 */
export class FrameReader {
  readonly #maxFrameBytes: number
  readonly #onFrame: (frame: Uint8Array) => void
  readonly #header = new Uint8Array(4)
  #headerFilled = 0
  #frame: Uint8Array | undefined
  #frameFilled = 0

  constructor({ maxFrameBytes, onFrame }: { maxFrameBytes: number; onFrame: (frame: Uint8Array) => void }) {
    this.#maxFrameBytes = maxFrameBytes
    this.#onFrame = onFrame
  }

  /** @throws KafkaError when a size is negative or above the limit; the stream is then lost */
  push(chunk: Uint8Array): void {
    let at = 0
    while (at < chunk.length) {
      if (this.#frame !== undefined) {
        at += this.#fill(chunk, at)
        continue
      }
      while (this.#headerFilled < 4 && at < chunk.length) this.#header[this.#headerFilled++] = chunk[at++]!
      if (this.#headerFilled < 4) return
      this.#headerFilled = 0
      const size = this.#size()
      if (chunk.length - at >= size) {
        this.#onFrame(chunk.subarray(at, at + size))
        at += size
      } else {
        this.#frame = Buffer.allocUnsafeSlow(size)
        this.#frameFilled = 0
      }
    }
  }

  #size(): number {
    const [a, b, c, d] = this.#header
    const size = (a! << 24) | (b! << 16) | (c! << 8) | d!
    if (size < 4 || size > this.#maxFrameBytes) {
      throw KafkaError.client(
        'MALFORMED_RESPONSE',
        `The peer announced a response of ${size} bytes; between 4 and ${this.#maxFrameBytes} are allowed. ` +
          'Is this a Kafka listener?',
      )
    }
    return size
  }

  #fill(chunk: Uint8Array, at: number): number {
    const frame = this.#frame!
    const taken = Math.min(frame.length - this.#frameFilled, chunk.length - at)
    frame.set(chunk.subarray(at, at + taken), this.#frameFilled)
    this.#frameFilled += taken
    if (this.#frameFilled === frame.length) {
      this.#frame = undefined
      this.#onFrame(frame)
    }
    return taken
  }
}
