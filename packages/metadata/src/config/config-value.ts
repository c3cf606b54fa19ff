/**
 * How the text of a property becomes a value and a value becomes text, as Kafka's ConfigDef does both: everything but
 * passwords is trimmed; `long` accepts all 64 bits and keeps their exact text.
 */
export type ConfigType = 'boolean' | 'int' | 'short' | 'long' | 'double' | 'string' | 'list' | 'class' | 'password'

export type ConfigValue = boolean | number | string | readonly string[] | null

/** Kafka's Long.MAX_VALUE as a double: "never" and "no limit" in times and sizes. */
export const LONG_MAX = 2 ** 63
export const INT_MAX = 2 ** 31 - 1

const LONG_MAX_TEXT = '9223372036854775807'
const RANGES = {
  short: { min: -(2n ** 15n), max: 2n ** 15n - 1n },
  int: { min: -(2n ** 31n), max: 2n ** 31n - 1n },
  long: { min: -(2n ** 63n), max: 2n ** 63n - 1n },
} as const

/** What a type accepts, to end a sentence that begins with "must be". */
export const typeWords: Readonly<Record<ConfigType, string>> = {
  boolean: 'true or false',
  short: 'a whole number',
  int: 'a whole number',
  long: 'a whole number',
  double: 'a number',
  string: 'a text',
  list: 'a list of values separated by commas',
  class: 'the name of a class',
  password: 'a text',
}

export type Parsed =
  | { readonly ok: true; readonly value: ConfigValue; readonly text: string }
  | { readonly ok: false; readonly reason: string }

/** The value of a property, its canonical text, or Kafka's reason for refusing it. */
export function parseConfigValue(type: ConfigType, text: string): Parsed {
  switch (type) {
    case 'boolean':
      return parseBoolean(text.trim())
    case 'short':
    case 'int':
    case 'long':
      return parseWhole(type, text.trim())
    case 'double':
      return parseDouble(text.trim())
    case 'list': {
      const value = splitList(text)
      return { ok: true, value, text: value.join(',') }
    }
    case 'class':
    case 'string':
      return { ok: true, value: text.trim(), text: text.trim() }
    case 'password':
      return { ok: true, value: text, text }
  }
}

export function splitList(text: string): readonly string[] {
  const trimmed = text.trim()
  return trimmed === '' ? [] : trimmed.split(/\s*,\s*/)
}

/** The text of a default, in the form in which Kafka prints it. */
export function formatConfigValue(type: ConfigType, value: ConfigValue): string | null {
  if (value === null) return null
  if (typeof value === 'object') return value.join(',')
  if (type === 'long' && value === LONG_MAX) return LONG_MAX_TEXT
  if (type === 'double' && typeof value === 'number') return formatDouble(value)
  return String(value)
}

function parseBoolean(text: string): Parsed {
  const value = text.toLowerCase()
  if (value === 'true' || value === 'false') return { ok: true, value: value === 'true', text: value }
  return { ok: false, reason: 'Expected value to be either true or false' }
}

function parseWhole(type: 'short' | 'int' | 'long', text: string): Parsed {
  const refused = { ok: false, reason: `Not a number of type ${type.toUpperCase()}` } as const
  if (!/^[+-]?\d{1,30}$/.test(text)) return refused
  const exact = BigInt(text.startsWith('+') ? text.slice(1) : text)
  const { min, max } = RANGES[type]
  if (exact < min || exact > max) return refused
  return { ok: true, value: Number(exact), text: exact.toString() }
}

function parseDouble(text: string): Parsed {
  if (!/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?[dDfF]?$/.test(text)) {
    return { ok: false, reason: 'Not a number of type DOUBLE' }
  }
  const value = Number(text.replace(/[dDfF]$/, ''))
  return { ok: true, value, text: formatDouble(value) }
}

/** Java's Double.toString: always a fraction, and an exponent from ten million on or below a thousandth. */
function formatDouble(value: number): string {
  const size = Math.abs(value)
  if (value === 0 || (size >= 1e-3 && size < 1e7)) return Number.isInteger(value) ? `${value}.0` : String(value)
  if (!Number.isFinite(value)) return value > 0 ? 'Infinity' : '-Infinity'
  const [digits = '', exponent = ''] = value.toExponential().split('e')
  return `${digits.includes('.') ? digits : `${digits}.0`}E${Number(exponent)}`
}
