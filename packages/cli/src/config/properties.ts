import { readFileSync } from 'node:fs'
import { parseProperties } from '@milena/runtime'
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
