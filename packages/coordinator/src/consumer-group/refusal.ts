import type { ErrorCode } from '@milena/protocol/messages'

/** Why a request is not granted; a value, because answers carry it. */
export class Refusal {
  readonly errorCode: ErrorCode
  readonly message: string

  constructor(error: { readonly code: ErrorCode }, message: string) {
    this.errorCode = error.code
    this.message = message
  }
}
