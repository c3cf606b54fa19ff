import { RecordBatch } from '@milena/records'
import type { File, FileSystem } from '@milena/runtime'
import { BATCH_HEADER_BYTES, baseOffsetAt, lastOffsetAt, magicAt, sizeInBytesAt } from '../segment/batch-header.ts'
import { CorruptFileError } from '../storage-error.ts'
import type { SegmentToClean } from './cleaning-job.ts'

/** Whole batches of a segment, in a buffer that the next chunk is read into. */
export interface SegmentChunk {
  readonly bytes: Buffer
  /** Where the batches begin in `bytes`. */
  readonly starts: readonly number[]
}

/**
 * The batches of a segment from `position` on, as many at a time as the buffer holds; for a batch that is larger it
 * grows, and is given back behind the segment. Every batch is checked: a cleaning that copied what is damaged would
 * give it a new checksum and make it look sound. Throws {@link CorruptFileError}.
 */
export async function* segmentChunks(
  fs: FileSystem,
  segment: SegmentToClean,
  o: { readonly position: number; readonly ioBufferBytes: number },
): AsyncGenerator<SegmentChunk, void, undefined> {
  if (o.position >= segment.sizeInBytes) return
  const file = await fs.open(segment.logPath, 'read')
  try {
    yield* chunksOf(file, segment, o)
  } finally {
    await file.close()
  }
}

async function* chunksOf(
  file: File,
  segment: SegmentToClean,
  o: { readonly position: number; readonly ioBufferBytes: number },
): AsyncGenerator<SegmentChunk, void, undefined> {
  let buffer = Buffer.allocUnsafeSlow(Math.max(o.ioBufferBytes, BATCH_HEADER_BYTES))
  let nextOffset = segment.baseOffset
  for (let { position } = o; position < segment.sizeInBytes;) {
    const wanted = buffer.subarray(0, Math.min(buffer.length, segment.sizeInBytes - position))
    const bytes = wanted.subarray(0, await file.read(wanted, position))
    const starts: number[] = []
    let at = 0
    while (bytes.length - at >= BATCH_HEADER_BYTES) {
      const sizeInBytes = checkedSize(segment, bytes, at, position + at)
      if (sizeInBytes > bytes.length - at) break
      checkContent(segment, bytes, at, position + at, nextOffset)
      starts.push(at)
      nextOffset = lastOffsetAt(bytes, at) + 1
      at += sizeInBytes
    }
    if (at === 0) {
      if (bytes.length < wanted.length || wanted.length < buffer.length) {
        throw damaged(segment, position, 'the file ends within a batch')
      }
      buffer = Buffer.allocUnsafeSlow(checkedSize(segment, bytes, 0, position))
      continue
    }
    yield { bytes: bytes.subarray(0, at), starts }
    position += at
  }
}

function checkedSize(segment: SegmentToClean, bytes: Buffer, at: number, position: number): number {
  const sizeInBytes = sizeInBytesAt(bytes, at)
  if (sizeInBytes < BATCH_HEADER_BYTES || sizeInBytes > segment.sizeInBytes - position) {
    throw damaged(segment, position, `a batch says it has ${sizeInBytes} bytes`)
  }
  if (magicAt(bytes, at) !== 2) throw damaged(segment, position, `a batch has magic ${magicAt(bytes, at)}`)
  return sizeInBytes
}

function checkContent(segment: SegmentToClean, bytes: Buffer, at: number, position: number, nextOffset: number): void {
  const [baseOffset, lastOffset] = [baseOffsetAt(bytes, at), lastOffsetAt(bytes, at)]
  if (baseOffset < nextOffset || lastOffset < baseOffset) {
    const problem = `a batch says it holds offsets ${baseOffset} to ${lastOffset}, where ${nextOffset} is due`
    throw damaged(segment, position, problem)
  }
  if (!RecordBatch.at(bytes, at).isValidCrc()) {
    throw damaged(segment, position, `the batch of offset ${baseOffset} does not match its CRC`)
  }
}

function damaged(segment: SegmentToClean, position: number, problem: string): CorruptFileError {
  return new CorruptFileError(`${segment.logPath} is damaged at byte ${position}: ${problem}`)
}
