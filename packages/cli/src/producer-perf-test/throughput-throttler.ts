/** Shorter pauses are saved up: no timer is that exact. */
const minPauseMs = 2

/** Says how long to pause so that no more than so many things a second are done, on average. */
export class ThroughputThrottler {
  readonly #perSecond: number
  readonly #startMs: number
  #owedMs = 0

  /** @param perSecond negative for no limit, 0 for never */
  constructor(perSecond: number, startMs: number) {
    this.#perSecond = perSecond
    this.#startMs = startMs
  }

  /** @returns milliseconds to wait after so many things; infinite when nothing more may be done */
  pauseMs(count: number, nowMs: number): number {
    if (this.#perSecond < 0) return 0
    const elapsedMs = nowMs - this.#startMs
    if (elapsedMs <= 0 || (count * 1000) / elapsedMs <= this.#perSecond) return 0
    if (this.#perSecond === 0) return Infinity
    this.#owedMs += 1000 / this.#perSecond
    if (this.#owedMs < minPauseMs) return 0
    const pauseMs = this.#owedMs
    this.#owedMs = 0
    return pauseMs
  }
}
