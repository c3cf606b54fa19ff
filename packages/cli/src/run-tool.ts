import { OptionError, ToolExit, UsageError } from './options/option-error.ts'
import type { OptionSpecs, ParsedOptions } from './options/option-parser.ts'
import { parseOptions } from './options/option-parser.ts'
import { formatUsage } from './options/usage.ts'
import { print, type ToolIo } from './tool-io.ts'
import { apacheVersion } from './version.ts'

export interface ToolDefinition<S extends OptionSpecs> {
  readonly specs: S
  /** The first line of `--help`. */
  readonly about: string
  /** An empty command line shows the usage with this line above it; without it, it is read as any other. */
  readonly whenEmpty?: string
  /** Whether a command line that cannot be understood is answered with the usage, too. */
  readonly usageOnOptionError: boolean
  /** What stands before the message when it is not. */
  readonly optionErrorPrefix?: string
  readonly main: (options: ParsedOptions<S>, io: ToolIo) => Promise<number>
}

/**
 * Reads the command line, answers `--help` and `--version`, and turns what the tool throws into output and exit code.
 * As with Apache's tools, all usage goes to standard error with exit code 1, `--help` included.
 */
export async function runTool<S extends OptionSpecs>(
  tool: ToolDefinition<S>,
  argv: readonly string[],
  io: ToolIo,
): Promise<number> {
  const usage = (message: string): number => {
    io.stderr.write(`${message}\n${formatUsage(tool.specs)}`)
    return 1
  }
  try {
    if (argv.length === 0 && tool.whenEmpty !== undefined) return usage(tool.whenEmpty)
    const options = parseOptions(tool.specs, argv)
    if (options.has('help')) return usage(tool.about)
    if (options.has('version')) {
      print(io.stdout, apacheVersion)
      return 0
    }
    return await tool.main(options, io)
  } catch (error) {
    if (error instanceof UsageError) return usage(error.message)
    if (error instanceof OptionError) {
      if (tool.usageOnOptionError) return usage(error.message)
      print(io.stderr, `${tool.optionErrorPrefix ?? ''}${error.message}`)
      return 1
    }
    if (error instanceof ToolExit) {
      if (error.message !== '') print(io[error.output], error.message)
      return error.exitCode
    }
    throw error
  }
}
