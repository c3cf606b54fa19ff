interface Waiter {
  readonly offset: number
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

/**
 * Group commit for one log: at most one `fdatasync` is under way, and the next one covers all who came meanwhile.
 * A sync that fails is never tried again: the kernel may have dropped what it could not write (the "fsyncgate" of
 * 2018), so success afterwards would mean nothing.
 */
export class LogFlusher {
  readonly #writtenOffset: () => number
  readonly #sync: () => Promise<number>
  readonly #onFailure: (cause: unknown) => Error
  #flushedOffset: number
  #waiters: Waiter[] = []
  /** What the first of them to be done waits for: a write need not look at all of them. */
  #lowestAwaited = Infinity
  #syncing: Promise<void> | undefined
  /** Makes the error of who asks for more, once there is no more to be had. */
  #failure: (() => Error) | undefined

  constructor(o: {
    readonly flushedOffset: number
    /** The offset behind the last one in the file. */
    readonly writtenOffset: () => number
    /** Makes what is written survive a loss of power, and returns up to which offset. */
    readonly sync: () => Promise<number>
    readonly onFailure: (cause: unknown) => Error
  }) {
    this.#flushedOffset = o.flushedOffset
    this.#writtenOffset = o.writtenOffset
    this.#sync = o.sync
    this.#onFailure = o.onFailure
  }

  /** Everything below this offset survives a loss of power. */
  get flushedOffset(): number {
    return this.#flushedOffset
  }

  /** Resolves when everything below `offset` survives a loss of power. */
  flushed(offset: number): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure())
    if (offset <= this.#flushedOffset) return Promise.resolve()
    const promise = new Promise<void>((resolve, reject) => {
      this.#waiters.push({ offset, resolve, reject })
    })
    this.#lowestAwaited = Math.min(this.#lowestAwaited, offset)
    this.noteWritten()
    return promise
  }

  /** To be called after each write: who waits for more than was written then may go on. */
  noteWritten(): void {
    if (this.#syncing !== undefined || this.#failure !== undefined || this.#waiters.length === 0) return
    if (this.#lowestAwaited > this.#writtenOffset()) return
    this.#syncing = this.#syncWritten()
  }

  async #syncWritten(): Promise<void> {
    let offset: number
    try {
      offset = await this.#sync()
    } catch (cause) {
      const error = this.#onFailure(cause)
      this.fail(() => error)
      return
    } finally {
      this.#syncing = undefined
    }
    this.#advance(offset)
    this.noteWritten()
  }

  /** Resolves when no sync is under way. */
  async idle(): Promise<void> {
    while (this.#syncing !== undefined) await this.#syncing
  }

  #advance(offset: number): void {
    if (offset <= this.#flushedOffset) return
    this.#flushedOffset = offset
    const waiters = this.#waiters
    this.#waiters = waiters.filter((waiter) => waiter.offset > offset)
    this.#lowestAwaited = this.#waiters.reduce((lowest, waiter) => Math.min(lowest, waiter.offset), Infinity)
    for (const waiter of waiters) if (waiter.offset <= offset) waiter.resolve()
  }

  /** The log was cut: what is behind `offset` is not there any more, let alone on disk. */
  truncateTo(offset: number): void {
    this.#flushedOffset = Math.min(this.#flushedOffset, offset)
  }

  /** The log was emptied and goes on at `offset`. */
  restartAt(offset: number): void {
    this.#flushedOffset = offset
  }

  /** Everyone who waits or will wait gets this error. */
  fail(error: () => Error): void {
    this.#failure = error
    const waiters = this.#waiters
    this.#waiters = []
    for (const waiter of waiters) waiter.reject(error())
  }
}
