import type { FieldLayout, StructLayout } from '../layout.ts'
import { quote } from './source.ts'

/** An expression for what the field is when it is absent. */
export function defaultSource(field: FieldLayout): string {
  const value = field.default
  if (value instanceof Uint8Array) return 'EMPTY_BYTES'
  switch (typeof value) {
    case 'string':
      return quote(value)
    case 'bigint':
      return `${value}n`
    case 'undefined':
      return field.kind === 'array' ? '[]' : defaultStructSource(field.struct!)
    default:
      return String(value)
  }
}

function defaultStructSource(struct: StructLayout): string {
  return `{ ${struct.all.map((field) => `${field.name}: ${defaultSource(field)}`).join(', ')} }`
}

/** A condition that holds when leaving the value out would lose something; the value is an expression without effects. */
export function notDefaultSource(field: FieldLayout, value: string): string {
  if (field.default === null) return `${value} != null`
  switch (field.kind) {
    case 'array':
    case 'bytes':
      return `${value} !== undefined && (${value} === null || ${value}.length !== 0)`
    case 'struct': {
      const inside = field.struct!.all.map((inner) => `(${notDefaultSource(inner, `${value}.${inner.name}`)})`)
      return `${value} !== undefined && (${[`${value} === null`, ...inside].join(' || ')})`
    }
    default:
      return `${value} !== undefined && ${value} !== ${defaultSource(field)}`
  }
}
