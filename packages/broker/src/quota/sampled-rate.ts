/** How a rate is measured: over `windows` windows of `windowMs` each, of which the last is not full yet. */
export interface RateWindows {
  readonly windows: number
  readonly windowMs: number
}

interface Sample {
  startMs: number
  lastEventMs: number
  value: number
}

/**
 * What was recorded in the last windows, by the second (Kafka's Rate over a WindowedSum). Time that was not observed yet
 * counts as if nothing had happened in it, so a first burst may be as large as all windows but one allow.
 */
export class SampledRate {
  readonly #config: RateWindows
  /** The oldest first. */
  #samples: Sample[] = []

  constructor(config: RateWindows) {
    this.#config = config
  }

  /** A negative value takes back what was recorded before. */
  record(value: number, nowMs: number): void {
    const last = this.#samples.at(-1)
    if (last === undefined || nowMs - last.startMs >= this.#config.windowMs) {
      this.#samples.push({ startMs: nowMs, lastEventMs: nowMs, value })
      // One more than there are windows: the oldest overlaps the time that is looked at.
      if (this.#samples.length > this.#config.windows + 1) this.#samples.shift()
      return
    }
    last.value += value
    last.lastEventMs = nowMs
  }

  perSecond(nowMs: number): number {
    const windowMs = this.windowSizeMs(nowMs)
    const sum = this.#samples.reduce((total, { value }) => total + value, 0)
    return (sum / windowMs) * 1000
  }

  /** The time over which the rate is taken at this moment. */
  windowSizeMs(nowMs: number): number {
    const { windows, windowMs } = this.#config
    this.#samples = this.#samples.filter(({ lastEventMs }) => nowMs - lastEventMs < windows * windowMs)
    const elapsedMs = nowMs - (this.#samples[0]?.startMs ?? nowMs)
    const fullWindows = Math.floor(elapsedMs / windowMs)
    const missing = Math.max(0, windows - 1 - fullWindows)
    return elapsedMs + missing * windowMs
  }

  /** True when nothing is left that could count. */
  isIdle(nowMs: number): boolean {
    const last = this.#samples.at(-1)
    return last === undefined || nowMs - last.lastEventMs >= this.#config.windows * this.#config.windowMs
  }

  /** How long nothing may be recorded until the rate is back at `bound`; 0 when it is not above it. */
  throttleMs(bound: number, nowMs: number): number {
    const windowMs = this.windowSizeMs(nowMs)
    const excess = this.perSecond(nowMs) - bound
    return excess > 0 ? Math.round((excess / bound) * windowMs) : 0
  }
}
