/**
 * A 128-bit id as Kafka prints it: 22 characters of unpadded URL-safe base64.
 * A string, because ids are compared, used as keys and logged far more often than they are read from bytes.
 */
export type Uuid = string

/** Stands for "no id". */
export const ZERO_UUID: Uuid = 'AAAAAAAAAAAAAAAAAAAAAA'

/** The topic id of `__cluster_metadata`. */
export const METADATA_TOPIC_ID: Uuid = 'AAAAAAAAAAAAAAAAAAAAAQ'

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

const VALUE_OF_CODE = new Int8Array(128).fill(-1)
for (let i = 0; i < 64; i++) VALUE_OF_CODE[ALPHABET.charCodeAt(i)] = i

/** Reads 16 bytes from `offset`. */
export function uuidToString(bytes: Uint8Array, offset = 0): Uuid {
  if (offset < 0 || offset + 16 > bytes.length) throw new RangeError('a uuid has 16 bytes')
  let text = ''
  for (let i = offset; i < offset + 15; i += 3) {
    const word = (bytes[i]! << 16) | (bytes[i + 1]! << 8) | bytes[i + 2]!
    text += ALPHABET[word >> 18]! + ALPHABET[(word >> 12) & 63]! + ALPHABET[(word >> 6) & 63]! + ALPHABET[word & 63]!
  }
  const last = bytes[offset + 15]!
  return text + ALPHABET[last >> 2]! + ALPHABET[(last & 3) << 4]!
}

export function isUuid(text: string): boolean {
  return /^[A-Za-z0-9_-]{21}[AQgw]$/.test(text)
}

/** The 16 bytes of an id; a TypeError when the text is not one. */
export function uuidToBytes(text: Uuid): Uint8Array {
  if (!isUuid(text)) throw new TypeError(`'${text}' is not a uuid of 22 base64url characters`)
  const bytes = new Uint8Array(16)
  let at = 0
  let bits = 0
  let held = 0
  for (let i = 0; i < 22; i++) {
    held = ((held << 6) | VALUE_OF_CODE[text.charCodeAt(i)]!) & 0xffff
    bits += 6
    if (bits >= 8 && at < 16) {
      bits -= 8
      bytes[at++] = (held >> bits) & 0xff
    }
  }
  return bytes
}
