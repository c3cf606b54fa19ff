import { readUint32LittleEndian } from '../bytes.ts'

const PRIME_1 = 0x9e3779b1
const PRIME_2 = 0x85ebca77
const PRIME_3 = 0xc2b2ae3d
const PRIME_4 = 0x27d4eb2f
const PRIME_5 = 0x165667b1

const rotate = (value: number, bits: number): number => (value << bits) | (value >>> (32 - bits))

const round = (lane: number, bytes: Uint8Array, at: number): number =>
  Math.imul(rotate((lane + Math.imul(readUint32LittleEndian(bytes, at), PRIME_2)) | 0, 13), PRIME_1)

/** xxHash32 with seed 0 as a uint32: the checksum of LZ4 frames. */
export function xxh32(bytes: Uint8Array): number {
  const { length } = bytes
  let at = 0
  let hash = PRIME_5
  if (length >= 16) {
    let [a, b, c, d] = [(PRIME_1 + PRIME_2) | 0, PRIME_2, 0, -PRIME_1]
    for (; at <= length - 16; at += 16) {
      a = round(a, bytes, at)
      b = round(b, bytes, at + 4)
      c = round(c, bytes, at + 8)
      d = round(d, bytes, at + 12)
    }
    hash = rotate(a, 1) + rotate(b, 7) + rotate(c, 12) + rotate(d, 18)
  }
  hash = (hash + length) | 0
  for (; at <= length - 4; at += 4) {
    hash = Math.imul(rotate((hash + Math.imul(readUint32LittleEndian(bytes, at), PRIME_3)) | 0, 17), PRIME_4)
  }
  for (; at < length; at++) hash = Math.imul(rotate((hash + Math.imul(bytes[at]!, PRIME_5)) | 0, 11), PRIME_1)
  hash = Math.imul(hash ^ (hash >>> 15), PRIME_2)
  hash = Math.imul(hash ^ (hash >>> 13), PRIME_3)
  return (hash ^ (hash >>> 16)) >>> 0
}
