// Flags over environment over file. The defaults lie below them, with the definitions of the properties.
import { readFileSync } from 'node:fs'
import { parseProperties, PropertiesError } from '@milena/runtime'
import { parseStartArguments, type StartArguments } from './arguments.ts'
import { environmentProperties } from './environment.ts'
import { ConfigurationError, type Properties, type Property } from './property.ts'

export interface StartConfiguration {
  readonly help: boolean
  readonly memory: boolean
  readonly properties: Properties
}

export interface StartConfigurationInput {
  readonly argv: readonly string[]
  readonly environment: Readonly<Record<string, string | undefined>>
}

const DEFAULT_LISTENERS = 'PLAINTEXT://localhost:9092'

function fileProperties(file: string): Properties {
  try {
    const properties = parseProperties(readFileSync(file, 'utf8'))
    return new Map([...properties].map(([key, value]) => [key, { value: value.trim(), origin: file }]))
  } catch (error) {
    if (error instanceof PropertiesError) throw new ConfigurationError([`${file}, ${error.message}.`])
    throw new ConfigurationError([`The configuration file ${file} cannot be read: ${reasonOf(error)}.`])
  }
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'ENOENT') return 'there is no such file'
  if (code === 'EACCES') return 'permission is denied'
  if (code === 'EISDIR') return 'it is a folder'
  return message
}

function names(list: string | undefined): readonly string[] {
  return (list ?? '').split(',').map((name) => name.trim().toUpperCase())
}

/** `--host` and `--port` change the first listener that clients use, and leave its name and the other listeners. */
function rewriteListeners(listeners: string, controllers: readonly string[], to: StartArguments): string {
  const entries = listeners.split(',').map((entry) => entry.trim())
  const index = entries.findIndex((entry) => !controllers.includes(entry.split('://', 1)[0]!.toUpperCase()))
  const match = /^(\w+):\/\/(.*):(\d+)$/.exec(entries[index] ?? '')
  if (match === null) return listeners
  const [, name, oldHost, oldPort] = match
  const host =
    to.host === undefined ? oldHost : to.host.includes(':') && !to.host.startsWith('[') ? `[${to.host}]` : to.host
  entries[index] = `${name}://${host}:${to.port ?? oldPort}`
  return entries.join(',')
}

function applyAddressFlags(properties: Map<string, Property>, flags: StartArguments): void {
  if (flags.host === undefined && flags.port === undefined) return
  const origin = flags.port === undefined ? '--host' : '--port'
  const controllers = names(properties.get('controller.listener.names')?.value)
  const listeners = properties.get('listeners')?.value ?? DEFAULT_LISTENERS
  properties.set('listeners', { value: rewriteListeners(listeners, controllers, flags), origin })
  // What a file advertises belongs to the address that the flag has just replaced; without it, each client is
  // told the address that it dialled.
  if (!flags.properties.has('advertised.listeners')) properties.delete('advertised.listeners')
}

/** @throws ConfigurationError when the flags or the file cannot be read */
export function loadStartConfiguration({ argv, environment }: StartConfigurationInput): StartConfiguration {
  const flags = parseStartArguments(argv)
  const properties = new Map<string, Property>([
    ...(flags.configFile === undefined ? [] : fileProperties(flags.configFile)),
    ...environmentProperties(environment),
    ...flags.properties,
  ])
  applyAddressFlags(properties, flags)
  return { help: flags.help, memory: flags.memory, properties }
}
