import { Admin } from '@milena/client'
import { ClientConfig } from '../config/client-config.ts'
import { loadProperties } from '../config/properties.ts'
import type { ParsedArguments } from '../options/argument-parser.ts'
import { runCommandTool } from '../run-command-tool.ts'
import type { ToolIo } from '../tool-io.ts'
import { transactionsParser } from './transactions-parser.ts'
import type { TransactionsService } from './transactions-service.ts'

type Action = (service: TransactionsService) => Promise<void>

/** Each command is loaded when it is given. */
const actions: Readonly<Record<string, () => Promise<Action>>> = {
  list: async () => (await import('./describe-transactions.ts')).listTransactions,
  describe: async () => (await import('./describe-transactions.ts')).describeTransaction,
  'describe-producers': async () => (await import('./describe-transactions.ts')).describeProducers,
  abort: async () => (await import('./abort-transaction.ts')).abortTransaction,
  'find-hanging': async () => (await import('./find-hanging.ts')).findHanging,
  forceTerminateTransaction: async () => (await import('./abort-transaction.ts')).forceTerminate,
}

/** `kafka-transactions`: looks at transactions, finds those that nobody will end, and ends them. */
export function transactionsCommand(argv: readonly string[], io: ToolIo): Promise<number> {
  return runCommandTool({ parser: transactionsParser, helpExitCode: 1, main }, argv, io)
}

async function main(parsed: ParsedArguments, io: ToolIo): Promise<number> {
  const file = parsed.text('command-config')
  const config = new ClientConfig(file === undefined ? new Map() : loadProperties(file))
  const action = await actions[parsed.command!]!()
  await using admin = new Admin(config.clientOptions(io, parsed.text('bootstrap-server')!, 'adminclient-1'))
  await action({ admin, parsed, io })
  return 0
}
