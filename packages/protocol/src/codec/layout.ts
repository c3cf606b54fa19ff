import { UnsupportedVersionError } from '../protocol-error.ts'
import type { Field, Fields } from '../schema/field.ts'
import type { FieldKind, ScalarKind } from '../schema/kinds.ts'
import type { Message } from '../schema/message.ts'
import { hasVersion } from '../schema/versions.ts'
import { ZERO_UUID } from '../uuid.ts'

/** A field as it is in one version, every question about versions answered. */
export interface FieldLayout {
  readonly name: string
  /** Where it is, for error messages: `FetchRequest v12 topics.partitions.fetchOffset`. */
  readonly path: string
  readonly kind: FieldKind
  readonly element: ScalarKind | 'struct' | undefined
  /** Lengths are unsigned varints of length + 1 (KIP-482). */
  readonly compact: boolean
  readonly nullable: boolean
  readonly ignorable: boolean
  readonly tag: number | undefined
  /** Null, or the value of a scalar; undefined stands for the empty array or the struct of defaults. */
  readonly default: unknown
  /** The inside of a struct or of an array's elements. */
  readonly struct: StructLayout | undefined
}

export interface StructLayout {
  /** All fields in declared order, also those that this version lacks: a decoded value has them all. */
  readonly all: readonly FieldLayout[]
  /** What is written one after the other. */
  readonly plain: readonly FieldLayout[]
  /** What is written as tagged fields, by ascending tag. */
  readonly tagged: readonly FieldLayout[]
  readonly absent: readonly FieldLayout[]
  /** Whether a section of tagged fields ends the struct. */
  readonly flexible: boolean
}

export const EMPTY_BYTES: Uint8Array = new Uint8Array(0)

/** What a field is that declares no default; of arrays and structs a fresh empty one, hence nothing here. */
const ZERO_VALUES: Readonly<Record<FieldKind, unknown>> = {
  bool: false,
  int8: 0,
  int16: 0,
  int32: 0,
  uint16: 0,
  uint32: 0,
  int64: 0,
  int64Exact: 0n,
  float64: 0,
  string: '',
  uuid: ZERO_UUID,
  bytes: EMPTY_BYTES,
  records: null,
  array: undefined,
  struct: undefined,
}

export function layoutOf(message: Message, version: number): StructLayout {
  if (!Number.isInteger(version) || !hasVersion(message.versions, version)) {
    throw new UnsupportedVersionError(`${message.name} has no version ${version}, only ${message.versions}`)
  }
  const flexible = hasVersion(message.flexible, version)
  return structLayout(message.fields, version, flexible, `${message.name} v${version} `)
}

function structLayout(fields: Fields, version: number, flexible: boolean, path: string): StructLayout {
  const all: FieldLayout[] = []
  const plain: FieldLayout[] = []
  const tagged: FieldLayout[] = []
  const absent: FieldLayout[] = []
  for (const [name, field] of Object.entries(fields)) {
    const layout = fieldLayout(field, version, flexible, name, path + name)
    all.push(layout)
    if (!hasVersion(field.versions, version)) absent.push(layout)
    else if (layout.tag === undefined) plain.push(layout)
    else tagged.push(layout)
  }
  tagged.sort((a, b) => a.tag! - b.tag!)
  return { all, plain, tagged, absent, flexible }
}

function fieldLayout(field: Field, version: number, flexible: boolean, name: string, path: string): FieldLayout {
  const { options } = field
  return {
    name,
    path,
    kind: field.kind,
    element: field.element,
    compact: flexible && (options.flexible === undefined || hasVersion(options.flexible, version)),
    nullable: hasVersion(options.nullable, version),
    ignorable: options.ignorable === true,
    tag: options.tag,
    default: options.default === undefined ? ZERO_VALUES[field.kind] : options.default,
    struct: field.fields === undefined ? undefined : structLayout(field.fields, version, flexible, `${path}.`),
  }
}
