import { Errors } from '@milena/protocol/messages'

/** What V8 knows of errors beyond the language. */
const stacks = Error as { stackTraceLimit?: number | undefined }

/** One item of a request is refused; caught where items are gone through, and never leaves the controller. */
export class ApiFailure extends Error {
  override readonly name = 'ApiFailure'
  readonly errorCode: number
  readonly errorMessage: string | null

  constructor(errorCode: number, errorMessage: string | null) {
    // There may be one for each of very many items: where it was made is of no interest, and costs most of the time.
    const { stackTraceLimit } = stacks
    stacks.stackTraceLimit = 0
    super(errorMessage ?? `error ${errorCode}`)
    stacks.stackTraceLimit = stackTraceLimit
    this.errorCode = errorCode
    this.errorMessage = errorMessage
  }
}

/** @throws ApiFailure when the quota of who asks has no room for changes to so many partitions */
export function checkMutationQuota(
  partitions: number,
  context: { recordMutations(partitions: number): boolean },
): void {
  if (context.recordMutations(partitions)) return
  throw new ApiFailure(Errors.THROTTLING_QUOTA_EXCEEDED.code, 'The throttling quota has been exceeded.')
}

/** The result of `decide`, or of `refuse` when it throws an `ApiFailure`. */
export function orRefused<T>(decide: () => T, refuse: (failure: ApiFailure) => T): T {
  try {
    return decide()
  } catch (error) {
    if (error instanceof ApiFailure) return refuse(error)
    throw error
  }
}
