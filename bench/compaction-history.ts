// What the benchmark of compaction produced, so that it can say what must be left of it.
import { buildBatch } from '@milena/records'
import type { Record } from '@milena/records'

const VALUE_BYTES = 1000

/** Which key each offset has. Values can be told from their offset. */
export class History {
  readonly #keys: number
  #keyAt = new Int32Array(1 << 20)
  #seed = 1
  readonly #value = Buffer.alloc(VALUE_BYTES, 'compaction ')
  endOffset = 0
  sizeInBytes = 0

  constructor(keys: number) {
    this.#keys = keys
  }

  /** The batch for the next offsets, which are taken to be produced in this order. */
  nextBatch(count: number): Uint8Array {
    const records = Array.from({ length: count }, () => {
      const key = this.#nextKey()
      const value = Buffer.from(this.#value)
      value.writeDoubleBE(this.endOffset, 0)
      this.#note(key)
      return { timestamp: Date.now(), key: Buffer.from(String(key)), value }
    })
    const bytes = buildBatch({ records })
    this.sizeInBytes += bytes.length
    return bytes
  }

  /** All keys come once before any comes again, and then at random (xorshift). */
  #nextKey(): number {
    if (this.endOffset < this.#keys) return this.endOffset
    this.#seed ^= this.#seed << 13
    this.#seed ^= this.#seed >>> 17
    this.#seed ^= this.#seed << 5
    return (this.#seed >>> 0) % this.#keys
  }

  #note(key: number): void {
    if (this.endOffset === this.#keyAt.length) {
      const larger = new Int32Array(this.#keyAt.length * 2)
      larger.set(this.#keyAt)
      this.#keyAt = larger
    }
    this.#keyAt[this.endOffset++] = key
  }

  /** By key: 1 for those that were produced before `offset`. */
  keysBefore(offset: number): Uint8Array {
    const keys = new Uint8Array(this.#keys)
    for (let at = 0; at < offset; at++) keys[this.#keyAt[at]!] = 1
    return keys
  }

  /** The offsets that must be there: before `cleaned` the last of each key, all behind it. */
  survivors(cleaned: number): number[] {
    const last = new Int32Array(this.#keys).fill(-1)
    for (let at = 0; at < cleaned; at++) last[this.#keyAt[at]!] = at
    const offsets = [...last].filter((offset) => offset >= 0).toSorted((one, other) => one - other)
    for (let at = cleaned; at < this.endOffset; at++) offsets.push(at)
    return offsets
  }

  /** Throws when a record is not the one that was produced at its offset. */
  verify({ offset, key, value }: Record): void {
    const written = value === null ? -1 : Buffer.from(value).readDoubleBE(0)
    if (
      written !== offset ||
      value?.length !== VALUE_BYTES ||
      String(this.#keyAt[offset]) !== Buffer.from(key!).toString()
    ) {
      throw new Error(`the record at ${offset} is not the one that was produced there`)
    }
  }
}
