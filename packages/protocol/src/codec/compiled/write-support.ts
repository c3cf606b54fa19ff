import { ProtocolError, UnsupportedVersionError } from '../../protocol-error.ts'
import { writeUuid } from '../../uuid.ts'
import { describe } from '../describe.ts'
import { EMPTY_BYTES } from '../layout.ts'
import { MAX_STRING_BYTES, SEPARATE_CHUNK_BYTES } from '../limits.ts'
import { type RawBuffer, writing } from '../message-codec.ts'
import { writeBytes } from '../write-bytes.ts'
import { setBigInt64, setFloat64 } from './scratch.ts'

function notA(what: string, path: string, value: unknown): never {
  throw new ProtocolError(`${path}: ${describe(value)} is not ${what}`)
}

function absentField(path: string): never {
  throw new UnsupportedVersionError(`${path} has a value but does not exist in this version`)
}

function writeFloat64(b: Uint8Array, p: number, value: unknown, path: string): void {
  if (typeof value !== 'number') return notA('a number', path, value)
  setFloat64(b, p, value)
}

function writeInt64Exact(b: Uint8Array, p: number, value: unknown, path: string): void {
  if (typeof value !== 'bigint' || BigInt.asIntN(64, value) !== value) return notA('an int64 as bigint', path, value)
  setBigInt64(b, p, value)
}

const TWO_TO_32 = 0x1_0000_0000
const TWO_TO_63 = 2 ** 63

/** Beyond the range of an int64 the value is clamped, so that ±2^63 stand for Java's `Long.MAX_VALUE` and `Long.MIN_VALUE`. */
function writeInt64(b: Uint8Array, p: number, value: number, path: string): void {
  let high: number
  let low: number
  if ((value | 0) === value) {
    high = value >> 31
    low = value
  } else {
    if (!Number.isInteger(value)) notA('an int64', path, value)
    if (value >= TWO_TO_63) {
      high = 0x7fff_ffff
      low = -1
    } else if (value <= -TWO_TO_63) {
      high = -0x8000_0000
      low = 0
    } else {
      high = Math.floor(value / TWO_TO_32)
      low = value | 0
    }
  }
  b[p] = high >>> 24
  b[p + 1] = high >>> 16
  b[p + 2] = high >>> 8
  b[p + 3] = high
  b[p + 4] = low >>> 24
  b[p + 5] = low >>> 16
  b[p + 6] = low >>> 8
  b[p + 7] = low
}

/** Of an unsigned varint, in bytes. */
function varintSize(value: number): number {
  if (value < 0x80) return 1
  if (value < 0x4000) return 2
  if (value < 0x20_0000) return 3
  return value < 0x1000_0000 ? 4 : 5
}

/** Returns the position behind it. */
function writeVarint(b: Uint8Array, p: number, value: number): number {
  let rest = value
  while (rest >= 0x80) {
    b[p++] = (rest & 0x7f) | 0x80
    rest >>>= 7
  }
  b[p++] = rest
  return p
}

/** The length of a text in UTF-8. */
function stringSize(text: unknown, path: string): number {
  if (typeof text !== 'string') return notA('a string', path, text)
  let size = text.length
  if (size > 24) size = Buffer.byteLength(text)
  else {
    for (let i = 0; i < text.length; i++) {
      if (text.charCodeAt(i) > 0x7f) {
        size = Buffer.byteLength(text)
        break
      }
    }
  }
  if (size > MAX_STRING_BYTES) throw new ProtocolError(`${path}: a string of ${size} bytes`)
  return size
}

function compactStringSize(text: unknown, path: string): number {
  const size = stringSize(text, path)
  return varintSize(size + 1) + size
}

/** Returns how many bytes the text took. */
function writeText(b: RawBuffer, p: number, text: string): number {
  const n = text.length
  if (n > 16) return b.utf8Write(text, p)
  for (let i = 0; i < n; i++) {
    const code = text.charCodeAt(i)
    if (code > 0x7f) return b.utf8Write(text, p)
    b[p + i] = code
  }
  return n
}

function writeString(b: RawBuffer, p: number, text: string): number {
  const n = writeText(b, p + 2, text)
  b[p] = n >> 8
  b[p + 1] = n
  return p + 2 + n
}

/** The length stands before the text but is known after it, unless it may need more than one byte. */
function writeCompactString(b: RawBuffer, p: number, text: string): number {
  if (text.length * 3 < 0x7f) {
    const n = writeText(b, p + 1, text)
    b[p] = n + 1
    return p + 1 + n
  }
  const start = writeVarint(b, p, Buffer.byteLength(text) + 1)
  return start + b.utf8Write(text, start)
}

/** Counts bytes, or the slices of records, and notes what of them would stay a chunk of its own. */
function bytesSize(value: unknown, path: string): number {
  if (value instanceof Uint8Array) {
    if (value.length >= SEPARATE_CHUNK_BYTES) writing.separateBytes += value.length
    return value.length
  }
  return notA('a Uint8Array', path, value)
}

function recordsSize(value: unknown, path: string): number {
  if (!Array.isArray(value)) return bytesSize(value, path)
  let size = 0
  for (const slice of value) size += bytesSize(slice, path)
  return size
}

function writeRecords(b: Uint8Array, p: number, value: Uint8Array | readonly Uint8Array[]): number {
  if (value instanceof Uint8Array) return writeBytes(b, p, value)
  let at = p
  for (const slice of value) at = writeBytes(b, at, slice)
  return at
}

function writeId(b: Uint8Array, p: number, text: unknown, path: string): void {
  if (typeof text !== 'string' || !writeUuid(b, p, text)) notA('a uuid', path, text)
}

function expectArray(value: unknown, path: string): void {
  if (!Array.isArray(value)) notA('an array', path, value)
}

function expectStruct(value: unknown, path: string): void {
  if (typeof value !== 'object' || value === null) notA('a struct', path, value)
}

/** The names under which generated writers find all this. */
export const writeSupport = {
  EMPTY_BYTES,
  writing,
  notA,
  absentField,
  writeFloat64,
  writeInt64Exact,
  writeInt64,
  varintSize,
  writeVarint,
  stringSize,
  compactStringSize,
  writeString,
  writeCompactString,
  bytesSize,
  recordsSize,
  writeBytes,
  writeRecords,
  writeId,
  expectArray,
  expectStruct,
} as const
