/** The command line cannot be understood. */
export class OptionError extends Error {
  override readonly name = 'OptionError'
}

/** The command line is understood but makes no sense: the usage is printed below the message. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** The tool is done, with this exit code; `output` says where the message goes, if there is one. */
export class ToolExit extends Error {
  override readonly name = 'ToolExit'
  readonly exitCode: number
  readonly output: 'stdout' | 'stderr'

  constructor(exitCode: number, message = '', output: 'stdout' | 'stderr' = 'stderr') {
    super(message)
    this.exitCode = exitCode
    this.output = output
  }
}
