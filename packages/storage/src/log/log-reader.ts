import { RecordBatch } from '@milena/records'
import type { FetchData, ReadRequest } from './batch-collector.ts'
import { BatchCollector, isBatchAt } from './batch-collector.ts'
import { BATCH_HEADER_BYTES, asBuffer, lastOffsetAt, sizeInBytesAt } from '../segment/batch-header.ts'
import type { LogSegment } from '../segment/log-segment.ts'
import type { LogSegments } from '../segment/log-segments.ts'
import { StorageError } from '../storage-error.ts'
import type { LogTail } from './tail-cache.ts'

/** Read beyond the bytes asked for: the batches between an index entry and the offset that is wanted. */
const SKIP_BYTES = 16_384

/** Reads of one log: from the tail cache when it reaches back far enough, else from the segments. */
export class LogReader {
  readonly #segments: LogSegments
  readonly #tail: LogTail

  constructor(o: { readonly segments: LogSegments; readonly tail: LogTail }) {
    this.#segments = o.segments
    this.#tail = o.tail
  }

  /** The batches that the cache holds, or undefined when it does not reach back to the offset. */
  readCached(request: ReadRequest): FetchData | undefined {
    const first = this.#tail.find(request.startOffset)
    if (first < 0) return undefined
    const collector = new BatchCollector(request)
    for (let index = first; !collector.isFull && collector.nextOffset < request.endOffset; index++) {
      const entry = this.#tail.entryAt(index)
      if (entry === undefined) break
      collector.take(asBuffer(entry.bytes))
    }
    return collector
  }

  /**
   * The batches that the files hold, each held against its CRC: what has changed on the disk is not served, for not
   * every client looks (librdkafka does not unless it is told to).
   */
  async read(request: ReadRequest): Promise<FetchData> {
    const collector = new BatchCollector(request)
    let segment = this.#segments.floor(request.startOffset) ?? this.#segments.first
    let before: BatchBefore | undefined
    for (;;) {
      const next = this.#segments.higher(segment)
      const endOffset = next?.baseOffset ?? Infinity
      before = await new SegmentReader({ segment, collector, before, endOffset }).read()
      if (collector.isFull || collector.isDamaged || collector.nextOffset >= request.endOffset) return collector
      if (next === undefined) break
      segment = next
    }
    // There is more to be read, and no batch holds it: either nothing is left of it, or the last batch says so wrongly.
    if (collector.sizeInBytes === 0) await refuseUnsound(before)
    return collector
  }
}

/** The last batch that a read has passed over, because it lies before the offset that is wanted. */
interface BatchBefore {
  readonly segment: LogSegment
  readonly position: number
}

class SegmentReader {
  readonly #segment: LogSegment
  readonly #collector: BatchCollector
  readonly #endOffset: number
  #before: BatchBefore | undefined
  #wasRebuilt = false
  #position = 0
  /** The position is the one that the index has led to. */
  #isFromIndex = false

  constructor(o: {
    readonly segment: LogSegment
    readonly collector: BatchCollector
    readonly before: BatchBefore | undefined
    /** Where the next segment begins. */
    readonly endOffset: number
  }) {
    this.#segment = o.segment
    this.#collector = o.collector
    this.#before = o.before
    this.#endOffset = o.endOffset
  }

  /** Lets the collector take what it wants of the segment; returns the last batch that it did not want. */
  async read(): Promise<BatchBefore | undefined> {
    const segment = this.#segment
    const collector = this.#collector
    this.#position = await this.#begin()
    let neededBytes = BATCH_HEADER_BYTES
    while (!collector.isFull && this.#position < segment.writtenBytes) {
      const restBytes = segment.writtenBytes - this.#position
      const wantedBytes = Math.min(restBytes, Math.max(neededBytes, collector.bytesLeft + SKIP_BYTES))
      const bytes = await readAt(segment, this.#position, wantedBytes)
      if (!this.#isRightPlace(bytes)) {
        if (collector.endsBeforeDamage()) break
        if (this.#wasRebuilt) throw damaged(segment, this.#position, 'no batch begins here')
        this.#wasRebuilt = true
        await segment.indexes.rebuildAsWrong()
        this.#position = await this.#begin()
        continue
      }
      const done = collector.take(bytes, { verify: true, endsFile: bytes.byteLength === restBytes })
      this.#noteBefore(bytes, done)
      this.#position += done
      this.#isFromIndex &&= done === 0
      if (collector.isBeforeGap && !collector.mayLeaveGap) await this.#lookBeforeGap()
      const problem = this.#problemOf(bytes, done, wantedBytes)
      if (problem !== undefined) {
        if (collector.endsBeforeDamage()) break
        throw damaged(segment, this.#position, problem)
      }
      neededBytes = bytes.byteLength - done >= BATCH_HEADER_BYTES ? sizeInBytesAt(bytes, done) : 0
      neededBytes += BATCH_HEADER_BYTES
    }
    return this.#before
  }

  /** Where a batch begins that is not behind the offset that is wanted, as the index knows it. */
  async #begin(): Promise<number> {
    const segment = this.#segment
    this.#collector.beginSegment(segment.baseOffset, this.#endOffset)
    const { offset, position } = await segment.indexedBatch(this.#collector.nextOffset)
    this.#isFromIndex = position > 0
    this.#wasRebuilt ||= position === 0
    if (position === 0) return 0
    const header = await readAt(segment, position, BATCH_HEADER_BYTES)
    // One that says it ends elsewhere is held against the one before it, which knows where it has to begin. (Of several
    // batches of one append older versions of Kafka note the end of the last.)
    const isAsIndexed = isBatchAt(header, 0, 0) && lastOffsetAt(header, 0) === offset
    return isAsIndexed || this.#wasRebuilt ? position : segment.lookup(offset - 1)
  }

  /** An index leads to the batch that holds the offset, or to one before it. */
  #isRightPlace(bytes: Buffer): boolean {
    const isAstray = this.#isFromIndex && !this.#wasRebuilt && isBatchAt(bytes, 0, this.#collector.nextOffset + 1)
    return !isAstray && isBatchAt(bytes, 0, this.#segment.baseOffset)
  }

  #noteBefore(bytes: Buffer, done: number): void {
    if (this.#collector.sizeInBytes > 0) return
    for (let at = 0; at < done; at += sizeInBytesAt(bytes, at)) {
      this.#before = { segment: this.#segment, position: this.#position + at }
    }
  }

  /** The batch before a gap may only seem to end there. */
  async #lookBeforeGap(): Promise<void> {
    await refuseUnsound(this.#before)
    this.#collector.mayLeaveGap = true
  }

  #problemOf(bytes: Buffer, done: number, wantedBytes: number): string | undefined {
    const segment = this.#segment
    const position = this.#position
    if (this.#collector.isDamaged) return `the batch of offset ${this.#collector.nextOffset} is not what was written`
    // A batch before the offset that is wanted has a wrong length: what follows on the file is not what comes next.
    if (position > segment.writtenBytes) return 'a batch is longer than the file'
    if (this.#collector.isFull || position === segment.writtenBytes) return undefined
    const rest = bytes.byteLength - done
    if (rest >= BATCH_HEADER_BYTES && sizeInBytesAt(bytes, done) > segment.writtenBytes - position) {
      return `a batch of ${sizeInBytesAt(bytes, done)} bytes is longer than the file`
    }
    return done === 0 && bytes.byteLength < wantedBytes ? 'the file ends' : undefined
  }
}

async function refuseUnsound(before: BatchBefore | undefined): Promise<void> {
  if (before === undefined || (await isSoundBatch(before))) return
  throw damaged(before.segment, before.position, 'the batch is not what was written')
}

async function isSoundBatch({ segment, position }: BatchBefore): Promise<boolean> {
  const header = await readAt(segment, position, BATCH_HEADER_BYTES)
  if (!isBatchAt(header, 0, segment.baseOffset)) return false
  const sizeInBytes = sizeInBytesAt(header, 0)
  const bytes = await readAt(segment, position, sizeInBytes)
  return bytes.byteLength === sizeInBytes && RecordBatch.at(bytes, 0).isValidCrc()
}

/** A consumer is told so, and stops: KAFKA_STORAGE_ERROR would let it try for ever. */
function damaged(segment: LogSegment, position: number, problem: string): StorageError {
  return new StorageError('CORRUPT_MESSAGE', segment.corruption(position, problem).message)
}

async function readAt(segment: LogSegment, position: number, wantedBytes: number): Promise<Buffer> {
  const target = Buffer.allocUnsafeSlow(Math.min(wantedBytes, segment.writtenBytes - position))
  return target.subarray(0, await segment.read(target, position))
}
