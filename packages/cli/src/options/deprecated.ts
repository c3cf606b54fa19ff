import { UsageError } from './option-error.ts'
import type { OptionSpecs, ParsedOptions } from './option-parser.ts'

/** Refuses the old name together with the new one, in the order in which Apache's tool names them. */
export function refuseBothNames<S extends OptionSpecs>(
  options: ParsedOptions<S>,
  first: keyof S & string,
  second: keyof S & string,
): void {
  if (options.has(first) && options.has(second)) {
    throw new UsageError(`Options --${first} and --${second} cannot be specified together.`)
  }
}
