import { type Field, hasVersion, type Message } from '@milena/protocol'

type Fields = Message['fields']

/**
 * A decoded message as Kafka's tools print it (its generated JsonConverters, by Jackson): the fields that the version
 * has, tagged ones only where they differ from their default, bytes as base64.
 */
export function messageJson(schema: { readonly fields: Fields }, version: number, decoded: object): string {
  return structJson(schema.fields, version, decoded)
}

/** A text as Jackson quotes it, which writes control characters in capital digits. */
export const textJson = (text: string): string =>
  JSON.stringify(text).replaceAll(/\\u[0-9a-f]{4}/g, (escape) => `\\u${escape.slice(2).toUpperCase()}`)

/** An int64 in all its digits; the largest and the smallest are powers of two here, and not in Kafka. */
export function longText(value: number | bigint): string {
  if (value >= 2 ** 63) return '9223372036854775807'
  return typeof value === 'number' && Math.abs(value) >= 2 ** 53 ? String(BigInt(value)) : String(value)
}

/** A field whose text is made elsewhere, by its path's last name; nothing leaves it as it is. */
export type FieldText = (name: string, value: unknown) => string | undefined

export function structJson(fields: Fields, version: number, decoded: object, special?: FieldText): string {
  const values = decoded as Readonly<Record<string, unknown>>
  const shown = Object.entries(fields)
    .filter(([name, field]) => hasVersion(field.versions, version) && isShown(field, values[name]))
    .map(([name, field]) => {
      const text = special?.(name, values[name]) ?? fieldJson(field, version, values[name], special)
      return `${textJson(name)}:${text}`
    })
  return `{${shown.join(',')}}`
}

function fieldJson(field: Field, version: number, value: unknown, special?: FieldText): string {
  if (value === null || value === undefined) return 'null'
  if (field.kind === 'array') {
    const element = { ...field, kind: field.element! }
    return `[${(value as readonly unknown[]).map((each) => fieldJson(element, version, each, special)).join(',')}]`
  }
  if (field.kind === 'struct') return structJson(field.fields!, version, value as object, special)
  if (value instanceof Uint8Array) return textJson(Buffer.from(value).toString('base64'))
  if (field.kind === 'float64') return doubleText(value as number)
  if (typeof value === 'number' || typeof value === 'bigint') return longText(value)
  return typeof value === 'string' ? textJson(value) : String(value as boolean)
}

const isShown = (field: Field, value: unknown): boolean => field.options.tag === undefined || !isDefault(field, value)

/** Null is a default only where it was declared to be, as in Kafka. */
function isDefault({ kind, options, fields }: Field, value: unknown): boolean {
  if (options.default !== undefined) return value === options.default
  if (value === null) return false
  if (kind === 'array') return (value as readonly unknown[]).length === 0
  if (value instanceof Uint8Array) return value.length === 0
  if (kind !== 'struct') return zeros.has(value)
  const values = value as Readonly<Record<string, unknown>>
  return Object.entries(fields!).every(([name, field]) => isDefault(field, values[name]))
}

const zeros = new Set<unknown>([0, 0n, false, '', 'AAAAAAAAAAAAAAAAAAAAAA'])

/** A double as Java prints it: always with a fraction, and with an exponent outside of [0.001, 10,000,000). */
export function doubleText(value: number): string {
  if (!Number.isFinite(value)) return `"${Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity'}"`
  const size = Math.abs(value)
  if (size === 0 || (size >= 1e-3 && size < 1e7)) return Number.isInteger(value) ? value.toFixed(1) : String(value)
  const [digits, exponent] = value.toExponential().split('e') as [string, string]
  return `${digits.includes('.') ? digits : `${digits}.0`}E${Number(exponent)}`
}
