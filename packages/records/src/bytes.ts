// Fixed-width, big-endian numbers in a `Uint8Array`, without a `DataView` for each array. An int64 becomes a
// double: exact to 2^53, and what lies beyond keeps its order of size.

export function readInt16(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) >> 16) | bytes[at + 1]!
}

export function readInt32(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!
}

export function readUint32(bytes: Uint8Array, at: number): number {
  return readInt32(bytes, at) >>> 0
}

export function readInt64(bytes: Uint8Array, at: number): number {
  return readInt32(bytes, at) * 2 ** 32 + readUint32(bytes, at + 4)
}

export function writeInt16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >> 8
  bytes[at + 1] = value
}

/** Also writes a uint32. */
export function writeInt32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >> 24
  bytes[at + 1] = value >> 16
  bytes[at + 2] = value >> 8
  bytes[at + 3] = value
}

/** Values of 2^63 and above, and those below -2^63, are written as the nearest int64. */
export function writeInt64(bytes: Uint8Array, at: number, value: number): void {
  if (value >= 2 ** 63) {
    writeInt32(bytes, at, 0x7fffffff)
    writeInt32(bytes, at + 4, -1)
    return
  }
  const clamped = Math.max(value, -(2 ** 63))
  const high = Math.floor(clamped / 2 ** 32)
  writeInt32(bytes, at, high)
  writeInt32(bytes, at + 4, clamped - high * 2 ** 32)
}

export function readUint32LittleEndian(bytes: Uint8Array, at: number): number {
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0
}

export function writeInt32LittleEndian(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value
  bytes[at + 1] = value >> 8
  bytes[at + 2] = value >> 16
  bytes[at + 3] = value >> 24
}
