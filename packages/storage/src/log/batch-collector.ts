import { RecordBatch } from '@milena/records'
import { BATCH_HEADER_BYTES, baseOffsetAt, lastOffsetAt, magicAt, sizeInBytesAt } from '../segment/batch-header.ts'

/** Whole batches, in the order of their offsets; the bytes are shared with the cache and must not be changed. */
export interface FetchData {
  readonly slices: readonly Uint8Array[]
  readonly sizeInBytes: number
  /** The offset after the last batch; the offset asked for when there is none. */
  readonly nextOffset: number
}

export interface ReadRequest {
  readonly startOffset: number
  readonly maxBytes: number
  /** No batch that reaches to this offset or beyond it. */
  readonly endOffset: number
  /** Where the log ends, if that is known: a batch that says that it lies behind is damaged. */
  readonly writtenOffset?: number
  /** The first batch is given whole even when it alone is larger than `maxBytes`. */
  readonly minOneMessage: boolean
}

interface TakeOptions {
  readonly verify?: boolean
  readonly endsFile?: boolean
}

/** Batches as they are collected for a read, until one does not fit. */
export class BatchCollector implements FetchData {
  readonly slices: Uint8Array[] = []
  sizeInBytes = 0
  nextOffset: number
  /** The answer is complete: the next batch does not fit, or there can be none. */
  isFull = false
  /** The next batch is not what was written: it is not given out, and nothing behind it. */
  isDamaged = false
  /**
   * The next batch begins behind the offset that was asked for. Where none was compacted, the one before it says that it
   * ends too early; so that one has to be looked at, before `mayLeaveGap` is set.
   */
  isBeforeGap = false
  mayLeaveGap = false
  readonly #request: ReadRequest
  /** Of the batch before the next one, where it is known. */
  #lastOffset = -1
  #segmentEnd = Infinity

  constructor(request: ReadRequest) {
    this.#request = request
    this.nextOffset = request.startOffset
  }

  /** What follows lies in a segment whose batches have offsets from `baseOffset` on, and before `endOffset`. */
  beginSegment(baseOffset: number, endOffset: number): void {
    this.#lastOffset = baseOffset - 1
    this.#segmentEnd = endOffset
  }

  /** Notes that what follows is damaged; tells whether there is something before it to be given out. */
  endsBeforeDamage(): boolean {
    this.isDamaged = true
    return this.sizeInBytes > 0
  }

  get bytesLeft(): number {
    return Math.max(0, this.#request.maxBytes - this.sizeInBytes)
  }

  /**
   * Takes the batches that follow, as one slice, and returns how many bytes of `bytes` are done with: batches taken,
   * and those before the offset asked for. What is left is a batch of which only a part is there, or no batch. With
   * `verify` a batch is taken only if it is what was written, as far as that can be seen; so the header of the one
   * behind it has to be there too, unless the file ends with these bytes.
   */
  take(bytes: Buffer, { verify = false, endsFile = true }: TakeOptions = {}): number {
    let from = -1
    let at = 0
    let end = 0
    while (!this.isFull && isBatchAt(bytes, at, 0)) {
      const sizeInBytes = sizeInBytesAt(bytes, at)
      const lastOffset = lastOffsetAt(bytes, at)
      if (verify && !this.#isInPlace(baseOffsetAt(bytes, at), lastOffset)) {
        this.isDamaged = true
        break
      }
      if (lastOffset >= this.nextOffset) {
        if (verify && this.#isBeyondTheLog(bytes, at, lastOffset)) {
          this.isDamaged = true
          break
        }
        this.isBeforeGap = this.sizeInBytes === 0 && baseOffsetAt(bytes, at) > this.nextOffset
        if (verify && this.isBeforeGap && !this.mayLeaveGap) break
        if (!this.#fits(sizeInBytes, lastOffset)) break
        const neededBytes = verify && !endsFile ? sizeInBytes + BATCH_HEADER_BYTES : sizeInBytes
        if (at + neededBytes > bytes.byteLength) break
        if (verify && !isAsWritten(bytes, at)) {
          this.isDamaged = true
          break
        }
        if (from < 0) from = at
        this.sizeInBytes += sizeInBytes
        this.nextOffset = lastOffset + 1
        end = at + sizeInBytes
      }
      this.#lastOffset = lastOffset
      at += sizeInBytes
    }
    if (from >= 0) this.slices.push(from === 0 && end === bytes.byteLength ? bytes : bytes.subarray(from, end))
    if (this.sizeInBytes > 0 && this.bytesLeft < BATCH_HEADER_BYTES) this.isFull = true
    return at
  }

  /** Batches go up, and each lies in its segment. Their first offsets are outside of the checksum. */
  #isInPlace(baseOffset: number, lastOffset: number): boolean {
    return baseOffset > this.#lastOffset && lastOffset < this.#segmentEnd
  }

  /**
   * A batch that the reader may not see yet ends the read. One that only says so, because it is damaged, would let the
   * reader wait for ever.
   */
  #isBeyondTheLog(bytes: Buffer, at: number, lastOffset: number): boolean {
    const { endOffset, writtenOffset = Infinity } = this.#request
    if (lastOffset < endOffset) return false
    const isWhole = at + sizeInBytesAt(bytes, at) <= bytes.byteLength
    return lastOffset >= writtenOffset || (isWhole && !isAsWritten(bytes, at))
  }

  #fits(sizeInBytes: number, lastOffset: number): boolean {
    const isFirst = this.sizeInBytes === 0 && this.#request.minOneMessage
    const fits = lastOffset < this.#request.endOffset && (isFirst || sizeInBytes <= this.bytesLeft)
    this.isFull = !fits
    return fits
  }
}

/** Whether a batch can begin at `at`, and hold nothing before `minOffset`. */
export function isBatchAt(bytes: Buffer, at: number, minOffset: number): boolean {
  return (
    bytes.byteLength - at >= BATCH_HEADER_BYTES &&
    magicAt(bytes, at) === 2 &&
    sizeInBytesAt(bytes, at) >= BATCH_HEADER_BYTES &&
    baseOffsetAt(bytes, at) >= minOffset &&
    lastOffsetAt(bytes, at) >= baseOffsetAt(bytes, at)
  )
}

/** True to its CRC, which covers all but the offset; and that is not beyond the one of the batch behind it. */
function isAsWritten(bytes: Buffer, at: number): boolean {
  const next = at + sizeInBytesAt(bytes, at)
  const goesOn = !isBatchAt(bytes, next, 0) || baseOffsetAt(bytes, next) > lastOffsetAt(bytes, at)
  return goesOn && RecordBatch.at(bytes, at).isValidCrc()
}
