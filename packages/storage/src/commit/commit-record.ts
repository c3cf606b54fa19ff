import { crc32c } from '@milena/records'

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

/** What a commit file holds; undefined when it was never begun, or its begin did not come to the disk. */
export function decodeCommitFile(
  content: Buffer,
): { readonly generation: number; readonly entries: readonly CommitEntry[] } | undefined {
  if (content.byteLength < COMMIT_HEADER_BYTES || content.toString('latin1', 0, 8) !== MAGIC) return undefined
  if (content.readUInt32BE(16) !== crc32c(content.subarray(0, 16)) >>> 0) return undefined
  const generation = Number(content.readBigUInt64BE(8))
  const entries: CommitEntry[] = []
  for (let at = COMMIT_HEADER_BYTES; at + RECORD_HEADER_BYTES <= content.byteLength;) {
    const size = RECORD_HEADER_BYTES + content.readUInt32BE(at + 8)
    if (Number(content.readBigUInt64BE(at)) !== generation || size > content.byteLength - at) break
    const record = content.subarray(at, at + size)
    if (record.readUInt32BE(12) !== checksumOf(record)) break
    decodeEntries(record, entries)
    at += size
  }
  return { generation, entries }
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
