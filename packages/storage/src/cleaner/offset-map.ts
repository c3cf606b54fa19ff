import { KeyHash } from './key-hash.ts'

/** A hash of sixteen bytes and an offset of eight, as in Kafka, so that the same memory holds as many keys. */
export const BYTES_PER_KEY = 24

/** What a map begins with: most logs are small. */
const FIRST_SLOTS = 4096

/** How much a map that is full becomes larger at a time. */
const GROWTH = 4

/**
 * The last offset of each key in the dirty part of a log (Kafka's SkimpyOffsetMap): open addressing in typed arrays,
 * keys by their hash alone. It takes at most `memoryBytes`, and as much only when there are so many keys; while it
 * grows, what it was, a quarter of that, is there too.
 */
export class OffsetMap {
  /** As many keys as there can ever be. */
  readonly slotsMax: number
  readonly #hash = new KeyHash()
  readonly #slotsAtFirst: number
  #slots: number
  #hashes: Int32Array
  /** One more than the offset; zero where there is none. */
  #offsets: Float64Array
  #size = 0
  /** Everything up to here has been taken into account; -1 for nothing. */
  latestOffset = -1

  constructor(memoryBytes: number) {
    this.slotsMax = primeBelow(Math.floor(memoryBytes / BYTES_PER_KEY))
    this.#slotsAtFirst = Math.min(this.slotsMax, primeBelow(FIRST_SLOTS))
    this.#slots = this.#slotsAtFirst
    this.#hashes = new Int32Array(this.#slots * 4)
    this.#offsets = new Float64Array(this.#slots)
  }

  /** How many keys it holds. */
  get size(): number {
    return this.#size
  }

  /** How full it is, of what it may hold: 0 to 1. */
  get utilization(): number {
    return this.#size / this.slotsMax
  }

  /** Notes the offset of the key that lies at `start`; it is behind all that were noted of this key. */
  put(bytes: Uint8Array, start: number, length: number, offset: number): void {
    this.#hash.hash(bytes, start, length)
    const slot = this.#find(this.#hash.words, 0)
    if (this.#offsets[slot] !== 0) {
      this.#offsets[slot] = offset + 1
      return
    }
    // One slot stays free, for a search to end at.
    if (this.#size + 1 >= this.#slots) {
      throw new RangeError(`an offset map of ${this.slotsMax} slots is full`)
    }
    this.#hashes.set(this.#hash.words, slot * 4)
    this.#offsets[slot] = offset + 1
    this.#size += 1
    if (this.#size > this.#slots * 0.75 && this.#slots < this.slotsMax) this.#grow()
  }

  /** The last offset of the key that lies at `start`; -1 when there is none. */
  get(bytes: Uint8Array, start: number, length: number): number {
    this.#hash.hash(bytes, start, length)
    return this.#offsets[this.#find(this.#hash.words, 0)]! - 1
  }

  /** The slot that has the hash at `words[at]`, or the free one in which it belongs. */
  #find(words: Int32Array, at: number): number {
    const [first, second, third, fourth] = [words[at]!, words[at + 1]!, words[at + 2]!, words[at + 3]!]
    const hashes = this.#hashes
    let slot = (first >>> 0) % this.#slots
    // The number of slots is prime: every step passes through all of them.
    const step = 1 + ((second >>> 0) % (this.#slots - 1))
    while (this.#offsets[slot] !== 0) {
      const place = slot * 4
      if (
        hashes[place] === first &&
        hashes[place + 1] === second &&
        hashes[place + 2] === third &&
        hashes[place + 3] === fourth
      ) {
        return slot
      }
      slot += step
      if (slot >= this.#slots) slot -= this.#slots
    }
    return slot
  }

  #grow(): void {
    const [hashes, offsets] = [this.#hashes, this.#offsets]
    this.#slots = Math.min(this.slotsMax, primeBelow(this.#slots * GROWTH))
    this.#hashes = new Int32Array(this.#slots * 4)
    this.#offsets = new Float64Array(this.#slots)
    for (let old = 0; old < offsets.length; old++) {
      if (offsets[old] === 0) continue
      const slot = this.#find(hashes, old * 4)
      this.#hashes.set(hashes.subarray(old * 4, old * 4 + 4), slot * 4)
      this.#offsets[slot] = offsets[old]!
    }
  }
}

/** The largest prime that is not above `limit`; 3 where there is none worth having. */
function primeBelow(limit: number): number {
  for (let candidate = limit - 1 + (limit % 2); candidate > 3; candidate -= 2) if (isPrime(candidate)) return candidate
  return 3
}

function isPrime(odd: number): boolean {
  for (let divisor = 3; divisor * divisor <= odd; divisor += 2) if (odd % divisor === 0) return false
  return true
}
