/**
 * The fields of a record batch's header that a log needs to find its way, read in place: scanning a segment makes
 * no object per batch. Positions are those of record batch v2 (inventory: records package).
 */

export const BATCH_HEADER_BYTES = 61
const LOG_OVERHEAD_BYTES = 12
export const MAGIC_AT = 16

export function baseOffsetAt(bytes: Buffer, at: number): number {
  return readInt64(bytes, at)
}

/** The whole batch with its header. */
export function sizeInBytesAt(bytes: Buffer, at: number): number {
  return LOG_OVERHEAD_BYTES + bytes.readInt32BE(at + 8)
}

export function leaderEpochAt(bytes: Buffer, at: number): number {
  return bytes.readInt32BE(at + 12)
}

export function magicAt(bytes: Buffer, at: number): number {
  return bytes.readInt8(at + MAGIC_AT)
}

export function lastOffsetAt(bytes: Buffer, at: number): number {
  return readInt64(bytes, at) + bytes.readInt32BE(at + 23)
}

export function maxTimestampAt(bytes: Buffer, at: number): number {
  return readInt64(bytes, at + 35)
}

export function producerIdAt(bytes: Buffer, at: number): number {
  return readInt64(bytes, at + 43)
}

function readInt64(bytes: Buffer, at: number): number {
  return bytes.readInt32BE(at) * 0x1_0000_0000 + bytes.readUInt32BE(at + 4)
}

/** The same memory as a Buffer, whose readers are the fastest that Node has. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
