import type { FieldLayout, StructLayout } from './layout.ts'

export type StructValue = Readonly<Record<string, unknown>>

export function defaultValue(field: FieldLayout): unknown {
  if (field.default !== undefined) return field.default
  return field.kind === 'array' ? [] : defaultStruct(field.struct!)
}

export function defaultStruct(struct: StructLayout): StructValue {
  return Object.fromEntries(struct.all.map((field) => [field.name, defaultValue(field)]))
}

/** Whether leaving the value out of the message loses nothing. */
export function isDefault(field: FieldLayout, value: unknown): boolean {
  if (value === undefined || value === field.default) return true
  if (value === null || field.default === null) return false
  switch (field.kind) {
    case 'array':
      return (value as readonly unknown[]).length === 0
    case 'bytes':
      return (value as Uint8Array).length === 0
    case 'struct':
      return field.struct!.all.every((inner) => isDefault(inner, (value as StructValue)[inner.name]))
    default:
      return false
  }
}
