import {
  commandParser,
  flagsOf,
  textualName,
  toolParser,
  type ActiveParser,
  type ArgumentSpec,
  type ParserSpec,
} from './argument-spec.ts'

/** The command line cannot be understood. */
export class ArgumentError extends Error {
  override readonly name = 'ArgumentError'
  /** Whose usage is shown. */
  readonly parser: ActiveParser
  /** The flag or command that is not known, when that is what is wrong. */
  readonly unknown: string | undefined

  constructor(parser: ActiveParser, message: string, unknown?: string) {
    super(message)
    this.parser = parser
    this.unknown = unknown
  }
}

/** `--help` or `--version` was met: the rest of the command line is not read. */
export class ArgumentStop extends Error {
  override readonly name = 'ArgumentStop'
  readonly parser: ActiveParser
  readonly reason: 'help' | 'version'

  constructor(parser: ActiveParser, reason: 'help' | 'version') {
    super(reason)
    this.parser = parser
    this.reason = reason
  }
}

type Value = string | number | boolean | readonly (string | number)[]

/** What a command line says. */
export class ParsedArguments {
  readonly parser: ActiveParser
  readonly #values: ReadonlyMap<string, Value>

  constructor(parser: ActiveParser, values: ReadonlyMap<string, Value>) {
    this.parser = parser
    this.#values = values
  }

  get command(): string | undefined {
    return this.parser.command
  }

  has(name: string): boolean {
    return this.#values.get(name) !== undefined
  }

  text(name: string): string | undefined {
    const value = this.#values.get(name)
    return value === undefined ? undefined : String(value)
  }

  number(name: string): number | undefined {
    const value = this.#values.get(name)
    return value === undefined ? undefined : Number(value)
  }

  /** What was given again and again, or as several words; undefined when it was not given at all. */
  values(name: string): readonly string[] | undefined {
    const value = this.#values.get(name)
    return Array.isArray(value) ? value.map(String) : undefined
  }
}

/**
 * Reads a command line as argparse4j does, with which some of Apache Kafka's tools read theirs: flags may be
 * abbreviated, the tool's own stand before the command and the command's behind it, and what is missing is found only
 * after everything that is wrong.
 */
export function parseArguments(spec: ParserSpec, argv: readonly string[]): ParsedArguments {
  return new ArgumentReader(argv).read(toolParser(spec))
}

class ArgumentReader {
  readonly #argv: readonly string[]
  readonly #values = new Map<string, Value>()
  #at = 0
  #separatorSeen = false
  #missing: ArgumentError | undefined

  constructor(argv: readonly string[]) {
    this.#argv = argv
  }

  read(parser: ActiveParser): ParsedArguments {
    for (const [name, spec] of Object.entries(parser.arguments)) {
      if (spec.default === undefined) this.#values.delete(name)
      else this.#values.set(name, spec.default)
    }
    const used = new Set<string>()
    while (this.#at < this.#argv.length) {
      const word = this.#argv[this.#at]!
      if (this.#isFlag(word) && word !== '--') this.#readFlag(parser, word, used)
      else if (word === '--' && !this.#separatorSeen) {
        this.#separatorSeen = true
        this.#at++
      } else if (!this.#separatorSeen && hasCommands(parser)) {
        this.#noteMissing(parser, used)
        return this.read(commandParser(parser, this.#readCommand(parser)))
      } else {
        throw new ArgumentError(parser, `unrecognized arguments: '${this.#argv.slice(this.#at).join(' ')}'`)
      }
    }
    if (hasCommands(parser)) throw new ArgumentError(parser, 'too few arguments')
    this.#noteMissing(parser, used)
    if (this.#missing !== undefined) throw this.#missing
    return new ParsedArguments(parser, this.#values)
  }

  #isFlag(word: string): boolean {
    if (this.#separatorSeen) return false
    return word === '--' || (/^-+[^-]/.test(word) && !/^-\d+$/.test(word))
  }

  #readFlag(parser: ActiveParser, word: string, used: Set<string>): void {
    const equals = word.indexOf('=')
    const flag = equals < 0 ? word : word.slice(0, equals)
    const name = resolveFlag(parser, flag)
    if (name !== undefined) {
      this.#at++
      this.#take(parser, name, equals < 0 ? undefined : word.slice(equals + 1), used)
      return
    }
    // Short flags may stand together, the last of them with its value.
    const letters = /^-[^-]/.test(word) ? word.slice(1) : ''
    const names: string[] = []
    let value: string | undefined
    for (let index = 0; index < letters.length; index++) {
      const found = exactFlag(parser, `-${letters[index]!}`)
      if (found === undefined) break
      names.push(found)
      if (parser.arguments[found]!.type === undefined) continue
      value = letters.slice(index + 1) || undefined
      break
    }
    const last = names.at(-1)
    const complete =
      last !== undefined && (names.length === letters.length || parser.arguments[last]!.type !== undefined)
    if (!complete) throw new ArgumentError(parser, `unrecognized arguments: '${word}'`, word)
    this.#at++
    for (const each of names) this.#take(parser, each, each === last ? value : undefined, used)
  }

  #take(parser: ActiveParser, name: string, attached: string | undefined, used: Set<string>): void {
    const spec = parser.arguments[name]!
    checkExclusive(parser, name, used)
    used.add(name)
    if (spec.type === undefined) {
      if (attached !== undefined) throw wrong(parser, name, `ignore implicit argument '${attached}'`)
      if (name === 'help' || name === 'version') throw new ArgumentStop(parser, name)
      this.#values.set(name, true)
    } else if (spec.takes === 'many') {
      this.#values.set(name, this.#readMany(parser, name, attached))
    } else {
      const text = attached ?? this.#nextValue()
      if (text === undefined) throw wrong(parser, name, 'expected one argument')
      const value = convert(parser, name, text)
      const before = this.#values.get(name)
      this.#values.set(name, spec.takes === 'append' ? [...(Array.isArray(before) ? before : []), value] : value)
    }
  }

  #readMany(parser: ActiveParser, name: string, attached: string | undefined): readonly (string | number)[] {
    if (attached !== undefined) return [convert(parser, name, attached)]
    const values: (string | number)[] = []
    for (let text = this.#nextValue(); text !== undefined; text = this.#nextValue()) {
      values.push(convert(parser, name, text))
    }
    if (values.length === 0) throw wrong(parser, name, 'expected 1 argument(s)')
    return values
  }

  #nextValue(): string | undefined {
    const next = this.#argv[this.#at]
    if (next === undefined || this.#isFlag(next)) return undefined
    this.#at++
    return next
  }

  #readCommand(parser: ActiveParser): string {
    const word = this.#argv[this.#at]!
    const names = Object.keys(parser.commands)
    const candidates = names.includes(word) ? [word] : word === '' ? [] : names.filter((name) => name.startsWith(word))
    if (candidates.length > 1) {
      throw new ArgumentError(parser, `ambiguous command: ${word} could match ${candidates.toSorted().join(', ')}`)
    }
    const [command] = candidates
    if (command === undefined) {
      const choices = names.map((name) => `'${name}'`).join(', ')
      throw new ArgumentError(parser, `invalid choice: '${word}' (choose from ${choices})`, word)
    }
    this.#at++
    return command
  }

  /** What is missing is said only when nothing is wrong; of several, the last one, and the outermost parser's. */
  #noteMissing(parser: ActiveParser, used: ReadonlySet<string>): void {
    if (this.#missing !== undefined) return
    for (const [name, spec] of Object.entries(parser.arguments)) {
      if (spec.required !== true || used.has(name)) continue
      this.#missing = new ArgumentError(parser, `argument ${textualName(name, spec)} is required`)
    }
    if (this.#missing !== undefined) return
    for (const { names, required } of parser.exclusive ?? []) {
      if (required !== true || names.some((name) => used.has(name))) continue
      const all = names
        .filter((name) => parser.arguments[name]!.hidden !== true)
        .map((name) => `${textualName(name, parser.arguments[name]!)} `)
      this.#missing = new ArgumentError(parser, `one of the arguments ${all.join('')}is required`)
    }
  }
}

const hasCommands = (parser: ActiveParser): boolean => Object.keys(parser.commands).length > 0

const wrong = (parser: ActiveParser, name: string, message: string): ArgumentError =>
  new ArgumentError(parser, `argument ${textualName(name, parser.arguments[name]!)}: ${message}`)

function exactFlag(parser: ActiveParser, flag: string): string | undefined {
  return Object.keys(parser.arguments).find((name) => flagsOf(name, parser.arguments[name]!).includes(flag))
}

/** The argument that a flag, or the only one that its beginning, names. */
function resolveFlag(parser: ActiveParser, flag: string): string | undefined {
  const exact = exactFlag(parser, flag)
  if (exact !== undefined) return exact
  const all = Object.entries(parser.arguments).flatMap(([name, spec]) => flagsOf(name, spec))
  const candidates = all.filter((each) => each.startsWith(flag))
  if (candidates.length > 1) {
    throw new ArgumentError(parser, `ambiguous option: ${flag} could match ${candidates.toSorted().join(', ')}`)
  }
  return candidates.length === 1 ? exactFlag(parser, candidates[0]!) : undefined
}

function checkExclusive(parser: ActiveParser, name: string, used: ReadonlySet<string>): void {
  for (const { names } of parser.exclusive ?? []) {
    const other = names.includes(name) ? names.find((each) => each !== name && used.has(each)) : undefined
    if (other !== undefined) {
      throw wrong(parser, name, `not allowed with argument ${textualName(other, parser.arguments[other]!)}`)
    }
  }
}

const limits = { Integer: 2 ** 31, Long: 2 ** 63, Short: 2 ** 15 } as const

function convert(parser: ActiveParser, name: string, text: string): string | number {
  const { type } = parser.arguments[name] as ArgumentSpec
  if (type === undefined || type === 'String') return text
  const refuse = (reason: string): ArgumentError =>
    wrong(parser, name, `could not convert '${text}' to ${type} (${reason})`)
  if (type === 'Double') {
    if (text.trim() === '') throw refuse('empty String')
    if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?[df]?$/i.test(text.trim())) throw refuse(`For input string: "${text}"`)
    return Number(text.trim().replace(/[df]$/i, ''))
  }
  const number = /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN
  if (Number.isNaN(number)) throw refuse(`For input string: "${text}"`)
  const limit = limits[type]
  // Java says it otherwise of a short.
  const outside = type === 'Short' ? `Value out of range. Value:"${text}" Radix:10` : `For input string: "${text}"`
  if (number < -limit || (type === 'Long' ? number > limit : number >= limit)) throw refuse(outside)
  return number
}
