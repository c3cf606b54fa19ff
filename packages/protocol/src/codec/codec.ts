import type { Infer, Input, Message } from '../schema/message.ts'
import { readerOf, writerOf } from './codecs.ts'
import { DEFAULT_MAX_ELEMENTS } from './limits.ts'
import { type RawBuffer, reading, writing } from './message-codec.ts'

/** The body of a message, alone. An UnsupportedVersionError when the version cannot carry the value. */
export function encode<M extends Message>(message: M, version: number, value: Input<M>): Uint8Array {
  const writer = writerOf(message, version)
  const bytes = Buffer.allocUnsafe(writer.size(value)) as RawBuffer
  writer.write(value, bytes, 0)
  return bytes
}

/** Like `encode`, but bytes and records of 4 KiB and more stay chunks of their own: the very arrays that were given. */
export function encodeChunks<M extends Message>(message: M, version: number, value: Input<M>): Uint8Array[] {
  return encodeInChunks({ message, version, value })
}

/** A message beside its version, for what is encoded in one go with others. */
export interface Part {
  readonly message: Message
  readonly version: number
  readonly value: unknown
}

/** One message after another; with `sizePrefix`, behind an int32 that counts their bytes. */
export function encodeInChunks(first: Part, second?: Part, options?: { readonly sizePrefix: boolean }): Uint8Array[] {
  const prefixBytes = options?.sizePrefix === true ? 4 : 0
  const firstWriter = writerOf(first.message, first.version)
  const secondWriter = second === undefined ? undefined : writerOf(second.message, second.version)
  writing.separateBytes = 0
  let size = firstWriter.size(first.value)
  if (second !== undefined) size += secondWriter!.size(second.value)
  const bytes = Buffer.allocUnsafe(prefixBytes + size - writing.separateBytes) as RawBuffer
  if (prefixBytes > 0) bytes.writeInt32BE(size, 0)
  const chunks: Uint8Array[] = []
  writing.chunks = chunks
  writing.chunkStart = 0
  try {
    let end = firstWriter.write(first.value, bytes, prefixBytes)
    if (second !== undefined) end = secondWriter!.write(second.value, bytes, end)
    if (end > writing.chunkStart) chunks.push(bytes.subarray(writing.chunkStart, end))
    return chunks
  } finally {
    writing.chunks = null
  }
}

/** What follows the message is not looked at. */
export function decode<M extends Message>(message: M, version: number, bytes: Uint8Array, offset = 0): Infer<M> {
  const read = readerOf(message, version)
  reading.elementsLeft = DEFAULT_MAX_ELEMENTS
  return read(rawBuffer(bytes), offset, bytes.length) as Infer<M>
}

/**
 * Also says where the message ends, and how many elements all its arrays have together. `maxElements` bounds them, and
 * with them the memory that it can take.
 */
export function decodeWithEnd<M extends Message>(
  message: M,
  version: number,
  bytes: Uint8Array,
  offset = 0,
  maxElements: number = DEFAULT_MAX_ELEMENTS,
): { readonly value: Infer<M>; readonly end: number; readonly elements: number } {
  const read = readerOf(message, version)
  reading.elementsLeft = maxElements
  const value = read(rawBuffer(bytes), offset, bytes.length) as Infer<M>
  return { value, end: reading.end, elements: maxElements - reading.elementsLeft }
}

function rawBuffer(bytes: Uint8Array): RawBuffer {
  const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return buffer as RawBuffer
}
