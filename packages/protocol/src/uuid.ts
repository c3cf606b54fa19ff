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
  return writeUuid(new Uint8Array(16), 0, text)
}

/** The 16 bytes of an id; a TypeError when the text is not one. */
export function uuidToBytes(text: Uuid): Uint8Array {
  const bytes = new Uint8Array(16)
  if (!writeUuid(bytes, 0, text)) throw new TypeError(`'${text}' is not a uuid of 22 base64url characters`)
  return bytes
}

/** Puts the 16 bytes of an id at `offset`, where there must be room; false when the text is not an id. */
export function writeUuid(bytes: Uint8Array, offset: number, text: string): boolean {
  if (text.length !== 22) return false
  let seen = 0
  let at = offset
  for (let i = 0; i < 20; i += 4) {
    const a = valueAt(text, i)
    const b = valueAt(text, i + 1)
    const c = valueAt(text, i + 2)
    const d = valueAt(text, i + 3)
    seen |= a | b | c | d
    bytes[at++] = (a << 2) | (b >> 4)
    bytes[at++] = (b << 4) | (c >> 2)
    bytes[at++] = (c << 6) | d
  }
  const a = valueAt(text, 20)
  const b = valueAt(text, 21)
  bytes[at] = (a << 2) | (b >> 4)
  // A character outside the alphabet makes the sign bit show; so does a last one with bits that no byte takes.
  return (seen | a | b) >= 0 && (b & 15) === 0
}

function valueAt(text: string, index: number): number {
  const code = text.charCodeAt(index)
  return code < 128 ? VALUE_OF_CODE[code]! : -1
}
