import { ProtocolError } from '../../protocol-error.ts'
import type { ScalarKind } from '../../schema/kinds.ts'
import { uuidToString } from '../../uuid.ts'
import { defaultStruct, type StructValue } from '../defaults.ts'
import type { FieldLayout, StructLayout } from '../layout.ts'
import { MAX_STRING_BYTES } from '../limits.ts'
import type { ByteReader } from './byte-reader.ts'

/** Reads a struct by walking its layout: slow and plain, the measure of what the compiled codecs must do. */
export function readStruct(reader: ByteReader, struct: StructLayout): StructValue {
  const value: Record<string, unknown> = { ...defaultStruct(struct) }
  for (const field of struct.plain) value[field.name] = readField(reader, field)
  if (struct.flexible) readTagged(reader, struct, value)
  return value
}

/** Kafka trusts the order and the size of no tagged field it knows, and skips those it does not. */
function readTagged(reader: ByteReader, struct: StructLayout, value: Record<string, unknown>): void {
  const path = 'tagged fields'
  for (let left = reader.unsignedVarint(path); left > 0; left--) {
    const tag = reader.unsignedVarint(path)
    const size = reader.unsignedVarint(path)
    if (size > reader.remaining)
      throw new ProtocolError(`${path}: a field of ${size} bytes, of which ${reader.remaining} are left`)
    const field = struct.tagged.find((each) => each.tag === tag)
    if (field === undefined) reader.bytes(size, path)
    else value[field.name] = readField(reader, field)
  }
}

function readField(reader: ByteReader, field: FieldLayout): unknown {
  switch (field.kind) {
    case 'array':
      return readArray(reader, field)
    case 'struct':
      if (field.nullable && isNullStruct(reader, field)) return null
      return readStruct(reader, field.struct!)
    case 'string':
      return readString(reader, field, field.nullable)
    case 'bytes':
    case 'records':
      return readBytes(reader, field)
    default:
      return readScalar(reader, field.kind, field)
  }
}

/** Kafka marks null before a struct by a byte below 0, but inside a tagged field by a varint of 0. */
function isNullStruct(reader: ByteReader, field: FieldLayout): boolean {
  return field.tag === undefined ? reader.int8(field.path) < 0 : reader.unsignedVarint(field.path) === 0
}

function readScalar(reader: ByteReader, kind: ScalarKind, field: FieldLayout): unknown {
  const { path } = field
  switch (kind) {
    case 'bool':
      return reader.int8(path) !== 0
    case 'int64':
      return Number(reader.int64(path))
    case 'int64Exact':
      return reader.int64(path)
    case 'string':
      return readString(reader, field, false)
    case 'uuid':
      return uuidToString(reader.bytes(16, path))
    case 'bytes':
    case 'records':
      throw new TypeError(`${path}: arrays of ${kind} do not exist`)
    default:
      return reader[kind](path)
  }
}

function readString(reader: ByteReader, field: FieldLayout, nullable: boolean): string | null {
  const length = field.compact ? reader.unsignedVarint(field.path) - 1 : reader.int16(field.path)
  if (length < 0) return noValue(field, nullable)
  if (length > MAX_STRING_BYTES) throw new ProtocolError(`${field.path}: a string of ${length} bytes`)
  return reader.text(length, field.path)
}

function readBytes(reader: ByteReader, field: FieldLayout): Uint8Array | null {
  const length = field.compact ? reader.unsignedVarint(field.path) - 1 : reader.int32(field.path)
  if (length < 0) return noValue(field, field.nullable)
  return reader.bytes(length, field.path)
}

function readArray(reader: ByteReader, field: FieldLayout): readonly unknown[] | null {
  const count = field.compact ? reader.unsignedVarint(field.path) - 1 : reader.int32(field.path)
  if (count < 0) return noValue(field, field.nullable)
  if (count > reader.remaining) {
    throw new ProtocolError(`${field.path}: ${count} elements in the ${reader.remaining} bytes that are left`)
  }
  reader.elementsLeft -= count
  if (reader.elementsLeft < 0) throw new ProtocolError(`${field.path}: too many elements in one message`)
  const values: unknown[] = []
  for (let i = 0; i < count; i++) {
    values.push(
      field.element === 'struct' ? readStruct(reader, field.struct!) : readScalar(reader, field.element!, field),
    )
  }
  return values
}

function noValue(field: FieldLayout, nullable: boolean): null {
  if (!nullable) throw new ProtocolError(`${field.path} must not be null`)
  return null
}
