/**
 * How many bytes of requests may be held at once, over all connections: frames being gathered, waiting, and being
 * handled (Kafka's `queued.max.request.bytes`).
 *
 * A frame is taken in whole once anything is left, so the bound may be passed by one frame: otherwise frames that each
 * hold a part of the memory could wait for each other for ever.
 */
export class RequestMemory {
  readonly #limitBytes: number
  #usedBytes = 0
  /** First come, first served: a Set keeps the order of arrival and forgets cheaply. */
  readonly #waiting = new Set<() => void>()

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes
  }

  get usedBytes(): number {
    return this.#usedBytes
  }

  get isExhausted(): boolean {
    return this.#usedBytes >= this.#limitBytes
  }

  get hasWaiting(): boolean {
    return this.#waiting.size > 0
  }

  /** Counts bytes that are held already, or that the caller saw to be available. */
  take(bytes: number): void {
    this.#usedBytes += bytes
  }

  release(bytes: number): void {
    this.#usedBytes -= bytes
    while (!this.isExhausted) {
      const [next] = this.#waiting
      if (next === undefined) return
      this.#waiting.delete(next)
      next()
    }
  }

  /** Calls `proceed` once when bytes are available again and it is its turn. Returns how to stop waiting. */
  whenAvailable(proceed: () => void): () => void {
    this.#waiting.add(proceed)
    return () => void this.#waiting.delete(proceed)
  }
}
