import { Errors, errorByCode } from '@milena/protocol'

/** Failures that arise in the client itself and have no number on the wire. */
const clientErrors = {
  CLIENT_CLOSED: { retriable: false, message: 'The client is closed.' },
  ABORTED: { retriable: false, message: 'The operation was aborted.' },
  TIMEOUT: { retriable: true, message: 'The operation took longer than allowed.' },
  NO_OFFSET_FOR_PARTITION: { retriable: false, message: 'The partition has no committed offset and no reset policy.' },
  BUFFER_EXHAUSTED: { retriable: true, message: 'No room was left in the buffer for records.' },
  INVALID_ARGUMENT: { retriable: false, message: 'An argument is not allowed.' },
  MALFORMED_RESPONSE: { retriable: false, message: 'A response could not be understood.' },
} as const

export type ClientErrorName = keyof typeof clientErrors

/** What a broker answered or the client ran into, by Kafka's name of it. */
export class KafkaError extends Error {
  /** Kafka's name (`TOPIC_ALREADY_EXISTS`), or one of the client's own (`TIMEOUT`). */
  override readonly name: string
  /** The number on the wire; -2 for an error of the client's own. */
  readonly code: number
  /** Whether the same request may succeed later. */
  readonly retriable: boolean

  private constructor(
    description: { name: string; code: number; retriable: boolean },
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options)
    this.name = description.name
    this.code = description.code
    this.retriable = description.retriable
  }

  /** The error of a code from a response, with the broker's own sentence when it sent one. */
  static ofCode(code: number, message?: string | null, options?: ErrorOptions): KafkaError {
    const entry = errorByCode(code)
    return new KafkaError(entry, message ?? entry.message, options)
  }

  /** An error of Kafka's table, by name. */
  static of(name: keyof typeof Errors, message?: string | null, options?: ErrorOptions): KafkaError {
    return KafkaError.ofCode(Errors[name].code, message, options)
  }

  /** An error of the client's own. */
  static client(name: ClientErrorName, message?: string, options?: ErrorOptions): KafkaError {
    const entry = clientErrors[name]
    return new KafkaError({ name, code: -2, retriable: entry.retriable }, message ?? entry.message, options)
  }

  /** Throws unless the code is NONE. */
  static check(code: number, message?: string | null): void {
    if (code !== Errors.NONE.code) throw KafkaError.ofCode(code, message)
  }

  /** Whether the error is a `KafkaError` with one of these names. */
  static is(error: unknown, ...names: readonly string[]): error is KafkaError {
    return error instanceof KafkaError && names.includes(error.name)
  }
}

/** The result for one of several things asked for at once. */
export type Outcome<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: KafkaError }

/** The values of a map of outcomes; throws the first error in it. */
export function valuesOf<K, T>(outcomes: ReadonlyMap<K, Outcome<T>>): Map<K, T> {
  const values = new Map<K, T>()
  for (const [key, outcome] of outcomes) {
    if (!outcome.ok) throw outcome.error
    values.set(key, outcome.value)
  }
  return values
}

export const success = <T>(value: T): Outcome<T> => ({ ok: true, value })
export const failure = <T>(error: KafkaError): Outcome<T> => ({ ok: false, error })
