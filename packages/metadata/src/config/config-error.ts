/** A property that cannot be used, in a sentence that says which, what it was given and what is allowed. */
export interface ConfigError {
  readonly key: string
  /** Null when the property is missing; withheld, as "[hidden]", when it is a secret. */
  readonly value: string | null
  readonly message: string
}
