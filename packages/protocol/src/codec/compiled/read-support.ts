import { ProtocolError } from '../../protocol-error.ts'
import { EMPTY_BYTES } from '../layout.ts'
import { MAX_STRING_BYTES } from '../limits.ts'
import { type RawBuffer, reading } from '../message-codec.ts'
import { getBigInt64, getFloat64 } from './scratch.ts'

function short(path: string): never {
  throw new ProtocolError(`${path}: the message ends too early`)
}

function unexpectedNull(path: string): never {
  throw new ProtocolError(`${path} must not be null`)
}

/** Sets `reading.varint` and returns the position behind it. */
function readVarint(b: Uint8Array, p: number, e: number, path: string): number {
  let value = 0
  for (let shift = 0; shift < 28; shift += 7) {
    if (p >= e) short(path)
    const byte = b[p++]!
    value |= (byte & 0x7f) << shift
    if (byte < 0x80) {
      reading.varint = value
      return p
    }
  }
  if (p >= e) short(path)
  const last = b[p++]!
  if (last > 0x0f) throw new ProtocolError(`${path}: a varint of more than 32 bits`)
  reading.varint = value + last * 0x1000_0000
  return p
}

/** Short texts are cheaper to put together here than to ask C++ for. */
function readString(b: RawBuffer, p: number, n: number, e: number, path: string): string {
  if (n > MAX_STRING_BYTES) throw new ProtocolError(`${path}: a string of ${n} bytes`)
  const end = p + n
  if (end > e) short(path)
  if (n > 9) return b.utf8Slice(p, end)
  let text = ''
  let at = p
  for (; at + 3 < end; at += 4) {
    const c0 = b[at]!
    const c1 = b[at + 1]!
    const c2 = b[at + 2]!
    const c3 = b[at + 3]!
    if ((c0 | c1 | c2 | c3) > 0x7f) return b.utf8Slice(p, end)
    text += String.fromCharCode(c0, c1, c2, c3)
  }
  for (; at < end; at++) {
    const c = b[at]!
    if (c > 0x7f) return b.utf8Slice(p, end)
    text += String.fromCharCode(c)
  }
  return text
}

function readBytes(b: Uint8Array, p: number, n: number, e: number, path: string): Uint8Array {
  if (n > e - p) short(path)
  return new Uint8Array(b.buffer, b.byteOffset + p, n)
}

function checkCount(n: number, bytesLeft: number, path: string): void {
  if (n > bytesLeft) throw new ProtocolError(`${path}: ${n} elements in the ${bytesLeft} bytes that are left`)
  if ((reading.elementsLeft -= n) < 0) throw new ProtocolError(`${path}: too many elements in one message`)
}

/** The names under which generated readers find all this. */
export const readSupport = {
  EMPTY_BYTES,
  reading,
  short,
  unexpectedNull,
  readVarint,
  readString,
  readBytes,
  checkCount,
  getFloat64,
  getBigInt64,
} as const
