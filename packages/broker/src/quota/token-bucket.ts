import type { RateWindows } from './sampled-rate.ts'

/**
 * Credits that grow by `bound` a second up to what all windows together allow, and are spent (Kafka's TokenBucket,
 * KIP-599). They may fall below zero: a burst is paid for afterwards.
 */
export class TokenBucket {
  readonly #burstSeconds: number
  #tokens: number | undefined
  #updatedMs = 0

  constructor({ windows, windowMs }: RateWindows) {
    this.#burstSeconds = (windows * windowMs) / 1000
  }

  /** What is left; a bucket that is new is full. */
  tokens(bound: number, nowMs: number): number {
    const burst = this.#burstSeconds * bound
    const grown = (this.#tokens ?? burst) + (bound * (nowMs - this.#updatedMs)) / 1000
    this.#tokens = Math.min(burst, grown)
    this.#updatedMs = nowMs
    return this.#tokens
  }

  spend(amount: number, bound: number, nowMs: number): void {
    this.#tokens = this.tokens(bound, nowMs) - amount
  }

  /** How long nothing may be spent until there is no debt any more; 0 when there is none. */
  throttleMs(bound: number, nowMs: number): number {
    return Math.max(0, Math.round((-this.tokens(bound, nowMs) / bound) * 1000))
  }

  /** True when it is full again, as if it were new. */
  isIdle(bound: number, nowMs: number): boolean {
    return this.tokens(bound, nowMs) >= this.#burstSeconds * bound
  }
}
