import { KafkaError, type Admin } from '@milena/client'
import { messageOf } from '../java-exceptions.ts'
import type { ParsedArguments } from '../options/argument-parser.ts'
import { ToolExit } from '../options/option-error.ts'
import type { ToolIo } from '../tool-io.ts'

/** What the commands work with. */
export interface TransactionsService {
  readonly admin: Admin
  readonly parsed: ParsedArguments
  readonly io: ToolIo
}

/** What the call returns; when it fails, the tool ends and says what failed and why. */
export async function orExit<T>(what: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (error) {
    if (!(error instanceof KafkaError)) throw error
    throw new ToolExit(
      1,
      `${what}: ${messageOf(error).replace(/\.$/, '')}. Enable debug logging for additional detail.`,
    )
  }
}
