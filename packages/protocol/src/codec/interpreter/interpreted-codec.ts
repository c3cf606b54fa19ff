import type { StructValue } from '../defaults.ts'
import type { StructLayout } from '../layout.ts'
import { SEPARATE_CHUNK_BYTES } from '../limits.ts'
import { type MessageReader, type MessageWriter, reading, writing } from '../message-codec.ts'
import { writeBytes } from '../write-bytes.ts'
import { ByteReader } from './byte-reader.ts'
import { ByteWriter } from './byte-writer.ts'
import { readStruct } from './read.ts'
import { writeStruct } from './write.ts'

/** Does what a compiled reader does, without generated code. */
export function interpretedReader(struct: StructLayout): MessageReader {
  return (b, p, e) => {
    const reader = new ByteReader(b.subarray(0, e), p, reading.elementsLeft)
    const value = readStruct(reader, struct)
    reading.end = reader.position
    reading.elementsLeft = reader.elementsLeft
    return value
  }
}

/** Does what a compiled writer does, without generated code. */
export function interpretedWriter(struct: StructLayout): MessageWriter {
  let pieces: readonly Uint8Array[] = []
  return {
    size(value) {
      const writer = new ByteWriter()
      writeStruct(writer, struct, value as StructValue)
      pieces = writer.pieces()
      let size = 0
      for (const { length } of pieces) {
        size += length
        if (length >= SEPARATE_CHUNK_BYTES) writing.separateBytes += length
      }
      return size
    },
    write(_value, b, p) {
      let at = p
      for (const piece of pieces) at = writeBytes(b, at, piece)
      pieces = []
      return at
    },
  }
}
