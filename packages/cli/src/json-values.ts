import { ToolExit } from './options/option-error.ts'

// What files of JSON hold, taken apart as Apache's tools do it and refused in their words.

export type JsonObject = Readonly<Record<string, unknown>>

/** @throws ToolExit when the text is no JSON */
export function parseJson(text: string, failure = 'The input string is not a valid JSON'): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new ToolExit(1, failure)
  }
}

export function objectOf(value: unknown): JsonObject {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject
  throw new ToolExit(1, `Expected JSON object, received ${JSON.stringify(value)}`)
}

export function arrayOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value
  throw new ToolExit(1, `Expected JSON array, received ${JSON.stringify(value)}`)
}

export function fieldOf(entry: JsonObject, name: string): unknown {
  if (entry[name] === undefined) throw new ToolExit(1, `No such field exists: \`${name}\``)
  return entry[name]
}

export function stringOf(value: unknown): string {
  if (typeof value === 'string') return value
  throw expected('String', value)
}

export function integerOf(value: unknown, type = 'Integer'): number {
  if (typeof value === 'number' && Number.isInteger(value)) return value
  throw expected(type, value)
}

const expected = (type: string, value: unknown): ToolExit =>
  new ToolExit(1, `Expected \`${type}\` value, received ${JSON.stringify(value)}`)
