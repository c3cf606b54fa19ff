import { ToolExit } from '../options/option-error.ts'

/** What Java prints when nobody caught an exception: its class and message, and the tool ends with 1. */
export class UncaughtException extends ToolExit {
  constructor(className: string, message: string) {
    super(1, `Exception in thread "main" ${className}: ${message}`)
  }
}
