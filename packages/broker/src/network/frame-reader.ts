/**
 * Cuts a connection's bytes into frames (int32 length, then that many bytes).
 *
 * Idle connections hold no buffer: all of them read into one scratch buffer that the process shares, which is safe
 * because a read and its callback are one step. A frame that lies in the scratch whole is copied out once, while it is
 * still in the processor's cache. A longer one gets memory of its own and the rest of it is read straight into that.
 * So every frame owns its memory, and what a log keeps of it pins nothing else.
 *
 * A length prefix is a claim: memory is given as bytes arrive, never more than `GROWTH` times what has arrived already.
 */
import type { ByteSink } from './byte-source.ts'
import type { RequestMemory } from './request-memory.ts'

const PREFIX_BYTES = 4
const SCRATCH_BYTES = 64 * 1024
const GROWTH = 16

const scratch = Buffer.allocUnsafeSlow(SCRATCH_BYTES)

export interface FrameReaderOptions {
  /** `socket.request.max.bytes`. */
  readonly maxFrameBytes: number
  readonly memory: RequestMemory
  /** A whole frame, without its length; the receiver releases its bytes from `memory` when it is done with it. */
  onFrame(frame: Buffer): void
  /** The length prefix is negative or beyond the limit. Nothing is read any more. */
  onViolation(size: number, isFirstFrame: boolean): void
  /** True when no more shall be read for now; whoever says so calls the source's `resume` later. */
  isCongested(): boolean
  /** Memory that this frame waited for has become available: read on. */
  onMemoryAvailable(): void
}

export class FrameReader implements ByteSink {
  readonly #options: FrameReaderOptions
  /** The length prefix as far as it has arrived. */
  #prefix = 0
  #prefixBytes = 0
  /** The frame being gathered: what has arrived lies at the start of `#frame`, which may still be shorter than it. */
  #frame: Buffer | undefined
  #frameSize = 0
  #arrived = 0
  /** Bytes of the frame being gathered that are counted in `memory`. */
  #taken = 0
  #stopWaiting: (() => void) | undefined
  #isFirstFrame = true
  #isStopped = false

  constructor(options: FrameReaderOptions) {
    this.#options = options
  }

  /** True between a frame's first byte and its last. */
  get isMidFrame(): boolean {
    return this.#frame !== undefined || this.#prefixBytes > 0
  }

  /** True while the frame being gathered waits for memory. */
  get isWaiting(): boolean {
    return this.#stopWaiting !== undefined
  }

  target(): Uint8Array {
    return this.#frame === undefined ? scratch : this.#frame.subarray(this.#arrived)
  }

  received(length: number): boolean {
    if (this.#isStopped) return false
    if (this.#frame === undefined) this.#cut(length)
    else this.#gather(length)
    return !this.#isStopped && this.#stopWaiting === undefined && !this.#options.isCongested()
  }

  /** Gives back what it holds. No frame is reported afterwards. */
  stop(): void {
    if (this.#isStopped) return
    this.#isStopped = true
    this.#stopWaiting?.()
    this.#stopWaiting = undefined
    this.#options.memory.release(this.#taken)
    this.#taken = 0
    this.#frame = undefined
  }

  /** The scratch holds `end` new bytes: cuts out what is whole, and begins a frame of its own for what is not. */
  #cut(end: number): void {
    let position = 0
    while (position < end && !this.#isStopped) {
      if (this.#prefixBytes < PREFIX_BYTES) {
        this.#prefix = (this.#prefix << 8) | (scratch[position] as number)
        this.#prefixBytes += 1
        position += 1
        if (this.#prefixBytes < PREFIX_BYTES || !this.#acceptSize(this.#prefix)) continue
      }
      const available = end - position
      if (available < this.#frameSize) {
        this.#begin(position, available)
        return
      }
      const frame = Buffer.allocUnsafe(this.#frameSize)
      scratch.copy(frame, 0, position, position + this.#frameSize)
      position += this.#frameSize
      this.#options.memory.take(frame.length)
      this.#emit(frame)
    }
  }

  /** False when there is nothing to gather: the size is refused, or the frame is empty and reported at once. */
  #acceptSize(size: number): boolean {
    if (size < 0 || size > this.#options.maxFrameBytes) {
      this.stop()
      this.#options.onViolation(size, this.#isFirstFrame)
      return false
    }
    this.#frameSize = size
    if (size > 0) return true
    this.#emit(Buffer.alloc(0))
    return false
  }

  #begin(position: number, available: number): void {
    const capacity = Math.min(this.#frameSize, Math.max(SCRATCH_BYTES, available * GROWTH))
    const frame = Buffer.allocUnsafe(capacity)
    scratch.copy(frame, 0, position, position + available)
    this.#frame = frame
    this.#arrived = available
    this.#takeMemory()
  }

  /** Counts the whole frame before its bytes arrive; without memory to spare, the connection waits for its turn. */
  #takeMemory(): void {
    const { memory } = this.#options
    if (memory.isExhausted) {
      this.#stopWaiting = memory.whenAvailable(() => {
        this.#stopWaiting = undefined
        this.#takeMemory()
        this.#options.onMemoryAvailable()
      })
      return
    }
    memory.take(this.#frameSize)
    this.#taken = this.#frameSize
  }

  #gather(length: number): void {
    const frame = this.#frame as Buffer
    this.#arrived += length
    if (this.#arrived === this.#frameSize) {
      this.#frame = undefined
      this.#taken = 0
      this.#emit(frame)
    } else if (this.#arrived === frame.length) {
      const grown = Buffer.allocUnsafe(Math.min(this.#frameSize, frame.length * GROWTH))
      frame.copy(grown)
      this.#frame = grown
    }
  }

  #emit(frame: Buffer): void {
    this.#prefix = 0
    this.#prefixBytes = 0
    this.#isFirstFrame = false
    this.#options.onFrame(frame)
  }
}
