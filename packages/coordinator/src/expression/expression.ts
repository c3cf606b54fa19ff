/** A regular expression of RE2, which takes linear time whatever it is given. */
export interface Expression {
  /** Whether the text as a whole matches. */
  matches(text: string): boolean
}

/** What is no expression, or too large a one. */
export class ExpressionError {
  readonly description: string

  constructor(description: string) {
    this.description = description
  }
}

export interface ExpressionEngine {
  /** Takes a bounded time: who has a size of more than MAX_EXPRESSION_SIZE is refused before it is compiled. */
  compile(source: string): Expression | ExpressionError
}
