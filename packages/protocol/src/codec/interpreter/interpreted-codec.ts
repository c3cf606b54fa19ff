import type { StructValue } from '../defaults.ts'
import type { StructLayout } from '../layout.ts'
import { type MessageReader, type MessageWriter, reading } from '../message-codec.ts'
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
    return value
  }
}

/** Does what a compiled writer does, without generated code and without sparing copies. */
export function interpretedWriter(struct: StructLayout): MessageWriter {
  let written: Uint8Array = new Uint8Array(0)
  return {
    size(value) {
      const writer = new ByteWriter()
      writeStruct(writer, struct, value as StructValue)
      written = writer.written()
      return written.length
    },
    write(_value, b, p) {
      b.set(written, p)
      return p + written.length
    },
  }
}
