/** Larger reads and writes go to the thread pool: copying them would hold up everything else. */
export const DIRECT_BYTES_MAX = 16_384
/** A call that the page cache answers takes microseconds. If they take so long on average, they wait for the disk. */
const SLOW_MS = 0.25
/** How much one call moves the average: one that the scheduler held up for a few milliseconds says nothing. */
const WEIGHT = 1 / 64
/** For so long all calls then go to the thread pool, where they hold up nobody. */
const PAUSE_MS = 1000

/**
 * Whether small calls of the file system are done on the caller's thread. There they cost a few microseconds, and many
 * times that on the way to the thread pool and back; but when the system makes callers wait (too much is dirty, or the
 * disk is slow), the thread that serves all clients must not be the one that waits.
 */
export class DirectCalls {
  readonly #monotonicMs: () => number
  #meanMs = 0
  #pausedUntilMs = -Infinity

  constructor(monotonicMs: () => number = () => performance.now()) {
    this.#monotonicMs = monotonicMs
  }

  /** Whether the next call may be one for {@link run}. */
  get areQuick(): boolean {
    return this.#pausedUntilMs === -Infinity || this.#monotonicMs() >= this.#pausedUntilMs
  }

  /** Makes a call on this thread while such calls are quick, else on the thread pool. */
  async either<T>(direct: () => T, pooled: () => Promise<T>): Promise<T> {
    return this.areQuick ? this.run(direct) : pooled()
  }

  /** Makes a call on this thread, and remembers how long it took. */
  run<T>(call: () => T): T {
    const startMs = this.#monotonicMs()
    try {
      return call()
    } finally {
      const endMs = this.#monotonicMs()
      this.#meanMs += (endMs - startMs - this.#meanMs) * WEIGHT
      this.#pausedUntilMs = -Infinity
      if (this.#meanMs > SLOW_MS) {
        this.#meanMs = 0
        this.#pausedUntilMs = endMs + PAUSE_MS
      }
    }
  }
}
