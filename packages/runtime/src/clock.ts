/** A pending call that can be called off. */
export interface Timer {
  /** Calls the timer off; once it has fired, or when called again, this does nothing. */
  cancel(): void
}

/** Time as the rest of the system may know it; nothing else asks the operating system for it. */
export interface Clock {
  /** Wall-clock time in milliseconds since 1970, a whole number. It may jump: it belongs in records and logs. */
  nowMs(): number
  /** Milliseconds since some fixed moment, with fractions. It never goes back: it belongs in durations. */
  monotonicMs(): number
  /** Calls `fire` once, no sooner than `delayMs` from now and never before this call returns. */
  setTimer(delayMs: number, fire: () => void): Timer
}

/** The longest delay that `setTimeout` takes; beyond it Node fires after one millisecond. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1

class SystemTimer implements Timer {
  #handle: NodeJS.Timeout | undefined
  readonly #fire: () => void

  constructor(delayMs: number, fire: () => void) {
    this.#fire = fire
    this.#wait(Number.isNaN(delayMs) ? 0 : Math.max(0, delayMs))
  }

  cancel(): void {
    clearTimeout(this.#handle)
    this.#handle = undefined
  }

  #wait(delayMs: number): void {
    const stageMs = Math.min(delayMs, LONGEST_TIMEOUT_MS)
    this.#handle = setTimeout(() => {
      if (delayMs > stageMs) {
        this.#wait(delayMs - stageMs)
        return
      }
      this.#handle = undefined
      this.#fire()
    }, stageMs)
  }
}

/** The machine's own clock. Its timers keep the process alive until they fire or are cancelled. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  setTimer: (delayMs, fire) => new SystemTimer(delayMs, fire),
}
