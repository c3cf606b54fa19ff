// The command line of `milena start`: short flags for the common, any property as `--name=value` or `--name value`.
import { ConfigurationError, type Property } from './property.ts'

export interface StartArguments {
  readonly help: boolean
  /** Keep everything in memory, nothing on disk. */
  readonly memory: boolean
  /** The `.properties` file, if one is named. */
  readonly configFile: string | undefined
  readonly host: string | undefined
  readonly port: number | undefined
  readonly properties: ReadonlyMap<string, Property>
}

/** Short flags that are another name for one property. */
const SHORT_FLAGS: Readonly<Record<string, string>> = {
  '--data': 'log.dirs',
  '--durability': 'milena.durability',
  '--node-id': 'node.id',
}

interface Flag {
  readonly name: string
  readonly inline: string | undefined
}

function flagOf(argument: string): Flag | undefined {
  const match = /^(--[^=]+)(?:=([^]*))?$/.exec(argument)
  return match === null ? undefined : { name: match[1]!, inline: match[2] }
}

class Reader {
  readonly complaints: string[] = []
  readonly properties = new Map<string, Property>()
  help = false
  memory = false
  configFile: string | undefined
  host: string | undefined
  port: number | undefined
  readonly #rest: string[]

  constructor(argv: readonly string[]) {
    this.#rest = [...argv]
  }

  readAll(): void {
    for (let argument = this.#rest.shift(); argument !== undefined; argument = this.#rest.shift()) {
      const flag = argument === '-h' ? { name: '--help', inline: undefined } : flagOf(argument)
      if (flag === undefined) this.#file(argument)
      else this.#flag(flag)
    }
  }

  #flag(flag: Flag): void {
    if (flag.name === '--help') this.help = true
    else if (flag.name === '--memory') this.#switch(flag)
    else this.#valued(flag)
  }

  #switch({ name, inline }: Flag): void {
    if (inline !== undefined && inline !== 'true' && inline !== 'false') {
      this.complaints.push(`${name} is a switch: it takes no value, or true or false; it was given '${inline}'.`)
    }
    this.memory = inline !== 'false'
  }

  #valued({ name, inline }: Flag): void {
    const value = inline ?? this.#takeValue()
    if (value === undefined) this.complaints.push(`${name} needs a value: ${name}=VALUE.`)
    else if (name === '--config') this.#file(value)
    else if (name === '--host') this.host = value
    else if (name === '--port') this.#port(value)
    else if (name === '--override') this.#override(value)
    else this.properties.set(SHORT_FLAGS[name] ?? name.slice(2), { value, origin: name })
  }

  /** The next word is a value unless it is a flag itself; `-1` is a value. */
  #takeValue(): string | undefined {
    return this.#rest[0] === undefined || this.#rest[0].startsWith('--') ? undefined : this.#rest.shift()
  }

  #file(file: string): void {
    if (this.configFile !== undefined) {
      this.complaints.push(`One configuration file is read; both '${this.configFile}' and '${file}' are named.`)
    } else if (file.startsWith('-')) {
      this.complaints.push(`'${file}' is not an option; see milena --help.`)
    } else {
      this.configFile = file
    }
  }

  #port(value: string): void {
    const port = Number(value)
    if (!/^\d{1,5}$/.test(value) || port > 65535) {
      this.complaints.push(`--port must be a number from 0 (any free port) to 65535; it is '${value}'.`)
    } else {
      this.port = port
    }
  }

  /** As kafka-server-start has it. */
  #override(value: string): void {
    const equals = value.indexOf('=')
    if (equals < 1) this.complaints.push(`--override must be followed by name=value; it is '${value}'.`)
    else this.properties.set(value.slice(0, equals), { value: value.slice(equals + 1), origin: '--override' })
  }
}

/** @throws ConfigurationError when a flag cannot be understood */
export function parseStartArguments(argv: readonly string[]): StartArguments {
  const reader = new Reader(argv)
  reader.readAll()
  if (reader.complaints.length > 0) throw new ConfigurationError(reader.complaints)
  const { help, memory, configFile, host, port, properties } = reader
  return { help, memory, configFile, host, port, properties }
}
