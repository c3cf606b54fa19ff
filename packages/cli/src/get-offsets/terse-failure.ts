import { ToolExit } from '../options/option-error.ts'

/** What `kafka-get-offsets` finds wrong, in the form in which it says everything. */
export class TerseFailure extends ToolExit {
  constructor(message: string) {
    super(1, `Error occurred: ${message}`)
  }
}
