/** An argument of a command line that is read by the rules of argparse4j. */
export interface ArgumentSpec {
  /** What it is for, for `--help`. */
  readonly about: string
  /** How it is written, when that is not just `--` and its name. */
  readonly flags?: readonly string[]
  /** Absent for one without a value. */
  readonly type?: 'String' | 'Integer' | 'Long' | 'Short' | 'Double'
  /** What stands for the value in the usage; by default the name in capitals. */
  readonly metavar?: string
  readonly required?: boolean
  /** `append` collects what is given again and again; `many` takes all words up to the next flag. */
  readonly takes?: 'append' | 'many'
  readonly default?: string | number
  /** Out of the usage and of `--help`. */
  readonly hidden?: boolean
}

/** By name: that of the first long flag, without its dashes. */
export type ArgumentSpecs = Readonly<Record<string, ArgumentSpec>>

/** At most one of these; with `required`, exactly one. */
export interface ExclusiveGroup {
  readonly names: readonly string[]
  readonly required?: boolean
}

export interface CommandSpec {
  readonly about: string
  readonly arguments: ArgumentSpecs
  readonly exclusive?: readonly ExclusiveGroup[]
}

/** A tool's command line; with `commands`, one of them must follow, with arguments of its own. */
export interface ParserSpec extends CommandSpec {
  readonly prog: string
  readonly commands?: Readonly<Record<string, CommandSpec>>
  /** What stands for the command in the usage; by default all of them. */
  readonly commandMetavar?: string
}

/** A parser as it is in use: that of the tool, or of one of its commands. */
export interface ActiveParser extends CommandSpec {
  readonly prog: string
  readonly commands: Readonly<Record<string, CommandSpec>>
  readonly commandMetavar: string | undefined
  readonly command: string | undefined
  readonly parent: ActiveParser | undefined
}

export const flagsOf = (name: string, spec: ArgumentSpec): readonly string[] => spec.flags ?? [`--${name}`]

/** How messages name it: `--id/-i`. */
export const textualName = (name: string, spec: ArgumentSpec): string => flagsOf(name, spec).join('/')

const help: ArgumentSpec = { about: 'Show how to use the tool.', flags: ['-h', '--help'] }

export function toolParser(spec: ParserSpec): ActiveParser {
  return {
    ...spec,
    arguments: { help, ...spec.arguments },
    commands: spec.commands ?? {},
    commandMetavar: spec.commandMetavar,
    command: undefined,
    parent: undefined,
  }
}

export function commandParser(parent: ActiveParser, command: string): ActiveParser {
  const spec = parent.commands[command]!
  return {
    ...spec,
    arguments: { help, ...spec.arguments },
    prog: parent.prog,
    commands: {},
    commandMetavar: undefined,
    command,
    parent,
  }
}
