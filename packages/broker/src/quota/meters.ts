/** Meters by whose consumption they measure, made when first asked for; those that are idle are forgotten. */
export class Meters<M> {
  readonly #make: () => M
  readonly #isIdle: (meter: M, nowMs: number) => boolean
  readonly #meters = new Map<string, M>()
  /** Names come from clients, so their number has no bound of its own. */
  #sweepAt = SMALLEST_SWEEP

  constructor(make: () => M, isIdle: (meter: M, nowMs: number) => boolean) {
    this.#make = make
    this.#isIdle = isIdle
  }

  get size(): number {
    return this.#meters.size
  }

  get(name: string, nowMs: number): M {
    let meter = this.#meters.get(name)
    if (meter === undefined) {
      if (this.#meters.size >= this.#sweepAt) this.#sweep(nowMs)
      meter = this.#make()
      this.#meters.set(name, meter)
    }
    return meter
  }

  #sweep(nowMs: number): void {
    for (const [name, meter] of this.#meters) {
      if (this.#isIdle(meter, nowMs)) this.#meters.delete(name)
    }
    this.#sweepAt = Math.max(SMALLEST_SWEEP, 2 * this.#meters.size)
  }
}

const SMALLEST_SWEEP = 1000
