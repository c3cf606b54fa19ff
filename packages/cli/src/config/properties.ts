import { readFileSync } from 'node:fs'
import { ToolExit } from '../options/option-error.ts'

export type Properties = Map<string, string>

/** Reads a Java `.properties` file. */
export function loadProperties(file: string): Properties {
  try {
    return parseProperties(readFileSync(file, 'utf8'))
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'No such file or directory' : String(error)
    throw new ToolExit(1, `${file} (${reason})`)
  }
}

/** Java's format: `key=value`, `key:value` or `key value`, comments with # or !, lines continued by a backslash. */
export function parseProperties(text: string): Properties {
  const properties: Properties = new Map()
  let logical = ''
  for (const natural of text.split(/\r\n|\r|\n/)) {
    const line = logical + natural.replace(/^[ \t\f]+/, '')
    if (logical === '' && (line === '' || /^[#!]/.test(line))) continue
    const backslashes = /\\*$/.exec(line)![0].length
    if (backslashes % 2 === 1) {
      logical = line.slice(0, -1)
      continue
    }
    logical = ''
    addProperty(properties, line)
  }
  if (logical !== '') addProperty(properties, logical)
  return properties
}

function addProperty(properties: Properties, line: string): void {
  const key = /^(?:\\.|[^\\\s=:])*/.exec(line)![0]
  const value = line.slice(key.length).replace(/^[ \t\f]*[=:]?[ \t\f]*/, '')
  properties.set(unescape(key), unescape(value))
}

const escapes: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', f: '\f' }

function unescape(text: string): string {
  return text.replace(/\\(u[0-9a-fA-F]{4}|.)/g, (_, escaped: string) =>
    escaped.length === 5 ? String.fromCharCode(Number.parseInt(escaped.slice(1), 16)) : (escapes[escaped] ?? escaped),
  )
}

/** `key=value` arguments; without a value it is empty, and it may contain further equals signs. */
export function parseKeyValues(args: readonly string[]): Properties {
  const properties: Properties = new Map()
  for (const arg of args) {
    const equals = arg.indexOf('=')
    if (arg === '' || equals === 0) continue
    properties.set(equals < 0 ? arg : arg.slice(0, equals), equals < 0 ? '' : arg.slice(equals + 1))
  }
  return properties
}
