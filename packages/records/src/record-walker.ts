import { RecordsError } from './records-error.ts'

const LOW_BITS = 0x7f

/**
 * Walks over records where they lie, one `next()` after the other, without making an object for any: after each
 * it holds the positions of the record's parts. Throws a `RecordsError` (`INVALID_RECORD`) when the bytes are no
 * records. The layout (Kafka's DefaultRecord), all numbers zigzag varints except the attributes:
 *
 *   length | attributes (1) | timestamp delta | offset delta | key length, key | value length, value
 *   | headers count, { key length, key | value length, value }
 *
 * A length of -1 stands for null; Kafka takes every negative one for it, and so does this.
 */
export class RecordWalker {
  readonly bytes: Uint8Array
  /** Where the next record begins. */
  position: number
  readonly end: number

  /** Where the record begins, with its length. */
  start = 0
  /** Where the attributes are, behind the length. */
  bodyStart = 0
  timestampDelta = 0
  offsetDeltaStart = 0
  offsetDelta = 0
  /** Where the key's length is: what lies before it depends on the batch, what follows does not. */
  contentStart = 0
  keyStart = 0
  /** Negative for null. */
  keyLength = -1
  valueStart = 0
  /** Negative for null. */
  valueLength = -1
  headersStart = 0
  headersCount = 0

  constructor(bytes: Uint8Array, start: number, end: number) {
    this.bytes = bytes
    this.position = start
    this.end = end
  }

  /** Steps over the next record; the caller knows how many there are. */
  next(): void {
    this.start = this.position
    const length = this.#readVarint(this.end)
    const recordEnd = this.position + length
    if (length < 0 || recordEnd > this.end) throw invalid('a record is longer than what is left of the batch')
    if (length === 0) throw invalid('a record is empty')
    this.bodyStart = this.position++
    this.timestampDelta = this.#readVarlong(recordEnd)
    this.offsetDeltaStart = this.position
    this.offsetDelta = this.#readVarint(recordEnd)
    this.contentStart = this.position
    this.keyLength = this.#readVarint(recordEnd)
    this.keyStart = this.position
    this.#skip(this.keyLength, recordEnd)
    this.valueLength = this.#readVarint(recordEnd)
    this.valueStart = this.position
    this.#skip(this.valueLength, recordEnd)
    this.headersCount = this.#readVarint(recordEnd)
    this.headersStart = this.position
    if (this.headersCount !== 0) this.#skipHeaders(recordEnd)
    if (this.position !== recordEnd) throw invalid('a record is longer than its parts')
  }

  /** Calls `visit` with the positions and lengths of each header of the record; a value's length may be negative. */
  visitHeaders(visit: (keyStart: number, keyLength: number, valueStart: number, valueLength: number) => void): void {
    const { position } = this
    this.position = this.headersStart
    for (let index = 0; index < this.headersCount; index++) {
      const keyLength = this.#readVarint(this.end)
      const keyStart = this.position
      this.position += keyLength
      const valueLength = this.#readVarint(this.end)
      const valueStart = this.position
      if (valueLength > 0) this.position += valueLength
      visit(keyStart, keyLength, valueStart, valueLength)
    }
    this.position = position
  }

  #skipHeaders(end: number): void {
    if (this.headersCount < 0 || this.headersCount > end - this.position) {
      throw invalid(`a record cannot have ${this.headersCount} headers`)
    }
    for (let index = 0; index < this.headersCount; index++) {
      const keyLength = this.#readVarint(end)
      if (keyLength < 0) throw invalid('a header has no key')
      this.#skip(keyLength, end)
      this.#skip(this.#readVarint(end), end)
    }
  }

  #skip(length: number, end: number): void {
    if (length <= 0) return
    if (length > end - this.position) throw invalid('a key, value or header is longer than its record')
    this.position += length
  }

  #readVarint(end: number): number {
    const { bytes } = this
    let at = this.position
    if (at < end) {
      const byte = bytes[at]!
      if (byte < 0x80) {
        this.position = at + 1
        return (byte >>> 1) ^ -(byte & 1)
      }
    }
    let raw = 0
    for (let shift = 0; shift <= 28; shift += 7) {
      if (at >= end) throw invalid('the records end within a number')
      const byte = bytes[at++]!
      raw |= (byte & LOW_BITS) << shift
      if (byte < 0x80) {
        this.position = at
        return (raw >>> 1) ^ -(raw & 1)
      }
    }
    throw invalid('a number has more than 32 bits')
  }

  /** As a double: exact as far as doubles are. */
  #readVarlong(end: number): number {
    const { bytes } = this
    let at = this.position
    // The first four bytes, 28 bits, without a multiplication: timestamp deltas of a batch are small.
    let low = 0
    for (let shift = 0; shift <= 21; shift += 7) {
      if (at >= end) throw invalid('the records end within a number')
      const byte = bytes[at++]!
      low |= (byte & LOW_BITS) << shift
      if (byte < 0x80) {
        this.position = at
        return (low >>> 1) ^ -(low & 1)
      }
    }
    // The next four bytes have the bits 28 to 55, the last two those up to 63.
    let middle = 0
    let high = 0
    for (let shift = 0; shift <= 35; shift += 7) {
      if (at >= end) throw invalid('the records end within a number')
      const byte = bytes[at++]!
      if (shift < 28) middle |= (byte & LOW_BITS) << shift
      else high |= (byte & LOW_BITS) << (shift - 28)
      if (byte < 0x80) {
        this.position = at
        return zigzagDecoded(low, middle, high & 0xff)
      }
    }
    throw invalid('a number has more than 64 bits')
  }
}

/** The number whose zigzag form has these bits: 28, 28 and 8 of them. */
function zigzagDecoded(low: number, middle: number, high: number): number {
  // Halved before it is put together, so that the sum needs no bit more than the result.
  const half = high * 2 ** 55 + middle * 2 ** 27 + (low >>> 1)
  return low & 1 ? -half - 1 : half
}

function invalid(message: string): RecordsError {
  return new RecordsError('INVALID_RECORD', message)
}
