import type { Random } from './random.ts'
import { uuidFrom } from './random.ts'

/** The largest bound that `int` takes, the same as that of the system's source. */
const LARGEST_BOUND = 2 ** 48 - 1

/**
 * Random numbers that are the same for the same seed on every machine (sfc32, a small generator of good
 * quality). Not fit for secrets.
 */
export class SeededRandom implements Random {
  readonly #state: Uint32Array

  constructor(seed: number) {
    // The seed's low and high halves, a counter, and rounds enough that near seeds share nothing.
    this.#state = Uint32Array.of(seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0, 0x9e3779b9, 1)
    for (let round = 0; round < 15; round++) this.#next()
  }

  uuid(): string {
    return uuidFrom((length) => this.bytes(length))
  }

  bytes(length: number): Uint8Array {
    const bytes = new Uint8Array(length)
    for (let index = 0; index < length; index += 4) {
      const word = this.#next()
      for (let byte = 0; byte < 4 && index + byte < length; byte++) bytes[index + byte] = word >>> (8 * byte)
    }
    return bytes
  }

  int(maxExclusive: number): number {
    if (!Number.isInteger(maxExclusive) || maxExclusive < 1 || maxExclusive > LARGEST_BOUND) {
      throw new RangeError(`a bound is a whole number from 1 to ${LARGEST_BOUND}, not ${maxExclusive}`)
    }
    // Drawn again when it falls into the incomplete last stretch: a bare remainder would favour small numbers.
    const stretch = 2 ** 53 - (2 ** 53 % maxExclusive)
    for (;;) {
      const drawn = (this.#next() >>> 11) * 2 ** 32 + this.#next()
      if (drawn < stretch) return drawn % maxExclusive
    }
  }

  /** The next 32 bits. */
  #next(): number {
    const state = this.#state
    const [a, b, c, counter] = [state[0]!, state[1]!, state[2]!, state[3]!]
    const result = (a + b + counter) >>> 0
    state[3] = counter + 1
    state[0] = b ^ (b >>> 9)
    state[1] = c + (c << 3)
    state[2] = ((c << 21) | (c >>> 11)) + result
    return result
  }
}
