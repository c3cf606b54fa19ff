import { crc32c } from '@milena/records'
import { BATCH_HEADER_BYTES, MAGIC_AT, baseOffsetAt, magicAt, sizeInBytesAt } from './batch-header.ts'
import type { DamagedFile } from './damage.ts'
import { SECTOR_BYTES } from './damage.ts'
import { findFlippedBit, isOneBit } from './flipped-bit.ts'

/** Up to here nothing is covered by the checksum that stands at {@link CRC_AT}: first offset, length, epoch, magic. */
const COVERED_FROM = 21
const CRC_AT = 17
const LENGTH_AT = 8
const CHUNK_BYTES = 1_048_576

/**
 * Says what of the batch at a position has changed, if its bytes show that all of them had been written: they match
 * the checksum with the length that the header gives, or with one that is a bit away from it, or a single flipped bit
 * explains why they do not. Undefined where bytes may be missing instead, as behind a loss of power.
 */
export async function describeChange(file: DamagedFile): Promise<string | undefined> {
  const { read, position, sizeInBytes } = file
  const header = Buffer.alloc(BATCH_HEADER_BYTES)
  if ((await read(header, position)) < BATCH_HEADER_BYTES) return undefined
  const crc = header.readUInt32BE(CRC_AT)
  const said = sizeInBytesAt(header, 0)
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

/** The length that the header says, and those of which one bit differs from it, as far as the file goes; ascending. */
function lengthsNear(header: Buffer, available: number): number[] {
  const field = header.readInt32BE(LENGTH_AT)
  const lengths = [field, ...Array.from({ length: 32 }, (_, bit) => field ^ (1 << bit))].map(
    (each) => each + LENGTH_END,
  )
  return lengths.filter((each) => each >= BATCH_HEADER_BYTES && each <= available).toSorted((a, b) => a - b)
}

/** A length counts from behind its field on. */
const LENGTH_END = LENGTH_AT + 4

/** The checksum that a batch of each of these lengths, which ascend, would have. */
async function sumsOf({ read, position }: DamagedFile, lengths: readonly number[]): Promise<Map<number, number>> {
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
function lacksBegin(header: Buffer, length: number, { position, nextOffset }: DamagedFile): boolean {
  const inFirstSector = SECTOR_BYTES - (position % SECTOR_BYTES)
  if (inFirstSector > CRC_AT || header.subarray(0, inFirstSector).some((byte) => byte !== 0)) return false
  const due = Buffer.alloc(BATCH_HEADER_BYTES)
  due.writeBigInt64BE(BigInt(nextOffset))
  due.writeInt32BE(length - LENGTH_END, LENGTH_AT)
  due[MAGIC_AT] = 2
  return due.subarray(0, inFirstSector).some((byte) => byte !== 0)
}

function changeIn(header: Buffer, length: number, { nextOffset }: DamagedFile): string {
  const match = 'all its bytes are there and match its checksum'
  if (length !== sizeInBytesAt(header, 0)) return `${match} with a length of ${length}, so that is what has changed`
  if (magicAt(header, 0) !== 2) return `${match}, so it is its magic that has changed`
  if (baseOffsetAt(header, 0) !== nextOffset) return `${match}, so it is its offset that has changed`
  return match
}

/** Whether a bit that reads as zero, and was none, lies where all is zeros: to the end of the batch, or of its sector. */
async function mayBeMissing(
  { read, position }: DamagedFile,
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
