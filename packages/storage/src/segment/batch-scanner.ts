import { RecordBatch } from '@milena/records'
import { BATCH_HEADER_BYTES, baseOffsetAt, lastOffsetAt, magicAt, sizeInBytesAt } from './batch-header.ts'

/** A batch in passing: `at` is its place in `bytes`, `position` that in the file. */
export interface ScannedBatch {
  readonly bytes: Buffer
  readonly at: number
  readonly position: number
  readonly sizeInBytes: number
}

export interface ScanResult {
  /** The end of the last sound batch. */
  readonly endPosition: number
  /** What is wrong with the batch at `endPosition`, if that is why the scan ended. */
  readonly problem: string | undefined
  /**
   * Set when the batch at `endPosition` contradicts the one before it, which itself began behind a gap: where that
   * one begins, and the offset that was due there. Base offsets lie outside of the checksum, so it is most likely that
   * one which is wrong.
   */
  readonly suspect?: { readonly position: number; readonly offset: number }
}

export interface ScanOptions {
  /** Reads of the segment's file; fewer bytes than asked only at its end. */
  readonly read: (target: Uint8Array, position: number) => Promise<number>
  readonly from: number
  readonly to: number
  /** Every batch is held against its CRC. */
  readonly verify?: boolean
  /** No batch may begin before this offset. */
  readonly minOffset: number
  /** No batch may reach to this offset; Infinity unless given. */
  readonly endOffset?: number
  /** Batches follow each other without a gap; in a scan from the begin, the first one has `minOffset`. */
  readonly contiguous?: boolean
  /** Sees every sound batch in order; `false` ends the scan behind it. */
  readonly visit: (batch: ScannedBatch) => boolean | void
}

const CHUNK_BYTES = 1_048_576

/**
 * Walks the batches of a segment in large reads, and stops at the first that is not whole, not of magic 2, not
 * behind the one before it, or, where asked, not true to its CRC.
 */
export async function scanBatches(options: ScanOptions): Promise<ScanResult> {
  const scan = new Scan(options)
  while (scan.position < options.to && !scan.ended) {
    const target = Buffer.allocUnsafeSlow(Math.min(scan.chunkBytes, options.to - scan.position))
    const filled = await options.read(target, scan.position)
    scan.walk(target.subarray(0, filled), filled < target.byteLength)
  }
  return scan.result
}

class Scan {
  position: number
  #problem: string | undefined
  /** Where the last batch begins, if it does so behind a gap, and the offset that was due there. */
  #behindGap: ScanResult['suspect']
  #suspect: ScanResult['suspect']
  /** How much to read at once: more than usual when a batch is larger. */
  chunkBytes = CHUNK_BYTES
  ended = false
  readonly #options: ScanOptions
  #minOffset: number
  /** The offset after the last batch; unknown before the first one of a scan that begins in the middle. */
  #nextOffset: number | undefined

  constructor(options: ScanOptions) {
    this.#options = options
    this.position = options.from
    this.#minOffset = options.minOffset
    this.#nextOffset = options.from === 0 ? options.minOffset : undefined
  }

  get result(): ScanResult {
    const result = { endPosition: this.position, problem: this.#problem }
    return this.#suspect === undefined ? result : { ...result, suspect: this.#suspect }
  }

  /** Walks the batches that lie whole in `bytes`, which were read at `position`, and moves behind them. */
  walk(bytes: Buffer, isFileEnd: boolean): void {
    const end = isFileEnd ? this.position + bytes.byteLength : this.#options.to
    let at = 0
    while (!this.ended && this.position < end) {
      const known = bytes.byteLength - at
      if (end - this.position < BATCH_HEADER_BYTES) return this.#stop(`only ${end - this.position} bytes are left`)
      if (known < BATCH_HEADER_BYTES) return
      const sizeInBytes = sizeInBytesAt(bytes, at)
      this.#checkHeader(bytes, at, sizeInBytes, end)
      if (this.ended) return
      this.chunkBytes = Math.max(CHUNK_BYTES, sizeInBytes)
      if (known < sizeInBytes) return
      this.#visit(bytes, at, sizeInBytes)
      at += sizeInBytes
    }
    this.ended ||= isFileEnd
  }

  #checkHeader(bytes: Buffer, at: number, sizeInBytes: number, end: number): void {
    if (sizeInBytes < BATCH_HEADER_BYTES) return this.#stop(`a batch says it has ${sizeInBytes} bytes`)
    if (sizeInBytes > end - this.position) {
      return this.#stop(`a batch of ${sizeInBytes} bytes is cut off after ${end - this.position}`)
    }
    if (magicAt(bytes, at) !== 2) return this.#stop(`a batch has magic ${magicAt(bytes, at)}`)
    const baseOffset = baseOffsetAt(bytes, at)
    const lastOffset = lastOffsetAt(bytes, at)
    const goesBack = baseOffset < this.#minOffset
    const leavesGap = this.#isGap(baseOffset) && this.#options.contiguous === true
    const { endOffset = Infinity } = this.#options
    if (!goesBack && !leavesGap && lastOffset >= baseOffset && lastOffset < endOffset) return
    if (goesBack) this.#suspect = this.#behindGap
    const due = endOffset === Infinity ? '' : ` and less than ${endOffset}`
    this.#stop(`a batch says it holds offsets ${baseOffset} to ${lastOffset}, where ${this.#minOffset}${due} is due`)
  }

  #visit(bytes: Buffer, at: number, sizeInBytes: number): void {
    const lastOffset = lastOffsetAt(bytes, at)
    if (this.#options.verify === true && !RecordBatch.at(bytes, at).isValidCrc()) {
      return this.#stop(`the batch of offset ${baseOffsetAt(bytes, at)} does not match its CRC`)
    }
    const isBehindGap = this.#isGap(baseOffsetAt(bytes, at))
    this.#behindGap = isBehindGap ? { position: this.position, offset: this.#minOffset } : undefined
    const goesOn = this.#options.visit({ bytes, at, position: this.position, sizeInBytes })
    this.position += sizeInBytes
    this.#minOffset = lastOffset + 1
    this.#nextOffset = this.#minOffset
    this.ended = goesOn === false
  }

  #isGap(baseOffset: number): boolean {
    return this.#nextOffset !== undefined && baseOffset > this.#nextOffset
  }

  #stop(problem: string): void {
    this.#problem = problem
    this.ended = true
  }
}
