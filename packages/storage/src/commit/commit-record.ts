import { crc32c, findFlippedBit, isOneBit } from '@milena/records'

/** What one log has to bring to disk: whole batches, and where they stand in the segment that holds them. */
export interface CommitEntry {
  /** The name of the partition's folder. */
  readonly name: string
  readonly topicId: string
  /** The base offset of the segment. */
  readonly baseOffset: number
  /** Where the bytes stand in the segment's file. */
  readonly position: number
  /** In the order in which they follow each other. */
  readonly bytes: readonly Uint8Array[]
}

// A commit file is a header and records, one behind the other; numbers are big-endian:
//
//   header:  magic (8), generation (8), CRC-32C of both (4), zeros up to 32
//   record:  generation (8), length of what follows the CRC (4), CRC-32C of generation, length and that (4), entries
//   entry:   length of the name (2), name, topic id (22), base offset (8), position (8), length (4), bytes
//
// Records of another generation than the header's are what was there before: they say nothing.

export const COMMIT_HEADER_BYTES = 32
const MAGIC = 'milenac1'
const RECORD_HEADER_BYTES = 16
const TOPIC_ID_BYTES = 22
const ENTRY_FIXED_BYTES = 2 + TOPIC_ID_BYTES + 8 + 8 + 4

export function encodeCommitHeader(generation: number): Buffer {
  const header = Buffer.alloc(COMMIT_HEADER_BYTES)
  header.write(MAGIC, 0, 'latin1')
  header.writeBigUInt64BE(BigInt(generation), 8)
  header.writeUInt32BE(crc32c(header.subarray(0, 16)) >>> 0, 16)
  return header
}

export function encodeCommitRecord(generation: number, entries: readonly CommitEntry[]): Buffer {
  const names = entries.map(({ name }) => Buffer.from(name))
  const lengths = entries.map(({ bytes }) => bytes.reduce((sum, each) => sum + each.byteLength, 0))
  const body = lengths.reduce((sum, length, index) => sum + ENTRY_FIXED_BYTES + names[index]!.byteLength + length, 0)
  const record = Buffer.allocUnsafeSlow(RECORD_HEADER_BYTES + body)
  record.writeBigUInt64BE(BigInt(generation), 0)
  record.writeUInt32BE(body, 8)
  let at = RECORD_HEADER_BYTES
  for (const [index, entry] of entries.entries()) {
    at = record.writeUInt16BE(names[index]!.byteLength, at)
    at += names[index]!.copy(record, at)
    at += record.write(entry.topicId, at, TOPIC_ID_BYTES, 'latin1')
    at = record.writeBigUInt64BE(BigInt(entry.baseOffset), at)
    at = record.writeBigUInt64BE(BigInt(entry.position), at)
    at = record.writeUInt32BE(lengths[index]!, at)
    for (const bytes of entry.bytes) {
      record.set(bytes, at)
      at += bytes.byteLength
    }
  }
  record.writeUInt32BE(checksumOf(record), 12)
  return record
}

/** Of the generation, the length and the entries: of everything but the checksum itself. */
function checksumOf(record: Buffer): number {
  return crc32c(record.subarray(RECORD_HEADER_BYTES), crc32c(record.subarray(0, 12))) >>> 0
}

/** What a commit file says. */
export interface CommitFileContent {
  readonly generation: number
  readonly entries: readonly CommitEntry[]
  /** Where something is wrong that no write can have left behind that broke off: what it had said is not known. */
  readonly damagedAt?: number
}

/**
 * What a commit file holds; undefined when it was never begun, or its begin did not come to the disk. Each record was on
 * the disk before the next one was written: only the last can be torn. One flipped bit in a header or a record is found
 * and undone: this is the only place that has what stands here.
 */
export function decodeCommitFile(content: Buffer): CommitFileContent | undefined {
  const generation = generationOf(content)
  if (generation === undefined) return undefined
  const entries: CommitEntry[] = []
  let damagedAt: number | undefined
  for (let at = COMMIT_HEADER_BYTES; at + RECORD_HEADER_BYTES <= content.byteLength;) {
    const record = recordAt(content, at, generation) ?? mendedRecordAt(content, at, generation)
    if (record === undefined) {
      const next = nextRecord(content, at + 1, generation)
      if (next === undefined) break
      damagedAt ??= at
      at = next
    } else {
      decodeEntries(record, entries)
      at += record.byteLength
    }
  }
  return { generation, entries, ...(damagedAt === undefined ? {} : { damagedAt }) }
}

function generationOf(content: Buffer): number | undefined {
  if (content.byteLength < COMMIT_HEADER_BYTES) return undefined
  const header = mended(Buffer.from(content.subarray(0, 16)), content.readUInt32BE(16))
  if (header === undefined || header.toString('latin1', 0, 8) !== MAGIC) return undefined
  return Number(header.readBigUInt64BE(8))
}

/** The bytes that have this checksum, if these are they, or are a bit away from them; changes them. */
function mended(bytes: Buffer, checksum: number): Buffer | undefined {
  const difference = (crc32c(bytes) ^ checksum) >>> 0
  if (difference === 0 || isOneBit(difference)) return bytes
  const flip = findFlippedBit(difference, bytes.byteLength)
  if (flip === undefined) return undefined
  bytes[flip.at]! ^= 1 << flip.bit
  return bytes
}

/** The record that stands here, if it is sound and of this generation. */
function recordAt(content: Buffer, at: number, generation: number): Buffer | undefined {
  const size = RECORD_HEADER_BYTES + content.readUInt32BE(at + 8)
  if (Number(content.readBigUInt64BE(at)) !== generation || size > content.byteLength - at) return undefined
  const record = content.subarray(at, at + size)
  return record.readUInt32BE(12) === checksumOf(record) ? record : undefined
}

/** The record that stood here before one of its bits was flipped. */
function mendedRecordAt(content: Buffer, at: number, generation: number): Buffer | undefined {
  const header = content.subarray(at, at + RECORD_HEADER_BYTES)
  const said = content.readUInt32BE(at + 8)
  const isOfAnother = recordAt(content, at, Number(header.readBigUInt64BE(0))) !== undefined
  if (isOfAnother || header.every((byte) => byte === 0)) return undefined
  const lengths = [said, ...Array.from({ length: 32 }, (_, bit) => (said ^ (1 << bit)) >>> 0)]
  for (const length of lengths) {
    const size = RECORD_HEADER_BYTES + length
    if (size > content.byteLength - at) continue
    const record = Buffer.from(content.subarray(at, at + size))
    record.writeBigUInt64BE(BigInt(generation), 0)
    record.writeUInt32BE(length, 8)
    const difference = (checksumOf(record) ^ record.readUInt32BE(12)) >>> 0
    if (difference === 0) return record
    if (length !== said) continue
    if (isOneBit(difference)) return record
    const flip = findFlippedBit(difference, length)
    if (flip === undefined) continue
    record[RECORD_HEADER_BYTES + flip.at]! ^= 1 << flip.bit
    return record
  }
  return undefined
}

/** Where the next sound record of this generation begins. */
function nextRecord(content: Buffer, from: number, generation: number): number | undefined {
  const begin = Buffer.alloc(8)
  begin.writeBigUInt64BE(BigInt(generation))
  for (let at = content.indexOf(begin, from); at >= 0; at = content.indexOf(begin, at + 1)) {
    if (at + RECORD_HEADER_BYTES > content.byteLength) return undefined
    if (recordAt(content, at, generation) !== undefined) return at
  }
  return undefined
}

function decodeEntries(record: Buffer, entries: CommitEntry[]): void {
  for (let at = RECORD_HEADER_BYTES; at < record.byteLength;) {
    const nameBytes = record.readUInt16BE(at)
    const name = record.toString('utf8', at + 2, at + 2 + nameBytes)
    at += 2 + nameBytes
    const topicId = record.toString('latin1', at, at + TOPIC_ID_BYTES)
    at += TOPIC_ID_BYTES
    const baseOffset = Number(record.readBigUInt64BE(at))
    const position = Number(record.readBigUInt64BE(at + 8))
    const length = record.readUInt32BE(at + 16)
    at += 20
    entries.push({ name, topicId, baseOffset, position, bytes: [record.subarray(at, at + length)] })
    at += length
  }
}
