import { KafkaError } from '@milena/client'
import { javaException } from './java-exceptions.ts'
import { ArgumentError, ArgumentStop, parseArguments, type ParsedArguments } from './options/argument-parser.ts'
import type { ParserSpec } from './options/argument-spec.ts'
import { formatArgumentHelp, formatArgumentUsage, suggestions } from './options/argument-usage.ts'
import { ToolExit } from './options/option-error.ts'
import { print, type ToolIo } from './tool-io.ts'
import { apacheVersion } from './version.ts'

export interface CommandToolDefinition {
  readonly parser: ParserSpec
  /** Apache's tools do not agree on whether having shown the help is a success. */
  readonly helpExitCode: 0 | 1
  /** An empty command line shows the help, and that is a success. */
  readonly helpWhenEmpty?: boolean
  /** What is printed of a command line that cannot be understood, where it is not the usage and the message. */
  readonly formatError?: (message: string) => string
  readonly main: (parsed: ParsedArguments, io: ToolIo) => Promise<number>
}

/** Runs a tool whose command line is read by the rules of argparse4j. Help goes to standard output. */
export async function runCommandTool(
  tool: CommandToolDefinition,
  argv: readonly string[],
  io: ToolIo,
): Promise<number> {
  try {
    return await tool.main(parseArguments(tool.parser, argv), io)
  } catch (error) {
    if (error instanceof ArgumentStop) {
      if (error.reason === 'version') print(io.stdout, `${apacheVersion} (Commit:unknown)`)
      else io.stdout.write(formatArgumentHelp(error.parser))
      return error.reason === 'version' ? 0 : tool.helpExitCode
    }
    if (error instanceof ArgumentError && argv.length === 0 && tool.helpWhenEmpty === true) {
      io.stdout.write(formatArgumentHelp(error.parser))
      return 0
    }
    if (error instanceof ArgumentError) {
      io.stderr.write(tool.formatError?.(error.message) ?? formatArgumentError(error))
      return 1
    }
    if (error instanceof ToolExit) {
      if (error.message !== '') print(io[error.output], error.message)
      return error.exitCode
    }
    if (!(error instanceof KafkaError)) throw error
    print(io.stderr, javaException(error))
    return 1
  }
}

function formatArgumentError({ parser, message, unknown }: ArgumentError): string {
  const near = unknown === undefined ? [] : suggestions(parser, unknown)
  const meant = near.length === 0 ? '' : `\nDid you mean:\n${near.map((text) => `\t${text}\n`).join('')}`
  return `${formatArgumentUsage(parser)}${parser.prog}: error: ${message}\n${meant}`
}
