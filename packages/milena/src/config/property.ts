/** A property as somebody wrote it, and where, so that a complaint can point there. */
export interface Property {
  readonly value: string
  /** As a person would name the place: `--port`, `KAFKA_LOG_DIRS`, `server.properties`. */
  readonly origin: string
}

export type Properties = ReadonlyMap<string, Property>

/** What the person who starts Milena wrote cannot be carried out; each complaint is a sentence for them. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError'
  readonly complaints: readonly string[]

  constructor(complaints: readonly string[]) {
    super(complaints.join('\n'))
    this.complaints = complaints
  }
}
