import { ProtocolError, UnsupportedVersionError } from '../../protocol-error.ts'
import type { ScalarKind } from '../../schema/kinds.ts'
import { isUuid, uuidToBytes } from '../../uuid.ts'
import { defaultValue, isDefault, type StructValue } from '../defaults.ts'
import { describe } from '../describe.ts'
import type { FieldLayout, StructLayout } from '../layout.ts'
import { MAX_STRING_BYTES } from '../limits.ts'
import { ByteWriter } from './byte-writer.ts'

const utf8 = new TextEncoder()

/** Writes a struct by walking its layout, the counterpart of `readStruct`. */
export function writeStruct(writer: ByteWriter, struct: StructLayout, value: StructValue): void {
  for (const field of struct.absent) {
    if (!field.ignorable && !isDefault(field, value[field.name])) {
      throw new UnsupportedVersionError(`${field.path} has a value but does not exist in this version`)
    }
  }
  for (const field of struct.plain) writeField(writer, field, valueOf(field, value))
  if (struct.flexible) writeTagged(writer, struct, value)
}

/** Absent means undefined and nothing else: an explicit null is a value. */
function valueOf(field: FieldLayout, struct: StructValue): unknown {
  const value = struct[field.name]
  return value === undefined ? defaultValue(field) : value
}

function writeTagged(writer: ByteWriter, struct: StructLayout, value: StructValue): void {
  const given = struct.tagged.filter((field) => !isDefault(field, value[field.name]))
  writer.unsignedVarint(given.length)
  for (const field of given) {
    const content = new ByteWriter()
    writeField(content, field, value[field.name])
    writer.unsignedVarint(field.tag!)
    const pieces = content.pieces()
    writer.unsignedVarint(pieces.reduce((size, piece) => size + piece.length, 0))
    for (const piece of pieces) writer.bytes(piece)
  }
}

function writeField(writer: ByteWriter, field: FieldLayout, value: unknown): void {
  if (value === null && !field.nullable) throw new ProtocolError(`${field.path} must not be null`)
  switch (field.kind) {
    case 'array':
      return writeArray(writer, field, value)
    case 'struct':
      if (field.nullable) writer.int8(value !== null ? 1 : field.tag === undefined ? -1 : 0)
      if (value !== null) writeStruct(writer, field.struct!, expectStruct(field, value))
      return
    case 'string':
      if (value === null) return writeNull(writer, field, 2)
      return writeScalar(writer, 'string', field, value)
    case 'bytes':
    case 'records':
      return writeBytes(writer, field, value)
    default:
      return writeScalar(writer, field.kind, field, value)
  }
}

function writeArray(writer: ByteWriter, field: FieldLayout, value: unknown): void {
  if (value === null) return writeNull(writer, field, 4)
  if (!Array.isArray(value)) throw notA('n array', field, value)
  if (field.compact) writer.unsignedVarint(value.length + 1)
  else writer.int32(value.length)
  for (const element of value) {
    if (field.element === 'struct') writeStruct(writer, field.struct!, expectStruct(field, element))
    else writeScalar(writer, field.element!, field, element)
  }
}

function writeBytes(writer: ByteWriter, field: FieldLayout, value: unknown): void {
  if (value === null) return writeNull(writer, field, 4)
  const slices: readonly unknown[] = field.kind === 'records' && Array.isArray(value) ? value : [value]
  let length = 0
  for (const slice of slices) {
    if (!(slice instanceof Uint8Array)) throw notA(' Uint8Array', field, slice)
    length += slice.length
  }
  if (field.compact) writer.unsignedVarint(length + 1)
  else writer.int32(length)
  for (const slice of slices) writer.bytes(slice as Uint8Array)
}

function writeNull(writer: ByteWriter, field: FieldLayout, lengthBytes: 2 | 4): void {
  if (field.compact) writer.unsignedVarint(0)
  else if (lengthBytes === 2) writer.int16(-1)
  else writer.int32(-1)
}

const INTEGER_BOUNDS = {
  int8: [-0x80, 0x7f],
  int16: [-0x8000, 0x7fff],
  int32: [-0x8000_0000, 0x7fff_ffff],
  uint16: [0, 0xffff],
  uint32: [0, 0xffff_ffff],
} as const

function writeScalar(writer: ByteWriter, kind: ScalarKind, field: FieldLayout, value: unknown): void {
  switch (kind) {
    case 'bool':
      if (typeof value !== 'boolean') throw notA(' boolean', field, value)
      return writer.int8(value ? 1 : 0)
    case 'int8':
      return writer.int8(expectInteger(kind, field, value))
    case 'int16':
    case 'uint16':
      return writer.int16(expectInteger(kind, field, value))
    case 'int32':
    case 'uint32':
      return writer.int32(expectInteger(kind, field, value))
    case 'int64':
      return writer.int64(clampToInt64(field, value))
    case 'int64Exact':
      if (typeof value !== 'bigint' || BigInt.asIntN(64, value) !== value) throw notA('n int64 as bigint', field, value)
      return writer.int64(value)
    case 'float64':
      if (typeof value !== 'number') throw notA(' number', field, value)
      return writer.float64(value)
    case 'string':
      return writeString(writer, field, value)
    case 'uuid':
      if (typeof value !== 'string' || !isUuid(value)) throw notA(' uuid', field, value)
      return writer.bytes(uuidToBytes(value))
    default:
      throw new TypeError(`${field.path}: arrays of ${kind} do not exist`)
  }
}

function writeString(writer: ByteWriter, field: FieldLayout, value: unknown): void {
  if (typeof value !== 'string') throw notA(' string', field, value)
  const bytes = utf8.encode(value)
  if (bytes.length > MAX_STRING_BYTES) throw new ProtocolError(`${field.path}: a string of ${bytes.length} bytes`)
  if (field.compact) writer.unsignedVarint(bytes.length + 1)
  else writer.int16(bytes.length)
  writer.bytes(bytes)
}

function expectInteger(kind: keyof typeof INTEGER_BOUNDS, field: FieldLayout, value: unknown): number {
  const [min, max] = INTEGER_BOUNDS[kind]
  if (!Number.isInteger(value) || (value as number) < min || (value as number) > max) {
    throw notA(`n ${kind}`, field, value)
  }
  return value as number
}

function clampToInt64(field: FieldLayout, value: unknown): bigint {
  if (value === Infinity || value === -Infinity || !Number.isInteger(value)) throw notA('n int64', field, value)
  const exact = BigInt(value as number)
  if (exact > 0x7fff_ffff_ffff_ffffn) return 0x7fff_ffff_ffff_ffffn
  return exact < -0x8000_0000_0000_0000n ? -0x8000_0000_0000_0000n : exact
}

function expectStruct(field: FieldLayout, value: unknown): StructValue {
  if (typeof value !== 'object' || value === null) throw notA(' struct', field, value)
  return value as StructValue
}

function notA(what: string, field: FieldLayout, value: unknown): ProtocolError {
  return new ProtocolError(`${field.path}: ${describe(value)} is not a${what}`)
}
