import type { CleanedSegment, CleaningJob, CleaningResult } from './cleaning-job.ts'
import { CleaningAborted } from './cleaning-job.ts'

/** An error on its way to another thread, which takes plain data only. */
export interface ErrorMessage {
  readonly name: string
  readonly message: string
  readonly stack: string | undefined
  /** That of an operational error, as `ENOSPC`. */
  readonly code: string | undefined
}

/** What the cleaner's thread is told. */
export type CleanerRequest =
  | { readonly type: 'clean'; readonly job: CleaningJob }
  | { readonly type: 'abort' }
  /** The answer to `replace`. */
  | { readonly type: 'replaced'; readonly error: ErrorMessage | undefined }
  | { readonly type: 'close' }

/** What it tells. */
export type CleanerReply =
  | { readonly type: 'replace'; readonly cleaned: CleanedSegment }
  | { readonly type: 'done'; readonly result: CleaningResult }
  | { readonly type: 'failed'; readonly error: ErrorMessage }

export function errorMessage(error: unknown): ErrorMessage {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error), stack: undefined, code: undefined }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  return { name: error.name, message: error.message, stack: error.stack, code }
}

/** The error that was sent; one that called a cleaning off is one again. */
export function errorFrom({ name, message, stack, code }: ErrorMessage): Error {
  const error = name === 'CleaningAborted' ? new CleaningAborted('') : new Error(message)
  Object.assign(error, {
    name,
    message,
    ...(stack === undefined ? {} : { stack }),
    ...(code === undefined ? {} : { code }),
  })
  return error
}
