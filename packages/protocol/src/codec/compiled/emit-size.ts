import type { FieldLayout, StructLayout } from '../layout.ts'
import { defaultSource, notDefaultSource } from './default-source.ts'
import { fixedSize } from './fixed-size.ts'
import { quote, type Source } from './source.ts'

/** For each tagged field of variable size the name of the function that counts its bytes. */
export type TaggedSizes = Map<FieldLayout, string>

/** The size of a tagged field is written before it, hence asked for twice, hence a function; innermost ones first. */
export function emitTaggedSizes(out: Source, struct: StructLayout, sizes: TaggedSizes = new Map()): TaggedSizes {
  for (const field of struct.all) if (field.struct !== undefined) emitTaggedSizes(out, field.struct, sizes)
  for (const field of struct.tagged) {
    if (fixedSize(field.kind) !== undefined) continue
    const name = out.name('size')
    sizes.set(field, name)
    out.line(`function ${name}(v) {`)
    out.line('let n = 0')
    fieldSize(out, field, 'v', sizes)
    out.line('return n')
    out.line('}')
  }
  return sizes
}

/** Emits what adds the bytes of a struct to `n`, after the checks that the version demands. */
export function structSize(out: Source, struct: StructLayout, value: string, taggedSizes: TaggedSizes): void {
  for (const field of struct.absent) {
    if (field.ignorable) continue
    const name = out.name('x')
    out.line(`const ${name} = ${value}.${field.name}`)
    out.line(`if (${notDefaultSource(field, name)}) absentField(${quote(field.path)})`)
  }
  const fixed = fixedBytes(struct)
  if (fixed > 0) out.line(`n += ${fixed}`)
  for (const field of struct.plain) {
    if (fixedSize(field.kind) !== undefined) continue
    const name = out.name('x')
    out.line(`let ${name} = ${value}.${field.name}`)
    out.line(`if (${name} === undefined) ${name} = ${defaultSource(field)}`)
    fieldSize(out, field, name, taggedSizes)
  }
  if (struct.flexible) taggedSize(out, struct, value, taggedSizes)
}

/** The bytes that every value of the struct takes, with the number of its tagged fields, of which there are never 128. */
function fixedBytes(struct: StructLayout): number {
  return struct.plain.reduce((sum, field) => sum + (fixedSize(field.kind) ?? 0), struct.flexible ? 1 : 0)
}

function taggedSize(out: Source, struct: StructLayout, value: string, taggedSizes: TaggedSizes): void {
  for (const field of struct.tagged) {
    const name = out.name('x')
    const size = out.name('s')
    out.line(`const ${name} = ${value}.${field.name}`)
    out.line(`if (${notDefaultSource(field, name)}) {`)
    out.line(`const ${size} = ${fixedSize(field.kind) ?? `${taggedSizes.get(field)}(${name})`}`)
    out.line(`n += varintSize(${field.tag}) + varintSize(${size}) + ${size}`)
    out.line('}')
  }
}

/** Emits what adds the bytes of one field of variable size to `n`, and refuses a null that is not allowed. */
function fieldSize(out: Source, field: FieldLayout, value: string, taggedSizes: TaggedSizes): void {
  if (field.nullable) {
    const nullBytes = field.compact || field.kind === 'struct' ? 1 : field.kind === 'string' ? 2 : 4
    out.line(`if (${value} === null) n += ${nullBytes}`)
    out.line('else {')
  } else out.line('{')
  presentSize(out, field, value, taggedSizes)
  out.line('}')
}

function presentSize(out: Source, field: FieldLayout, value: string, taggedSizes: TaggedSizes): void {
  const path = quote(field.path)
  switch (field.kind) {
    case 'string':
      out.line(field.compact ? `n += compactStringSize(${value}, ${path})` : `n += 2 + stringSize(${value}, ${path})`)
      return
    case 'struct':
      out.line(`expectStruct(${value}, ${path})`)
      if (field.nullable) out.line('n += 1')
      return structSize(out, field.struct!, value, taggedSizes)
    case 'array':
      out.line(`expectArray(${value}, ${path})`)
      addCountSize(out, field, `${value}.length`)
      return elementsSize(out, field, value, taggedSizes)
    default: {
      const size = out.name('s')
      out.line(`const ${size} = ${field.kind === 'records' ? 'recordsSize' : 'bytesSize'}(${value}, ${path})`)
      addCountSize(out, field, size)
      out.line(`n += ${size}`)
    }
  }
}

function addCountSize(out: Source, field: FieldLayout, count: string): void {
  out.line(field.compact ? `n += varintSize(${count} + 1)` : 'n += 4')
}

function elementsSize(out: Source, field: FieldLayout, value: string, taggedSizes: TaggedSizes): void {
  const { element } = field
  const fixed = element === 'struct' ? undefined : fixedSize(element!)
  if (fixed !== undefined) {
    out.line(`n += ${fixed} * ${value}.length`)
    return
  }
  const index = out.name('i')
  const item = out.name('x')
  out.line(`for (let ${index} = 0; ${index} < ${value}.length; ${index}++) {`)
  out.line(`const ${item} = ${value}[${index}]`)
  if (element === 'struct') {
    out.line(`expectStruct(${item}, ${quote(field.path)})`)
    structSize(out, field.struct!, item, taggedSizes)
  } else presentSize(out, { ...field, kind: element!, nullable: false }, item, taggedSizes)
  out.line('}')
}
