import type { Clock } from '@milena/runtime'

/** How long is looked at together: in bursts below this nobody is held up. */
const CHECK_INTERVAL_MS = 300

/** Holds whoever reports bytes to a rate, by letting them wait (Kafka's Throttler). */
export class Throttler {
  readonly #clock: Clock
  readonly #bytesPerSecond: number
  readonly #signal: AbortSignal
  #sinceMs: number
  #bytes = 0

  /** Nobody waits any more once `signal` is aborted. */
  constructor(clock: Clock, bytesPerSecond: number, signal: AbortSignal) {
    this.#clock = clock
    this.#bytesPerSecond = bytesPerSecond
    this.#signal = signal
    this.#sinceMs = clock.monotonicMs()
  }

  /** Resolves when so many more bytes may be read or written; at once where there is no need to wait. */
  async passed(bytes: number): Promise<void> {
    this.#bytes += bytes
    const elapsedMs = this.#clock.monotonicMs() - this.#sinceMs
    if (elapsedMs < CHECK_INTERVAL_MS && this.#bytes < this.#bytesPerSecond * (CHECK_INTERVAL_MS / 1000)) return
    const waitMs = (this.#bytes / this.#bytesPerSecond) * 1000 - elapsedMs
    if (waitMs > 0) await this.#sleep(waitMs)
    this.#sinceMs = this.#clock.monotonicMs()
    this.#bytes = 0
  }

  #sleep(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        timer.cancel()
        this.#signal.removeEventListener('abort', wake)
        resolve()
      }
      const timer = this.#clock.setTimer(delayMs, wake)
      if (this.#signal.aborted) wake()
      else this.#signal.addEventListener('abort', wake)
    })
  }
}
