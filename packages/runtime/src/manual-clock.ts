import type { Clock, Timer } from './clock.ts'

interface PendingTimer {
  readonly deadlineMs: number
  readonly fire: () => void
}

/**
 * A clock that stands still until it is told to move, for tests and simulation.
 *
 * Timers fire in the order of their deadlines, those with the same deadline in the order in which they were
 * set. While a timer fires the clock shows its deadline, and a timer set by it fires in the same `advance`
 * when it is due by then.
 */
export class ManualClock implements Clock {
  #nowMs: number
  readonly #startMs: number
  /** Sorted by deadline, the last to fire first, so that the next one is popped off the end. */
  readonly #pending: PendingTimer[] = []

  constructor(startMs = 1_700_000_000_000) {
    this.#nowMs = startMs
    this.#startMs = startMs
  }

  /** How many timers wait; a test that ends with any has left something behind. */
  get pendingTimers(): number {
    return this.#pending.length
  }

  /** When the next timer is due, in `nowMs` time; `undefined` when none waits. */
  get nextDeadlineMs(): number | undefined {
    return this.#pending.at(-1)?.deadlineMs
  }

  nowMs(): number {
    return Math.floor(this.#nowMs)
  }

  monotonicMs(): number {
    return this.#nowMs - this.#startMs
  }

  setTimer(delayMs: number, fire: () => void): Timer {
    const deadlineMs = this.#nowMs + (Number.isNaN(delayMs) ? 0 : Math.max(0, delayMs))
    const timer: PendingTimer = { deadlineMs, fire }
    this.#pending.splice(this.#positionFor(deadlineMs), 0, timer)
    return {
      cancel: () => {
        const index = this.#pending.indexOf(timer)
        if (index >= 0) this.#pending.splice(index, 1)
      },
    }
  }

  /** Moves time forward, firing what becomes due on the way. */
  advance(ms: number): void {
    const targetMs = this.#target(ms)
    while (this.#fireNext(targetMs)) continue
    this.#nowMs = targetMs
  }

  /** As `advance`, but lets promises settle before the first timer and after each, for code that awaits. */
  async advanceAsync(ms: number): Promise<void> {
    const targetMs = this.#target(ms)
    await settle()
    while (this.#fireNext(targetMs)) await settle()
    this.#nowMs = targetMs
    await settle()
  }

  #target(ms: number): number {
    if (!(ms >= 0)) throw new RangeError(`a clock cannot advance by ${ms} ms`)
    return this.#nowMs + ms
  }

  #fireNext(targetMs: number): boolean {
    const next = this.#pending.at(-1)
    if (next === undefined || next.deadlineMs > targetMs) return false
    this.#pending.pop()
    this.#nowMs = next.deadlineMs
    next.fire()
    return true
  }

  /** Before every timer with the same deadline, since what was set earlier lies nearer to the end. */
  #positionFor(deadlineMs: number): number {
    let low = 0
    let high = this.#pending.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#pending[middle]!.deadlineMs > deadlineMs) low = middle + 1
      else high = middle
    }
    return low
  }
}

/** One turn of the event loop: every promise that can settle without IO or time has done so. */
function settle(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}
