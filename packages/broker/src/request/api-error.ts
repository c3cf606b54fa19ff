/**
 * Errors on their way to a client, in one place: what a handler throws, and how it becomes a response.
 *
 * A handler throws `ApiError` when the request as a whole fails. Errors of one topic, partition or group are no
 * exceptions: they are values in the response.
 */
import { Errors, errorByCode } from '@milena/protocol/messages'

/** An entry of the protocol's error table. */
export interface KafkaError {
  readonly code: number
  readonly name: string
  readonly message: string
}

export class ApiError extends Error {
  readonly error: KafkaError

  /** `message` is what the client reads; without one, the error table's own sentence. */
  constructor(error: KafkaError, message?: string, options?: ErrorOptions) {
    super(message ?? error.message, options)
    this.name = 'ApiError'
    this.error = error
  }

  get code(): number {
    return this.error.code
  }
}

/**
 * What a client is told of `cause`. Errors that carry a code of the protocol's table (`code` a number, or `error` an
 * entry of the table) keep it; whatever else was thrown is UNKNOWN_SERVER_ERROR, without its inner message.
 */
export function toApiError(cause: unknown): ApiError {
  if (cause instanceof ApiError) return cause
  if (cause instanceof Error && 'error' in cause && isKafkaError(cause.error)) {
    return new ApiError(cause.error, cause.message, { cause })
  }
  return new ApiError(Errors.UNKNOWN_SERVER_ERROR, undefined, { cause })
}

/** True for what nobody foresaw: to be logged with its stack. */
export function isUnexpected(cause: unknown): boolean {
  return toApiError(cause).code === Errors.UNKNOWN_SERVER_ERROR.code
}

function isKafkaError(value: unknown): value is KafkaError {
  return (
    typeof value === 'object' &&
    value !== null &&
    'code' in value &&
    typeof value.code === 'number' &&
    errorByCode(value.code).code === value.code
  )
}
