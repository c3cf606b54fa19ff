/** Castagnoli's polynomial, bits reversed. */
const POLYNOMIAL = 0x82f63b78

/** Sixteen tables of 256: table `k` says what a byte does to the sum of the `k` bytes behind it. */
let tables: Int32Array | undefined

function makeTables(): Int32Array {
  const made = new Int32Array(16 * 256)
  for (let byte = 0; byte < 256; byte++) {
    let sum = byte
    for (let bit = 0; bit < 8; bit++) sum = sum & 1 ? (sum >>> 1) ^ POLYNOMIAL : sum >>> 1
    made[byte] = sum
  }
  for (let index = 256; index < made.length; index++) {
    const sum = made[index - 256]!
    made[index] = (sum >>> 8) ^ made[sum & 0xff]!
  }
  return made
}

/** CRC-32C in plain JavaScript, sixteen bytes a turn; `seed` is the sum of the bytes before. */
export function crc32cSoftware(bytes: Uint8Array, seed = 0): number {
  const t = (tables ??= makeTables())
  let sum = ~seed
  let at = 0
  for (const end = bytes.length - 15; at < end; at += 16) {
    sum =
      t[0xf00 + ((sum ^ bytes[at]!) & 0xff)]! ^
      t[0xe00 + (((sum >>> 8) ^ bytes[at + 1]!) & 0xff)]! ^
      t[0xd00 + (((sum >>> 16) ^ bytes[at + 2]!) & 0xff)]! ^
      t[0xc00 + ((sum >>> 24) ^ bytes[at + 3]!)]! ^
      t[0xb00 + bytes[at + 4]!]! ^
      t[0xa00 + bytes[at + 5]!]! ^
      t[0x900 + bytes[at + 6]!]! ^
      t[0x800 + bytes[at + 7]!]! ^
      t[0x700 + bytes[at + 8]!]! ^
      t[0x600 + bytes[at + 9]!]! ^
      t[0x500 + bytes[at + 10]!]! ^
      t[0x400 + bytes[at + 11]!]! ^
      t[0x300 + bytes[at + 12]!]! ^
      t[0x200 + bytes[at + 13]!]! ^
      t[0x100 + bytes[at + 14]!]! ^
      t[bytes[at + 15]!]!
  }
  for (; at < bytes.length; at++) sum = (sum >>> 8) ^ t[(sum ^ bytes[at]!) & 0xff]!
  return ~sum >>> 0
}
