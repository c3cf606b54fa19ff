import { ToolExit } from '../options/option-error.ts'

/** What the tool says as it is, without `Error: ` in front. */
export class TerseToolExit extends ToolExit {
  constructor(message: string) {
    super(1, message, 'stdout')
  }
}
