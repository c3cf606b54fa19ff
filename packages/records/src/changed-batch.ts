import {
  ATTRIBUTES_AT,
  CRC_AT,
  LENGTH_AT,
  LOG_OVERHEAD,
  MAGIC,
  MAGIC_AT,
  RECORD_BATCH_OVERHEAD,
} from './batch-layout.ts'
import { crc32c } from './crc32c.ts'
import { findFlippedBit, isOneBit } from './flipped-bit.ts'

/** Where in a file a batch should be, and is none that is sound. */
export interface BatchInFile {
  /** Reads of the file; fewer bytes than asked only at its end. */
  readonly read: (target: Uint8Array, position: number) => Promise<number>
  readonly position: number
  readonly sizeInBytes: number
  /** The offset that is due at `position`. */
  readonly nextOffset: number
}

/** What a disk writes whole or not at all. */
export const SECTOR_BYTES = 512
/** What stands before is covered by no checksum: first offset, length, epoch, magic. */
const COVERED_FROM = ATTRIBUTES_AT
const CHUNK_BYTES = 1_048_576

/**
 * Says what of the batch at a position has changed, if its bytes show that all of them had been written: they match
 * the checksum with the length that the header gives, or with one that is a bit away from it, or a single flipped bit
 * explains why they do not. Undefined where bytes may be missing instead, as behind a loss of power.
 */
export async function describeChange(file: BatchInFile): Promise<string | undefined> {
  const { read, position, sizeInBytes } = file
  const header = Buffer.alloc(RECORD_BATCH_OVERHEAD)
  if ((await read(header, position)) < RECORD_BATCH_OVERHEAD) return undefined
  const crc = header.readUInt32BE(CRC_AT)
  const said = sizeIn(header)
  const sums = await sumsOf(file, lengthsNear(header, sizeInBytes - position))
  const length = [...sums].find(([, sum]) => sum === crc)?.[0]
  if (length !== undefined) return lacksBegin(header, length, file) ? undefined : changeIn(header, length, file)
  const sum = sums.get(said)
  if (sum === undefined) return undefined
  const difference = sum ^ crc
  if (isOneBit(difference)) return 'all its bytes are there, and one bit of its checksum has changed'
  const flip = findFlippedBit(difference, said - COVERED_FROM)
  if (flip === undefined) return undefined
  const at = COVERED_FROM + flip.at
  if (await mayBeMissing(file, { at, bit: flip.bit, length: said })) return undefined
  return `all its bytes are there, and one bit of its byte ${at} has changed`
}

/** The whole batch with its header. */
function sizeIn(header: Buffer): number {
  return LOG_OVERHEAD + header.readInt32BE(LENGTH_AT)
}

/** The length that the header says, and those of which one bit differs from it, as far as the file goes; ascending. */
function lengthsNear(header: Buffer, available: number): number[] {
  const field = header.readInt32BE(LENGTH_AT)
  const lengths = [field, ...Array.from({ length: 32 }, (_, bit) => field ^ (1 << bit))].map(
    (each) => each + LOG_OVERHEAD,
  )
  return lengths.filter((each) => each >= RECORD_BATCH_OVERHEAD && each <= available).toSorted((a, b) => a - b)
}

/** The checksum that a batch of each of these lengths, which ascend, would have. */
async function sumsOf({ read, position }: BatchInFile, lengths: readonly number[]): Promise<Map<number, number>> {
  const sums = new Map<number, number>()
  let sum = 0
  let at = COVERED_FROM
  for (const length of lengths) {
    while (at < length) {
      const chunk = Buffer.allocUnsafeSlow(Math.min(CHUNK_BYTES, length - at))
      const filled = await read(chunk, position + at)
      if (filled === 0) return sums
      sum = crc32c(chunk.subarray(0, filled), sum)
      at += filled
    }
    sums.set(length, sum)
  }
  return sums
}

/**
 * Whether the batch may begin in a sector that did not come to the disk, while the next one, in which its checksum
 * stands, did: then what lies in the first reads as zeros.
 */
function lacksBegin(header: Buffer, length: number, { position, nextOffset }: BatchInFile): boolean {
  const inFirstSector = SECTOR_BYTES - (position % SECTOR_BYTES)
  if (inFirstSector > CRC_AT || header.subarray(0, inFirstSector).some((byte) => byte !== 0)) return false
  const due = Buffer.alloc(RECORD_BATCH_OVERHEAD)
  due.writeBigInt64BE(BigInt(nextOffset))
  due.writeInt32BE(length - LOG_OVERHEAD, LENGTH_AT)
  due[MAGIC_AT] = MAGIC
  return due.subarray(0, inFirstSector).some((byte) => byte !== 0)
}

function changeIn(header: Buffer, length: number, { nextOffset }: BatchInFile): string {
  const match = 'all its bytes are there and match its checksum'
  if (length !== sizeIn(header)) return `${match} with a length of ${length}, so that is what has changed`
  if (header[MAGIC_AT] !== MAGIC) return `${match}, so it is its magic that has changed`
  if (Number(header.readBigInt64BE(0)) !== nextOffset) return `${match}, so it is its offset that has changed`
  return match
}

/** Whether a bit that reads as zero, and was none, lies where all is zeros: to the end of the batch, or of its sector. */
async function mayBeMissing(
  { read, position }: BatchInFile,
  { at, bit, length }: { readonly at: number; readonly bit: number; readonly length: number },
): Promise<boolean> {
  const sectorBegin = position + at - ((position + at) % SECTOR_BYTES)
  const from = Math.max(0, sectorBegin - position)
  const rest = Buffer.alloc(length - from)
  await read(rest, position + from)
  if ((rest[at - from]! & (1 << bit)) !== 0) return false
  const isZero = (byte: number): boolean => byte === 0
  return rest.subarray(at - from).every(isZero) || rest.subarray(0, SECTOR_BYTES).every(isZero)
}
