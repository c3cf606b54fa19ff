import { UsageError } from './option-error.ts'
import type { OptionSpecs, ParsedOptions } from './option-parser.ts'

/** The options that every tool has. */
export const commonOptions = {
  help: { about: 'Show how to use the tool.' },
  version: { about: 'Show which version of Apache Kafka the tool behaves like.' },
} as const satisfies OptionSpecs

type Names<S extends OptionSpecs> = keyof S & string

export function requireOptions<S extends OptionSpecs>(options: ParsedOptions<S>, ...names: readonly Names<S>[]): void {
  for (const name of names) if (!options.has(name)) throw new UsageError(`Missing required argument "[${name}]"`)
}

/** Refuses one option together with any of the others. */
export function refuseTogether<S extends OptionSpecs>(
  options: ParsedOptions<S>,
  used: Names<S>,
  invalid: readonly Names<S>[],
): void {
  if (!options.has(used)) return
  for (const name of invalid) {
    if (options.has(name)) throw new UsageError(`Option "[${used}]" can't be used with option "[${name}]"`)
  }
}
