/** Requests with one array of very many elements, for each array of each API: what nobody sends but who means harm. */
import { encodeRequestFrame, hasVersion, ZERO_UUID } from '@milena/protocol'
import type { Field, Fields, Message } from '@milena/protocol'
import { batchOf } from './topics.ts'

/**
 * Whether the elements of the array are all the same one, each another one, or, as far as they hold arrays of their own,
 * one by name with something else in each.
 */
export type Likeness = 'alike' | 'distinct' | 'namesakes'

export interface LargeRequest {
  readonly message: Message
  readonly version: number
  /** The names of the fields that lead to the array. */
  readonly path: readonly string[]
  readonly length: number
  readonly likeness: Likeness
}

/** What fields of some name are set to; others get the least that their kind allows. */
export type Values = Readonly<Record<string, unknown>>

type Body = Record<string, unknown>

/** The paths to all arrays that a message has in a version. */
export function arrayPaths({ fields }: { readonly fields: Fields }, version: number): string[][] {
  return Object.entries(fields).flatMap(([name, field]) => {
    if (!hasVersion(field.versions, version)) return []
    const inside = field.fields === undefined ? [] : arrayPaths({ fields: field.fields }, version)
    const nested = inside.map((path) => [name, ...path])
    return field.kind === 'array' ? [[name], ...nested] : nested
  })
}

export class LargeRequests {
  readonly #values: Values

  constructor(values: Values) {
    this.#values = values
  }

  frame(request: LargeRequest): Buffer {
    const { message, version } = request
    const body = this.#body(message.fields, request, request.path)
    const frame = { message, version, correlationId: 1, clientId: 'large', body }
    return Buffer.concat(encodeRequestFrame(frame as Parameters<typeof encodeRequestFrame>[0]))
  }

  #body(fields: Fields, request: LargeRequest, path: readonly string[]): Body {
    const body: Body = {}
    for (const [name, field] of Object.entries(fields)) {
      if (!hasVersion(field.versions, request.version)) continue
      body[name] = this.#value(name, field, request, path[0] === name ? path.slice(1) : [])
      if (path.length === 1 && path[0] === name) body[name] = this.#manyOf(name, field, request)
    }
    return body
  }

  #value(name: string, field: Field, request: LargeRequest, path: readonly string[]): unknown {
    if (field.kind === 'struct') return this.#body(field.fields!, request, path)
    if (field.kind !== 'array') return this.#scalar(name, field.kind)
    return [field.element === 'struct' ? this.#body(field.fields!, request, path) : this.#scalar(name, field.element!)]
  }

  /** Of distinct structs the fields that name things differ. */
  #manyOf(name: string, field: Field, request: LargeRequest): unknown[] {
    const { length, likeness } = request
    const isDistinct = likeness === 'distinct'
    if (field.element !== 'struct') {
      const one = this.#scalar(name, field.element!)
      return Array.from({ length }, (_, index) => (isDistinct ? another(one, field.element!, index) : one))
    }
    const one = this.#body(field.fields!, request, [])
    if (likeness === 'alike') return Array.from({ length }, () => one)
    const varying = isDistinct ? namesOf(field.fields!) : arraysOf(field.fields!)
    return Array.from({ length }, (_, index) => {
      const others = Object.entries(varying).filter(([key]) => key in one)
      return { ...one, ...Object.fromEntries(others.map(([key, kind]) => [key, another(one[key], kind, index)])) }
    })
  }

  #scalar(name: string, kind: string): unknown {
    const value = this.#values[name]
    if (value !== undefined && (typeof value === 'string') === (kind === 'string' || kind === 'uuid')) return value
    switch (kind) {
      case 'bool':
        return false
      case 'string':
        return 'a'
      case 'uuid':
        return ZERO_UUID
      case 'bytes':
        return new Uint8Array()
      case 'records':
        return batchOf(['a'])
      case 'int64Exact':
        return 0n
      default:
        return 0
    }
  }
}

const NAMING =
  /^(name|names|topic|topicName|topicId|groupId|transactionalId|resourceName|key|memberId|partition|partitionIndex|partitionId|index|brokerId|producerId|logDir|path|entityType|principal|feature|user|configurationKey|protocol|baseOffset|firstOffset)$/

type Kinds = Readonly<Record<string, string | Fields>>

function namesOf(fields: Fields): Kinds {
  const named = Object.entries(fields).filter(([key, { kind }]) => NAMING.test(key) && kind !== 'array')
  return Object.fromEntries(named.map(([key, { kind }]) => [key, kind]))
}

function arraysOf(fields: Fields): Kinds {
  const arrays = Object.entries(fields).filter(([, { kind }]) => kind === 'array')
  return Object.fromEntries(arrays.map(([key, field]) => [key, field.fields ?? String(field.element)]))
}

/** Small numbers count up from zero, so that the first of them are partitions that are there. */
function another(value: unknown, kind: string | Fields, index: number): unknown {
  if (Array.isArray(value)) return value.map((each: unknown) => another(each, kind, index))
  if (typeof kind !== 'string') {
    const one = value as Body
    const varied = Object.entries(namesOf(kind)).filter(([key]) => key in one)
    return { ...one, ...Object.fromEntries(varied.map(([key, each]) => [key, another(one[key], each, index)])) }
  }
  if (kind === 'string') return `${String(value)}-${index}`
  if (kind === 'uuid') return Buffer.from(index.toString().padStart(16)).toString('base64url')
  if (kind === 'int8') return index % 0x80
  return kind === 'int16' ? index % 0x8000 : index
}
