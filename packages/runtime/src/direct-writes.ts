/** Larger writes go to the thread pool: copying them would hold up everything else. */
const BYTES_MAX = 16_384
/** A write to the page cache takes microseconds. One that takes so long had to wait for the disk. */
const SLOW_MS = 2
/** For so long after a slow one all writes go to the thread pool, where they hold up nobody. */
const PAUSE_MS = 1000

/**
 * Which writes are done on the caller's thread. A small one costs a few microseconds there, and many times that on the
 * way to the thread pool and back; but when the system makes writers wait (too much is dirty, or the disk is slow), the
 * thread that serves all clients must not be the one that waits.
 */
export class DirectWrites {
  readonly #monotonicMs: () => number
  #pausedUntilMs = 0

  constructor(monotonicMs: () => number = () => performance.now()) {
    this.#monotonicMs = monotonicMs
  }

  /** Runs the write of so many bytes, if it is for this thread; returns whether it was. */
  run(sizeInBytes: number, write: () => void): boolean {
    if (sizeInBytes > BYTES_MAX) return false
    const startMs = this.#monotonicMs()
    if (startMs < this.#pausedUntilMs) return false
    write()
    const endMs = this.#monotonicMs()
    if (endMs - startMs > SLOW_MS) this.#pausedUntilMs = endMs + PAUSE_MS
    return true
  }
}
