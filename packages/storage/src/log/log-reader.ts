import type { FetchData, ReadRequest } from './batch-collector.ts'
import { BatchCollector, isBatchAt } from './batch-collector.ts'
import { BATCH_HEADER_BYTES, asBuffer, sizeInBytesAt } from '../segment/batch-header.ts'
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
    for (;;) {
      await readSegment(segment, collector)
      const next = this.#segments.higher(segment)
      if (collector.isFull || collector.isDamaged || next === undefined || collector.nextOffset >= request.endOffset)
        return collector
      segment = next
    }
  }
}

async function readSegment(segment: LogSegment, collector: BatchCollector): Promise<void> {
  let position = await segment.lookup(collector.nextOffset)
  let neededBytes = BATCH_HEADER_BYTES
  let wasRebuilt = position === 0
  while (!collector.isFull && position < segment.writtenBytes) {
    const bytes = await readAt(segment, position, Math.max(neededBytes, collector.bytesLeft + SKIP_BYTES))
    // An index leads to the batch that holds the offset, or to one before it.
    const isAstray = !wasRebuilt && isBatchAt(bytes, 0, collector.nextOffset + 1)
    if (isAstray || !isBatchAt(bytes, 0, segment.baseOffset)) {
      // What was collected is sound; whoever asks for the rest learns of the damage.
      if (collector.endsBeforeDamage()) return
      if (wasRebuilt) throw damaged(segment, position, 'no batch begins here')
      wasRebuilt = true
      await segment.indexes.rebuildAsWrong()
      position = await segment.lookup(collector.nextOffset)
      continue
    }
    const done = collector.take(bytes, { verify: true })
    position += done
    if (collector.isDamaged) {
      if (collector.endsBeforeDamage()) return
      throw damaged(segment, position, `the batch of offset ${collector.nextOffset} is not what was written`)
    }
    neededBytes = bytes.byteLength - done >= BATCH_HEADER_BYTES ? sizeInBytesAt(bytes, done) : BATCH_HEADER_BYTES
    if (!collector.isFull && position < segment.writtenBytes && neededBytes > segment.writtenBytes - position) {
      if (collector.endsBeforeDamage()) return
      throw damaged(segment, position, `a batch of ${neededBytes} bytes is longer than the file`)
    }
  }
  // A batch before the offset that is wanted has a wrong length: what follows on the file is not what comes next.
  if (position > segment.writtenBytes && !collector.endsBeforeDamage()) {
    throw damaged(segment, position, 'a batch is longer than the file')
  }
}

/** A consumer is told so, and stops: KAFKA_STORAGE_ERROR would let it try for ever. */
function damaged(segment: LogSegment, position: number, problem: string): StorageError {
  return new StorageError('CORRUPT_MESSAGE', segment.corruption(position, problem).message)
}

async function readAt(segment: LogSegment, position: number, wantedBytes: number): Promise<Buffer> {
  const target = Buffer.allocUnsafeSlow(Math.min(wantedBytes, segment.writtenBytes - position))
  return target.subarray(0, await segment.read(target, position))
}
