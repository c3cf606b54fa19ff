import type { ExpressionEngine } from '../expression/expression.ts'
import { ExpressionError } from '../expression/expression.ts'
import { expressionSize, MAX_EXPRESSION_SIZE } from '../expression/expression-size.ts'

let engine: Promise<ExpressionEngine> | undefined

/** RE2 in JavaScript, which is large: the first expression that somebody has loads it. */
export const loadExpressionEngine = (): Promise<ExpressionEngine> => (engine ??= importEngine())

const importEngine = async (): Promise<ExpressionEngine> => {
  const { RE2JS, RE2JSException, RE2JSSyntaxException } = await import('re2js')
  return {
    compile(source) {
      if (expressionSize(source) > MAX_EXPRESSION_SIZE) return new ExpressionError('expression too large')
      try {
        const compiled = RE2JS.compile(source)
        return { matches: (text) => compiled.testExact(text) }
      } catch (error) {
        if (!(error instanceof RE2JSException)) throw error
        return new ExpressionError(error instanceof RE2JSSyntaxException ? error.getDescription() : error.message)
      }
    },
  }
}
