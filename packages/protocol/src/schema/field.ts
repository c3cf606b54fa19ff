import type { FieldKind, ScalarKind, ScalarTypes } from './kinds.ts'
import type { Versions } from './versions.ts'

/** What an entity name or id refers to; for documentation and tools, without effect on the wire. */
export type EntityType = 'brokerId' | 'groupId' | 'producerId' | 'topicName' | 'transactionalId'

export interface FieldOptions<T = unknown> {
  readonly about?: string
  /** The versions in which null may be written. */
  readonly nullable?: Versions
  /** What an absent field decodes to; without it Kafka's zero value of the kind: 0, false, '', [], zero uuid, null for records. */
  readonly default?: T | null
  /** Makes it a tagged field in every version that has it. */
  readonly tag?: number
  /** A value that the version cannot carry is dropped; otherwise it is an `UnsupportedVersionError`. */
  readonly ignorable?: boolean
  /** The field is a key of the enclosing array, which Kafka holds as a hash set. */
  readonly mapKey?: boolean
  readonly entityType?: EntityType
  /** Overrides the message's flexible versions for this field alone (KIP-511: the client id of the request header). */
  readonly flexible?: Versions
}

/**
 * One field of a message or struct, in all versions.
 * `Out` is the type of the decoded value, `In` of the value to encode, `Optional` whether it may then be left out.
 */
export interface Field<out Out = unknown, out In = unknown, out Optional extends boolean = boolean> {
  readonly kind: FieldKind
  readonly versions: Versions
  readonly options: FieldOptions
  /** Of an array: the kind of its elements. */
  readonly element: ScalarKind | 'struct' | undefined
  /** Of a struct or an array of structs. */
  readonly fields: Fields | undefined
  /** Types only: these three are never there at run time. */
  readonly '~out': Out
  readonly '~in': In
  readonly '~optional': Optional
}

export interface Fields {
  readonly [name: string]: Field
}

type NoOptions = Readonly<Record<never, never>>

type OrNull<T, O> = O extends { readonly nullable: string } ? T | null : T

/** A field that is there from the beginning and declares no default must be given; others may be left out. */
type MayBeAbsent<V, O> = V extends '0+' | '0'
  ? O extends { readonly default: unknown } | { readonly tag: number }
    ? true
    : false
  : true

type ScalarField<T, In, V, O> = Field<OrNull<T, O>, OrNull<In, O>, MayBeAbsent<V, O>>

interface ScalarBuilder<T, In = T> {
  <const V extends Versions, const O extends FieldOptions<T> = NoOptions>(
    versions: V,
    options?: O,
  ): ScalarField<T, In, V, O>
}

const NONE: FieldOptions = {}

/** All fields have one shape, and here alone is it claimed that the types they carry are those of their kind. */
function field<F extends Field>(
  kind: FieldKind,
  versions: Versions,
  options: FieldOptions | undefined,
  element: ScalarKind | 'struct' | undefined,
  fields: Fields | undefined,
): F {
  return { kind, versions, options: options ?? NONE, element, fields } as unknown as F
}

function scalar<T, In = T>(kind: ScalarKind): ScalarBuilder<T, In> {
  return (versions, options) => field(kind, versions, options, undefined, undefined)
}

export const bool: ScalarBuilder<boolean> = scalar('bool')
export const int8: ScalarBuilder<number> = scalar('int8')
export const int16: ScalarBuilder<number> = scalar('int16')
export const int32: ScalarBuilder<number> = scalar('int32')
export const uint16: ScalarBuilder<number> = scalar('uint16')
export const uint32: ScalarBuilder<number> = scalar('uint32')
export const int64: ScalarBuilder<number> = scalar('int64')
export const int64Exact: ScalarBuilder<bigint> = scalar('int64Exact')
export const float64: ScalarBuilder<number> = scalar('float64')
export const string: ScalarBuilder<string> = scalar('string')
export const uuid: ScalarBuilder<string> = scalar('uuid')
export const bytes: ScalarBuilder<Uint8Array> = scalar('bytes')
/** To encode, records may also be given as slices that follow one another, so that nobody has to join them. */
export const records: ScalarBuilder<Uint8Array | null, Uint8Array | readonly Uint8Array[] | null> = scalar('records')

/** What a struct of these fields decodes to. */
export type Decoded<F extends Fields> = { readonly [K in keyof F]: F[K]['~out'] }

type OptionalKeys<F extends Fields> = { [K in keyof F]: F[K]['~optional'] extends true ? K : never }[keyof F]

type Simplify<T> = { [K in keyof T]: T[K] }

/** What may be given to encode a struct of these fields. */
export type Encodable<F extends Fields> = Simplify<
  { readonly [K in Exclude<keyof F, OptionalKeys<F>>]: F[K]['~in'] } & {
    readonly [K in OptionalKeys<F>]?: F[K]['~in'] | undefined
  }
>

export function struct<const V extends Versions, F extends Fields, const O extends FieldOptions<null> = NoOptions>(
  versions: V,
  fields: F,
  options?: O,
): ScalarField<Decoded<F>, Encodable<F>, V, O> {
  return field('struct', versions, options, undefined, fields)
}

type DecodedElement<E> = E extends ScalarKind ? ScalarTypes[E] : E extends Fields ? Decoded<E> : never
type EncodableElement<E> = E extends ScalarKind ? ScalarTypes[E] : E extends Fields ? Encodable<E> : never

/** An array of scalars (`array('0+', 'int32')`) or of structs (`array('0+', { name: string('0+') })`). */
export function array<
  const V extends Versions,
  const E extends ScalarKind | Fields,
  const O extends FieldOptions<null> = NoOptions,
>(
  versions: V,
  element: E,
  options?: O,
): ScalarField<readonly DecodedElement<E>[], readonly EncodableElement<E>[], V, O> {
  return typeof element === 'string'
    ? field('array', versions, options, element, undefined)
    : field('array', versions, options, 'struct', element)
}
