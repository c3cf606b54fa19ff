import { type ErrorName, Errors } from '@milena/protocol/messages'

/**
 * A failure of a log operation that has a Kafka error: `error` names it in the table of errors, so that a handler
 * can answer with it; `cause` holds what the file system said, if it was that.
 */
export class StorageError extends Error {
  readonly error: ErrorName

  constructor(error: ErrorName, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'StorageError'
    this.error = error
  }

  /** The Kafka error code. */
  get code(): number {
    return Errors[this.error].code
  }
}

/** The error of every operation that the disk refused; a log that failed once gives it until it is opened anew. */
export function storageFailure(what: string, cause: unknown): StorageError {
  if (cause instanceof StorageError) return cause
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new StorageError('KAFKA_STORAGE_ERROR', `${what}: ${reason}`, { cause })
}

/** A file that does not hold what its format demands. */
export class CorruptFileError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'CorruptFileError'
  }
}
