import type { BatchInFile } from '@milena/records'
import { RecordBatch, SECTOR_BYTES, describeChange } from '@milena/records'
import { BATCH_HEADER_BYTES, baseOffsetAt, magicAt, sizeInBytesAt } from './batch-header.ts'

/** What the file says of a stretch that holds no sound batch. */
export interface Damage {
  /** What of the batch has changed, where its own bytes tell that all of it had been written. */
  readonly change: string | undefined
  /** Where the next sound batch begins, with an offset that may follow; undefined when there is none in the file. */
  readonly soundPosition: number | undefined
  /** Bytes are missing that a write would have put there, and nothing else is known to be wrong. */
  readonly looksUnwritten: boolean
}

const WINDOW_BYTES = 1_048_576
/** Batches end in a zero more often than not (a record without headers); two are rarely chance. */
const TRAILING_ZEROS_MIN = 2
/** The end of a marker is the version of its value, the epoch of a coordinator, and no headers: seven zeros. */
const TRAILING_ZEROS_MIN_OF_MARKERS = 8
const ATTRIBUTES_AT = 22
const IS_CONTROL = 0x20
/** Base offsets behind the damage lie within what one segment can hold. */
const OFFSET_DISTANCE_MAX = 0x7fff_ffff

/**
 * Looks at what lies behind the last sound batch of a segment.
 *
 * After a loss of power the file holds, of what was not synced, any part: of two writes the second may be on disk and
 * the first not. What was not written reads as zeros, by whole sectors, or the file ends before it. So zeros or a short
 * end tell of writes that nobody was promised, even if sound batches follow. Where bytes are wrong that are not
 * missing, something that had been written has changed: that is no torn tail. (etcd tells the two apart in the same
 * way.) A batch of zeros and of little else looks like one that lacks bytes, so it is asked first whether its checksum
 * tells that it does not.
 */
export async function inspectDamage(file: BatchInFile): Promise<Damage> {
  const change = await describeChange(file)
  const soundPosition = await findSoundBatch(file)
  const end = soundPosition ?? file.sizeInBytes
  const looksUnwritten =
    change === undefined && ((soundPosition === undefined && (await isCutShort(file))) || (await lacksBytes(file, end)))
  return { change, soundPosition, looksUnwritten }
}

/** The batch at `position` is longer than the file, or not even its header is whole. */
async function isCutShort({ read, position, sizeInBytes }: BatchInFile): Promise<boolean> {
  const header = Buffer.alloc(BATCH_HEADER_BYTES)
  const filled = await read(header, position)
  return filled < BATCH_HEADER_BYTES || sizeInBytesAt(header, 0) > sizeInBytes - position
}

/** A sector, or the part of it that lies in the stretch, is all zeros, or the stretch ends in zeros. */
async function lacksBytes({ read, position }: BatchInFile, end: number): Promise<boolean> {
  const header = Buffer.alloc(BATCH_HEADER_BYTES)
  await read(header, position)
  const isMarker = (header[ATTRIBUTES_AT]! & IS_CONTROL) !== 0
  let trailingZeros = 0
  for (let at = position; at < end;) {
    // A window ends where a sector does, so that none is seen in two parts.
    const windowEnd = Math.min(end, at - (at % SECTOR_BYTES) + WINDOW_BYTES)
    const window = Buffer.allocUnsafeSlow(windowEnd - at)
    const filled = await read(window, at)
    let zeros = 0
    for (let index = 0; index < filled; index++) {
      const isSectorBegin = (at + index) % SECTOR_BYTES === 0
      if (isSectorBegin) zeros = 0
      if (window[index] !== 0) {
        trailingZeros = 0
        zeros = -SECTOR_BYTES
        continue
      }
      trailingZeros += 1
      zeros += 1
      const isSectorEnd = (at + index + 1) % SECTOR_BYTES === 0
      if (isSectorEnd && zeros > 0) return true
    }
    if (filled === 0) break
    at += filled
  }
  return trailingZeros >= (isMarker ? TRAILING_ZEROS_MIN_OF_MARKERS : TRAILING_ZEROS_MIN)
}

async function findSoundBatch(file: BatchInFile): Promise<number | undefined> {
  const { read, sizeInBytes } = file
  for (let at = file.position + 1; at + BATCH_HEADER_BYTES <= sizeInBytes;) {
    const window = Buffer.allocUnsafeSlow(Math.min(WINDOW_BYTES, sizeInBytes - at))
    const filled = await read(window, at)
    const last = filled - BATCH_HEADER_BYTES
    for (let index = 0; index <= last; index++) {
      if (mayBeBatch(window, index, file, at + index) && (await isSound(file, at + index))) return at + index
    }
    if (last < 0) return undefined
    at += last + 1
  }
  return undefined
}

/** Cheap, and false nearly everywhere: offsets and lengths begin with zeros, and the magic stands behind them. */
function mayBeBatch(bytes: Buffer, at: number, { nextOffset, sizeInBytes }: BatchInFile, position: number): boolean {
  if (bytes[at + 16] !== 2 || bytes[at] !== 0 || bytes[at + 8] !== 0 || magicAt(bytes, at) !== 2) return false
  const size = sizeInBytesAt(bytes, at)
  const distance = baseOffsetAt(bytes, at) - nextOffset
  return size >= BATCH_HEADER_BYTES && size <= sizeInBytes - position && distance >= 0 && distance < OFFSET_DISTANCE_MAX
}

async function isSound({ read }: BatchInFile, position: number): Promise<boolean> {
  const header = Buffer.alloc(BATCH_HEADER_BYTES)
  await read(header, position)
  const batch = Buffer.allocUnsafeSlow(sizeInBytesAt(header, 0))
  return (await read(batch, position)) === batch.byteLength && RecordBatch.at(batch, 0).isValidCrc()
}
