/**
 * How many connections a second may be made (`max.connection.creation.rate`, KIP-612): of all listeners together, and of
 * one. Who comes too fast is not turned away but waits, and whoever comes to the same listener meanwhile waits behind.
 */
import type { Clock, Timer } from '@milena/runtime'
import { SampledRate } from '../quota/sampled-rate.ts'
import type { RateWindows } from '../quota/sampled-rate.ts'

/** Connections a second; Infinity where there is no bound. */
export interface ConnectionRates {
  readonly ofBroker: number
  /** By listener name. */
  readonly ofListeners: ReadonlyMap<string, number>
  /** The listener of the brokers, which clients of others do not hold up. */
  readonly protectedListener: string | undefined
}

interface Line {
  readonly rate: SampledRate
  readonly waiting: (() => void)[]
  timer: Timer | undefined
}

export class ConnectionGate {
  readonly #clock: Clock
  readonly #windows: RateWindows
  readonly #ofBroker: SampledRate
  readonly #lines = new Map<string, Line>()
  #rates: ConnectionRates

  constructor(o: { readonly clock: Clock; readonly windows: RateWindows; readonly rates: ConnectionRates }) {
    this.#clock = o.clock
    this.#windows = o.windows
    this.#rates = o.rates
    this.#ofBroker = new SampledRate(o.windows)
  }

  set rates(rates: ConnectionRates) {
    this.#rates = rates
  }

  /** How many wait at a listener. */
  waiting(listenerName: string): number {
    return this.#lines.get(listenerName)?.waiting.length ?? 0
  }

  /** Calls `enter` now, or when it is this one's turn. */
  pass(listenerName: string, enter: () => void): void {
    const line = this.#lines.get(listenerName)
    if (line?.timer !== undefined) {
      line.waiting.push(enter)
      return
    }
    const delayMs = this.#record(listenerName)
    if (delayMs === 0) enter()
    else this.#hold(listenerName, delayMs, enter)
  }

  /** Lets everybody in who waits, in order, for it is time to turn all of them away. */
  open(): void {
    for (const line of this.#lines.values()) {
      line.timer?.cancel()
      line.timer = undefined
      for (const enter of line.waiting.splice(0)) enter()
    }
  }

  #hold(listenerName: string, delayMs: number, first: () => void): void {
    const line = this.#line(listenerName)
    line.waiting.unshift(first)
    line.timer = this.#clock.setTimer(delayMs, () => {
      line.timer = undefined
      line.waiting.shift()?.()
      this.#goOn(listenerName, line)
    })
  }

  #goOn(listenerName: string, { waiting }: Line): void {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const delayMs = this.#record(listenerName)
      if (delayMs > 0) return this.#hold(listenerName, delayMs, next)
      next()
    }
  }

  /** Counts a connection; after how many ms it may come in. */
  #record(listenerName: string): number {
    const { ofBroker, ofListeners, protectedListener } = this.#rates
    const ofListener = ofListeners.get(listenerName) ?? Infinity
    const ofListenerMs = ofListener === Infinity ? 0 : this.#delayMs(this.#line(listenerName).rate, ofListener)
    if (ofBroker === Infinity || listenerName === protectedListener) return ofListenerMs
    return Math.max(ofListenerMs, this.#delayMs(this.#ofBroker, ofBroker))
  }

  #delayMs(rate: SampledRate, bound: number): number {
    const nowMs = this.#clock.monotonicMs()
    rate.record(1, nowMs)
    return Math.min(rate.throttleMs(bound, nowMs), this.#windows.windowMs)
  }

  #line(listenerName: string): Line {
    const known = this.#lines.get(listenerName)
    if (known !== undefined) return known
    const line: Line = { rate: new SampledRate(this.#windows), waiting: [], timer: undefined }
    this.#lines.set(listenerName, line)
    return line
  }
}
