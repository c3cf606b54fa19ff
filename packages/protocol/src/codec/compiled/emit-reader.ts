import type { ScalarKind } from '../../schema/kinds.ts'
import type { FieldLayout, StructLayout } from '../layout.ts'
import { defaultSource } from './default-source.ts'
import { fixedSize } from './fixed-size.ts'
import { quote, Source } from './source.ts'

/**
 * The body of a function `(b, p, e)` that reads a message from the bytes `b` between `p` and `e`.
 * Everything is inlined into one function, so that the position stays a local variable.
 */
export function emitReader(struct: StructLayout): string {
  const out = new Source()
  out.line('let n = 0')
  const value = readStruct(out, struct)
  out.line('reading.end = p')
  out.line(`return ${value}`)
  return out.toString()
}

/** Emits the reads and returns an expression for the struct. */
function readStruct(out: Source, struct: StructLayout): string {
  const values = new Map<FieldLayout, string>()
  for (let i = 0; i < struct.plain.length;) {
    const run = fixedRun(struct.plain, i)
    if (run.length > 0) readFixedRun(out, run, values)
    else values.set(struct.plain[i]!, readVariable(out, struct.plain[i]!))
    i += Math.max(run.length, 1)
  }
  if (struct.flexible) readTagged(out, struct, values)
  const properties = struct.all.map((field) => `${field.name}: ${values.get(field) ?? defaultSource(field)}`)
  return `{ ${properties.join(', ')} }`
}

/** Neighbours of fixed size need one check of the bounds together. */
function fixedRun(fields: readonly FieldLayout[], start: number): readonly FieldLayout[] {
  let end = start
  while (end < fields.length && fixedSize(fields[end]!.kind) !== undefined) end++
  return fields.slice(start, end)
}

function readFixedRun(out: Source, run: readonly FieldLayout[], values: Map<FieldLayout, string>): void {
  const size = run.reduce((sum, field) => sum + fixedSize(field.kind)!, 0)
  out.line(`if (e - p < ${size}) short(${quote(run[0]!.path)})`)
  let offset = 0
  for (const field of run) {
    const name = out.name('v')
    out.line(`const ${name} = ${fixedSource(field.kind as ScalarKind, offset)}`)
    values.set(field, name)
    offset += fixedSize(field.kind)!
  }
  out.line(`p += ${size}`)
}

function at(offset: number): string {
  return offset === 0 ? 'b[p]' : `b[p + ${offset}]`
}

function word(offset: number): string {
  return `${at(offset)} << 24 | ${at(offset + 1)} << 16 | ${at(offset + 2)} << 8 | ${at(offset + 3)}`
}

function fixedSource(kind: ScalarKind, offset: number): string {
  switch (kind) {
    case 'bool':
      return `${at(offset)} !== 0`
    case 'int8':
      return `${at(offset)} << 24 >> 24`
    case 'int16':
      return `(${at(offset)} << 24 | ${at(offset + 1)} << 16) >> 16`
    case 'uint16':
      return `${at(offset)} << 8 | ${at(offset + 1)}`
    case 'int32':
      return word(offset)
    case 'uint32':
      return `(${word(offset)}) >>> 0`
    case 'int64':
      return `(${word(offset)}) * 4294967296 + ((${word(offset + 4)}) >>> 0)`
    case 'int64Exact':
      return `getBigInt64(b, p + ${offset})`
    case 'float64':
      return `getFloat64(b, p + ${offset})`
    case 'uuid':
      return `b.base64urlSlice(p + ${offset}, p + ${offset + 16})`
    default:
      throw new TypeError(`${kind} has no fixed size`)
  }
}

/** Emits the read of a field of variable size and returns the name of its value. */
function readVariable(out: Source, field: FieldLayout): string {
  const name = out.name('v')
  out.line(`let ${name}`)
  readInto(out, field, name)
  return name
}

function readInto(out: Source, field: FieldLayout, target: string): void {
  const path = quote(field.path)
  if (field.kind === 'struct') return readNestedStruct(out, field, target)
  if (fixedSize(field.kind) !== undefined) return readFixedInto(out, field.kind as ScalarKind, path, target)
  readLength(out, field, field.kind === 'string' ? 2 : 4)
  out.line(field.nullable ? `if (n < 0) ${target} = null` : `if (n < 0) unexpectedNull(${path})`)
  out.line('else {')
  if (field.kind === 'array') readElements(out, field, target)
  else {
    out.line(`${target} = ${field.kind === 'string' ? 'readString' : 'readBytes'}(b, p, n, e, ${path})`)
    out.line('p += n')
  }
  out.line('}')
}

function readFixedInto(out: Source, kind: ScalarKind, path: string, target: string): void {
  out.line(`if (e - p < ${fixedSize(kind)}) short(${path})`)
  out.line(`${target} = ${fixedSource(kind, 0)}`)
  out.line(`p += ${fixedSize(kind)}`)
}

function readNestedStruct(out: Source, field: FieldLayout, target: string): void {
  if (!field.nullable) out.line('{')
  else if (field.tag === undefined) {
    out.line(`if (p >= e) short(${quote(field.path)})`)
    out.line(`if (b[p++] > 127) ${target} = null`)
    out.line('else {')
  } else {
    // Inside a tagged field Kafka marks null by a varint of 0, not by a byte below 0.
    readVarint(out, 'n', quote(field.path))
    out.line(`if (n === 0) ${target} = null`)
    out.line('else {')
  }
  out.line(`${target} = ${readStruct(out, field.struct!)}`)
  out.line('}')
}

/** Leaves the length in `n`: -1, or in the old encoding any negative number, is null. */
function readLength(out: Source, field: FieldLayout, oldSize: 2 | 4): void {
  const path = quote(field.path)
  if (field.compact) {
    readVarint(out, 'n', path)
    out.line('n -= 1')
  } else {
    out.line(`if (e - p < ${oldSize}) short(${path})`)
    out.line(`n = ${fixedSource(oldSize === 2 ? 'int16' : 'int32', 0)}`)
    out.line(`p += ${oldSize}`)
  }
}

/** Nearly all varints have one byte. */
function readVarint(out: Source, target: string, path: string): void {
  out.line(`if (p < e && b[p] < 128) ${target} = b[p++]`)
  out.line(`else { p = readVarint(b, p, e, ${path}); ${target} = reading.varint }`)
}

function readElements(out: Source, field: FieldLayout, target: string): void {
  const path = quote(field.path)
  const count = out.name('c')
  const index = out.name('i')
  out.line(`checkCount(n, e - p, ${path})`)
  const element = field.element!
  const size = element === 'struct' ? undefined : fixedSize(element)
  if (size !== undefined) out.line(`if (n * ${size} > e - p) short(${path})`)
  out.line(`const ${count} = n`)
  out.line(`${target} = []`)
  out.line(`for (let ${index} = 0; ${index} < ${count}; ${index}++) {`)
  if (element === 'struct') out.line(`${target}.push(${readStruct(out, field.struct!)})`)
  else if (size !== undefined) {
    out.line(`${target}.push(${fixedSource(element, 0)})`)
    out.line(`p += ${size}`)
  } else {
    const text = out.name('v')
    out.line(`let ${text}`)
    readInto(out, { ...field, kind: element, nullable: false }, text)
    out.line(`${target}.push(${text})`)
  }
  out.line('}')
}

function readTagged(out: Source, struct: StructLayout, values: Map<FieldLayout, string>): void {
  for (const field of struct.tagged) {
    const name = out.name('v')
    out.line(`let ${name} = ${defaultSource(field)}`)
    values.set(field, name)
  }
  const path = quote('tagged fields')
  const left = out.name('t')
  out.line(`let ${left} = 0`)
  readVarint(out, left, path)
  out.line(`for (; ${left} > 0; ${left}--) {`)
  const tag = out.name('t')
  out.line(`let ${tag} = 0`)
  readVarint(out, tag, path)
  readVarint(out, 'n', path)
  out.line(`if (n > e - p) short(${path})`)
  out.line(`switch (${tag}) {`)
  for (const field of struct.tagged) {
    out.line(`case ${field.tag}: {`)
    readInto(out, field, values.get(field)!)
    out.line('break }')
  }
  out.line('default: p += n }')
  out.line('}')
}
