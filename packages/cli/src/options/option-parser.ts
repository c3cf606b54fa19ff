import { OptionError } from './option-error.ts'

export interface OptionSpec {
  /** What the option is for, for `--help`. */
  readonly about: string
  /** What its argument is, for `--help`. */
  readonly argument?: string
  /** Absent for an option without an argument. */
  readonly type?: 'String' | 'Integer' | 'Long'
  /** The argument may be left out. */
  readonly optionalArgument?: boolean
  readonly default?: string
  /** Refused by the parser when it is missing. */
  readonly required?: boolean
  /** Only together with one of these. */
  readonly availableIf?: readonly string[]
}

export type OptionSpecs = Readonly<Record<string, OptionSpec>>

/** What a command line says, by the rules of joptsimple, with which Apache Kafka's tools read theirs. */
export class ParsedOptions<S extends OptionSpecs> {
  readonly specs: S
  readonly #given: ReadonlyMap<string, readonly string[]>
  readonly #order: readonly string[]

  constructor(specs: S, given: ReadonlyMap<string, readonly string[]>, order: readonly string[]) {
    this.specs = specs
    this.#given = given
    this.#order = order
  }

  /** What was given, in its order, again and again what was repeated. */
  given(): readonly string[] {
    return this.#order
  }

  has(name: keyof S & string): boolean {
    return this.#given.has(name)
  }

  /** The argument, or the default. @throws OptionError when several were given */
  value(name: keyof S & string): string | undefined {
    const values = this.values(name)
    if (values.length > 1) {
      throw new OptionError(`Found multiple arguments for option ${name}, but you asked for only one`)
    }
    return values[0]
  }

  values(name: keyof S & string): readonly string[] {
    const values = this.#given.get(name) ?? []
    const fallback = this.specs[name]!.default
    return values.length === 0 && fallback !== undefined ? [fallback] : values
  }

  /** The argument as a whole number. @throws OptionError when it is none, or out of its type's range */
  number(name: keyof S & string): number | undefined {
    const text = this.value(name)
    if (text === undefined) return undefined
    const limit = this.specs[name]!.type === 'Integer' ? 2 ** 31 : 2 ** 63
    const number = /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN
    if (!(number >= -limit && (number < limit || limit > 2 ** 31))) {
      throw new OptionError(`Cannot parse argument '${text}' of option ${name}`)
    }
    return number
  }
}

/**
 * Reads `--name`, `--name value`, `--name=value`, and all of them with a single dash; options may be repeated, and
 * what is no option is passed over. Names must be written in full: Apache's tools switch abbreviations off.
 */
export function parseOptions<const S extends OptionSpecs>(specs: S, argv: readonly string[]): ParsedOptions<S> {
  const given = new Map<string, string[]>()
  const order: string[] = []
  const isOption = (token: string): boolean => token.startsWith('-') && token !== '-' && token !== '--'
  for (let at = 0; at < argv.length; at++) {
    const token = argv[at]!
    if (token === '--') break
    if (!isOption(token)) continue
    const { name, attached } = split(token)
    const spec = Object.hasOwn(specs, name) ? specs[name] : undefined
    if (spec === undefined)
      throw new OptionError(`${token.startsWith('--') ? name : name[0]} is not a recognized option`)
    const values = given.get(name) ?? []
    given.set(name, values)
    order.push(name)
    const next = argv[at + 1]
    if (spec.type === undefined) {
      if (attached !== undefined && attached !== '') throw new OptionError(`Option ${name} doesn't allow an argument`)
    } else if (attached !== undefined && attached !== '') values.push(attached)
    else if (spec.optionalArgument === true) {
      if (next !== undefined && !isOption(next)) values.push(argv[++at]!)
    } else if (next === undefined) throw new OptionError(`Option ${name} requires an argument`)
    else values.push(argv[++at]!)
  }
  checkAvailable(specs, given)
  return new ParsedOptions(specs, given, order)
}

function split(token: string): { readonly name: string; readonly attached: string | undefined } {
  const text = token.replace(/^--?/, '')
  const equals = text.indexOf('=')
  return equals < 0
    ? { name: text, attached: undefined }
    : { name: text.slice(0, equals), attached: text.slice(equals + 1) }
}

function checkAvailable(specs: OptionSpecs, given: ReadonlyMap<string, unknown>): void {
  if (given.has('help') || given.has('version')) return
  const missing = Object.keys(specs).filter((name) => specs[name]!.required === true && !given.has(name))
  if (missing.length > 0) throw new OptionError(`Missing required option(s) [${missing.join(', ')}]`)
  const wrong = Array.from(given.keys()).filter((name) => {
    const { availableIf } = specs[name]!
    return availableIf !== undefined && !availableIf.some((other) => given.has(other))
  })
  if (wrong.length > 0) {
    throw new OptionError(`Option(s) [${wrong.join(', ')}] are unavailable given other options on the command line`)
  }
}
