import type { ScalarKind } from '../../schema/kinds.ts'
import type { FieldLayout, StructLayout } from '../layout.ts'
import { defaultSource, notDefaultSource } from './default-source.ts'
import { emitTaggedSizes, structSize } from './emit-size.ts'
import { fixedSize } from './fixed-size.ts'
import { quote, Source } from './source.ts'

/**
 * Declarations of `size(v)`, which counts the bytes of a message and checks what the version cannot carry,
 * and of `write(v, b, p)`, which writes it at `p` into bytes large enough and returns where it ends.
 */
export function emitWriter(struct: StructLayout): string {
  const out = new Source()
  const taggedSizes = emitTaggedSizes(out, struct)
  out.line('function size(v) {')
  out.line('let n = 0')
  structSize(out, struct, 'v', taggedSizes)
  out.line('return n')
  out.line('}')
  out.line('function write(v, b, p) {')
  writeStruct(out, struct, 'v', taggedSizes)
  out.line('return p')
  out.line('}')
  return out.toString()
}

type TaggedSizes = ReadonlyMap<FieldLayout, string>

function writeStruct(out: Source, struct: StructLayout, value: string, taggedSizes: TaggedSizes): void {
  for (const field of struct.plain) {
    const name = out.name('x')
    out.line(`let ${name} = ${value}.${field.name}`)
    out.line(`if (${name} === undefined) ${name} = ${defaultSource(field)}`)
    writeField(out, field, name, taggedSizes)
  }
  if (struct.flexible) writeTagged(out, struct, value, taggedSizes)
}

function writeTagged(out: Source, struct: StructLayout, value: string, taggedSizes: TaggedSizes): void {
  if (struct.tagged.length === 0) {
    out.line('b[p++] = 0')
    return
  }
  const given = struct.tagged.map((field) => {
    const name = out.name('x')
    const isGiven = out.name('g')
    out.line(`const ${name} = ${value}.${field.name}`)
    out.line(`const ${isGiven} = ${notDefaultSource(field, name)}`)
    return { field, name, isGiven }
  })
  out.line(`b[p++] = ${given.map(({ isGiven }) => `(${isGiven} ? 1 : 0)`).join(' + ')}`)
  for (const { field, name, isGiven } of given) {
    out.line(`if (${isGiven}) {`)
    out.line(`p = writeVarint(b, p, ${field.tag})`)
    out.line(`p = writeVarint(b, p, ${fixedSize(field.kind) ?? `${taggedSizes.get(field)}(${name})`})`)
    writeField(out, field, name, taggedSizes)
    out.line('}')
  }
}

function writeField(out: Source, field: FieldLayout, value: string, taggedSizes: TaggedSizes): void {
  const path = quote(field.path)
  switch (field.kind) {
    case 'struct':
      return writeNestedStruct(out, field, value, taggedSizes)
    case 'array':
      return orNull(out, field, value, 4, () => writeElements(out, field, value, taggedSizes))
    case 'bytes':
    case 'records':
      return orNull(out, field, value, 4, () => {
        const isRecords = field.kind === 'records'
        writeCount(out, field, `${isRecords ? 'recordsSize' : 'bytesSize'}(${value}, ${path})`)
        out.line(`p = ${isRecords ? 'writeRecords' : 'writeBytes'}(b, p, ${value})`)
      })
    case 'string':
      return orNull(out, field, value, 2, () => writeScalar(out, 'string', field, value))
    default:
      return writeScalar(out, field.kind, field, value)
  }
}

/** Where null is not allowed, the size pass has already refused it. */
function orNull(out: Source, field: FieldLayout, value: string, lengthBytes: 2 | 4, write: () => void): void {
  if (!field.nullable) return write()
  out.line(`if (${value} === null) {`)
  if (field.compact) out.line('b[p++] = 0')
  else for (let i = 0; i < lengthBytes; i++) out.line('b[p++] = 255')
  out.line('} else {')
  write()
  out.line('}')
}

function writeNestedStruct(out: Source, field: FieldLayout, value: string, taggedSizes: TaggedSizes): void {
  if (field.nullable) {
    out.line(`if (${value} === null) b[p++] = ${field.tag === undefined ? 255 : 0}`)
    out.line('else {')
    out.line('b[p++] = 1')
  } else out.line('{')
  writeStruct(out, field.struct!, value, taggedSizes)
  out.line('}')
}

function writeCount(out: Source, field: FieldLayout, count: string): void {
  if (field.compact) {
    out.line(`p = writeVarint(b, p, ${count} + 1)`)
    return
  }
  const name = out.name('c')
  out.line(`const ${name} = ${count}`)
  putWord(out, name)
}

function putWord(out: Source, value: string): void {
  out.line(`b[p] = ${value} >>> 24; b[p + 1] = ${value} >>> 16; b[p + 2] = ${value} >>> 8; b[p + 3] = ${value}`)
  out.line('p += 4')
}

function writeElements(out: Source, field: FieldLayout, value: string, taggedSizes: TaggedSizes): void {
  const index = out.name('i')
  const element = out.name('x')
  writeCount(out, field, `${value}.length`)
  out.line(`for (let ${index} = 0; ${index} < ${value}.length; ${index}++) {`)
  out.line(`const ${element} = ${value}[${index}]`)
  if (field.element === 'struct') writeStruct(out, field.struct!, element, taggedSizes)
  else writeScalar(out, field.element!, field, element)
  out.line('}')
}

function writeScalar(out: Source, kind: ScalarKind, field: FieldLayout, value: string): void {
  const path = quote(field.path)
  switch (kind) {
    case 'bool':
      out.line(`if (${value} === true) b[p++] = 1`)
      out.line(`else if (${value} === false) b[p++] = 0`)
      out.line(`else notA('a boolean', ${path}, ${value})`)
      return
    case 'int8':
      out.line(`if (${value} << 24 >> 24 !== ${value}) notA('an int8', ${path}, ${value})`)
      out.line(`b[p++] = ${value}`)
      return
    case 'int16':
    case 'uint16':
      out.line(kind === 'int16' ? `if (${value} << 16 >> 16 !== ${value})` : `if ((${value} & 65535) !== ${value})`)
      out.line(`notA('an ${kind}', ${path}, ${value})`)
      out.line(`b[p] = ${value} >>> 8; b[p + 1] = ${value}`)
      out.line('p += 2')
      return
    case 'int32':
    case 'uint32':
      out.line(kind === 'int32' ? `if ((${value} | 0) !== ${value})` : `if (${value} >>> 0 !== ${value})`)
      out.line(`notA('an ${kind}', ${path}, ${value})`)
      return putWord(out, value)
    case 'string':
      out.line(`p = ${field.compact ? 'writeCompactString' : 'writeString'}(b, p, ${value})`)
      return
    default:
      out.line(`${WRITE_FUNCTIONS[kind]}(b, p, ${value}, ${path})`)
      out.line(`p += ${fixedSize(kind)}`)
  }
}

const WRITE_FUNCTIONS: Readonly<Partial<Record<ScalarKind, string>>> = {
  int64: 'writeInt64',
  int64Exact: 'writeInt64Exact',
  float64: 'writeFloat64',
  uuid: 'writeId',
}
