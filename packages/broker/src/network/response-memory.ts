/**
 * How many bytes of responses wait for peers that do not read, over all connections.
 *
 * A response cannot be refused, but a large one can be made smaller: a fetch asks for its fair share, and with many slow
 * readers about, everybody gets less at a time. Each connection has one such response under way, so the sum is bounded.
 */
export class ResponseMemory {
  readonly #limitBytes: number
  #waitingBytes = 0

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes
  }

  get waitingBytes(): number {
    return this.#waitingBytes
  }

  take(bytes: number): void {
    this.#waitingBytes += bytes
  }

  release(bytes: number): void {
    this.#waitingBytes -= bytes
  }

  /** Of `wantedBytes`, what a response may hold now: at most a quarter of what is free. */
  fairShare(wantedBytes: number): number {
    return Math.min(wantedBytes, Math.max(0, Math.floor((this.#limitBytes - this.#waitingBytes) / 4)))
  }
}
