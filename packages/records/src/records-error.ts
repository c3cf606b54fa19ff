import { Errors } from '@milena/protocol/messages'
import type { KafkaError } from '@milena/protocol/messages'

/** The errors that bytes of records can have. */
export type RecordsErrorName =
  | 'CORRUPT_MESSAGE'
  | 'INVALID_RECORD'
  | 'MESSAGE_TOO_LARGE'
  | 'UNSUPPORTED_COMPRESSION_TYPE'
  | 'UNKNOWN_SERVER_ERROR'

/** Bytes that are no records, or not such as may be taken. The only error that reading them throws. */
export class RecordsError extends Error {
  /** The protocol error that it is answered with. */
  readonly error: KafkaError

  constructor(name: RecordsErrorName, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'RecordsError'
    this.error = Errors[name]
  }
}
