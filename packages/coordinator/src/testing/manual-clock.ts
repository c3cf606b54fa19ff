import type { Clock } from '../edge/ports.ts'

interface Alarm {
  readonly atMs: number
  readonly fire: () => void
}

/** A clock that stands still until it is told to go on. */
export class ManualClock implements Clock {
  #nowMs = 1_000_000
  readonly #alarms = new Set<Alarm>()

  get alarmCount(): number {
    return this.#alarms.size
  }

  nowMs(): number {
    return this.#nowMs
  }

  monotonicMs(): number {
    return this.#nowMs
  }

  setTimer(delayMs: number, fire: () => void): { cancel(): void } {
    const alarm = { atMs: this.#nowMs + delayMs, fire }
    this.#alarms.add(alarm)
    return { cancel: () => void this.#alarms.delete(alarm) }
  }

  advance(durationMs: number): void {
    const untilMs = this.#nowMs + durationMs
    for (;;) {
      const next = [...this.#alarms].toSorted((left, right) => left.atMs - right.atMs)[0]
      if (next === undefined || next.atMs > untilMs) break
      this.#alarms.delete(next)
      this.#nowMs = Math.max(this.#nowMs, next.atMs)
      next.fire()
    }
    this.#nowMs = untilMs
  }
}
