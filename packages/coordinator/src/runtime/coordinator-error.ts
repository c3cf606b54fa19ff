import { Errors } from '@milena/protocol/messages'

/** What V8 knows of errors beyond the language. */
const stacks = Error as { stackTraceLimit?: number | undefined }

/** An operation ended without the answer of its handler: the code is one of Kafka's error codes. */
export class CoordinatorError extends Error {
  override readonly name = 'CoordinatorError'
  readonly code: number

  constructor(error: { readonly code: number; readonly name: string }, message?: string) {
    // It says what a client is told, often thousands of times in a row: where it was made is of no interest.
    const { stackTraceLimit } = stacks
    stacks.stackTraceLimit = 0
    super(message ?? error.name)
    stacks.stackTraceLimit = stackTraceLimit
    this.code = error.code
  }
}

const TRANSLATED: ReadonlyMap<number, number> = new Map([
  [Errors.UNKNOWN_TOPIC_OR_PARTITION.code, Errors.COORDINATOR_NOT_AVAILABLE.code],
  [Errors.NOT_ENOUGH_REPLICAS.code, Errors.COORDINATOR_NOT_AVAILABLE.code],
  [Errors.NOT_ENOUGH_REPLICAS_AFTER_APPEND.code, Errors.COORDINATOR_NOT_AVAILABLE.code],
  [Errors.REQUEST_TIMED_OUT.code, Errors.COORDINATOR_NOT_AVAILABLE.code],
  [Errors.NOT_LEADER_OR_FOLLOWER.code, Errors.NOT_COORDINATOR.code],
  [Errors.KAFKA_STORAGE_ERROR.code, Errors.NOT_COORDINATOR.code],
  [Errors.MESSAGE_TOO_LARGE.code, Errors.UNKNOWN_SERVER_ERROR.code],
  [Errors.RECORD_LIST_TOO_LARGE.code, Errors.UNKNOWN_SERVER_ERROR.code],
  [Errors.INVALID_FETCH_SIZE.code, Errors.UNKNOWN_SERVER_ERROR.code],
])

/**
 * What went wrong with the internal topic must not look to a client as if its own topic had failed: such errors are
 * told in the words of a coordinator, which clients answer by looking for it again.
 */
export const coordinatorErrorCode = (code: number): number => TRANSLATED.get(code) ?? code
