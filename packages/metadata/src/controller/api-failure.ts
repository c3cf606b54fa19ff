/** One item of a request is refused; caught where items are gone through, and never leaves the controller. */
export class ApiFailure extends Error {
  override readonly name = 'ApiFailure'
  readonly errorCode: number
  readonly errorMessage: string | null

  constructor(errorCode: number, errorMessage: string | null) {
    super(errorMessage ?? `error ${errorCode}`)
    this.errorCode = errorCode
    this.errorMessage = errorMessage
  }
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
