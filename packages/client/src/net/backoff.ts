import type { Random } from '@milena/runtime'

/** How long to wait before the next attempt: doubles from `initialMs` to `maxMs`, give or take a fifth (KIP-580). */
export class ExponentialBackoff {
  readonly #random: Random
  readonly #initialMs: number
  readonly #maxMs: number

  constructor({ random, initialMs, maxMs }: { random: Random; initialMs: number; maxMs: number }) {
    this.#random = random
    this.#initialMs = initialMs
    this.#maxMs = Math.max(initialMs, maxMs)
  }

  /** @param attempts how many attempts have already failed, from 0 */
  delayMs(attempts: number): number {
    const term = Math.min(this.#maxMs, this.#initialMs * 2 ** Math.min(attempts, 30))
    const jitter = 0.8 + (0.4 * this.#random.int(1001)) / 1000
    return Math.min(this.#maxMs, term * jitter)
  }
}
