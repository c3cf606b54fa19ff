/**
 * Errors on their way to a client, in one place: what a handler throws, and how it becomes a response.
 *
 * A handler throws `ApiError` when the request as a whole fails. Errors of one topic, partition or group are no
 * exceptions: they are values in the response.
 */
import { Errors, errorByCode, hasVersion } from '@milena/protocol/messages'
import type { Field, Fields, KafkaError, Message } from '@milena/protocol/messages'

export class ApiError extends Error {
  readonly error: KafkaError

  /** `message` is what the client reads; without one, the error table's own sentence. */
  constructor(error: KafkaError, message?: string, options?: ErrorOptions) {
    // It is an answer, perhaps one of very many: what has a stack that somebody reads is its cause.
    const { stackTraceLimit } = Error
    Error.stackTraceLimit = 0
    super(message ?? error.message, options)
    Error.stackTraceLimit = stackTraceLimit
    this.name = 'ApiError'
    this.error = error
  }

  get code(): number {
    return this.error.code
  }
}

/**
 * What a client is told of `cause`. An error that carries a number of the protocol's table as its `code` keeps it;
 * whatever else was thrown is UNKNOWN_SERVER_ERROR, without its inner message.
 */
export function toApiError(cause: unknown): ApiError {
  if (cause instanceof ApiError) return cause
  if (cause instanceof Error && 'code' in cause && typeof cause.code === 'number') {
    const error = errorByCode(cause.code)
    if (error !== undefined && error.code === cause.code) return new ApiError(error, cause.message, { cause })
  }
  return new ApiError(Errors.UNKNOWN_SERVER_ERROR, undefined, { cause })
}

/** The code of `toApiError`, where a response has room for no more. */
export function errorCodeOf(cause: unknown): number {
  return toApiError(cause).code
}

/** True for what nobody foresaw, which has a cause: to be logged with its stack. A handler may also mean the code. */
export function isUnexpected(error: ApiError): boolean {
  return error.code === Errors.UNKNOWN_SERVER_ERROR.code && error.cause !== undefined
}

/**
 * A response that says nothing but the error, for APIs with an error code at the top of their response in this version;
 * undefined for the others, which bring their own `errorResponse`.
 */
export function errorBody(response: Message, version: number, error: ApiError): object | undefined {
  const errorCode = response.fields['errorCode']
  if (errorCode === undefined || !hasVersion(errorCode.versions, version)) return undefined
  const body: Record<string, unknown> = zeroValues(response.fields)
  body['errorCode'] = error.code
  if (response.fields['errorMessage'] !== undefined) body['errorMessage'] = error.message
  return body
}

/** Every field that has no default of its own, at Kafka's zero of its kind. */
function zeroValues(fields: Fields): Record<string, unknown> {
  const values: Record<string, unknown> = {}
  for (const [name, field] of Object.entries(fields)) {
    if (field.options.default === undefined && field.options.tag === undefined) values[name] = zeroValue(field)
  }
  return values
}

function zeroValue(field: Field): unknown {
  switch (field.kind) {
    case 'array':
      return []
    case 'struct':
      return zeroValues(field.fields ?? {})
    case 'bool':
      return false
    case 'string':
      return ''
    case 'bytes':
      return new Uint8Array(0)
    case 'records':
      return null
    case 'uuid':
      return 'AAAAAAAAAAAAAAAAAAAAAA'
    case 'int64Exact':
      return 0n
    default:
      return 0
  }
}
