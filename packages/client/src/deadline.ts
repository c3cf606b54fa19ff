import type { Clock } from '@milena/runtime'
import { KafkaError } from './kafka-error.ts'

/** A moment by which something must be done; measured on the monotonic clock. */
export class Deadline {
  readonly #clock: Clock
  readonly #atMs: number
  readonly timeoutMs: number

  constructor(clock: Clock, timeoutMs: number) {
    this.#clock = clock
    this.timeoutMs = timeoutMs
    this.#atMs = clock.monotonicMs() + timeoutMs
  }

  get remainingMs(): number {
    return Math.max(0, this.#atMs - this.#clock.monotonicMs())
  }

  get expired(): boolean {
    return this.#clock.monotonicMs() >= this.#atMs
  }
}

/** Waits; rejects with ABORTED when the signal fires first. */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(aborted(signal))
      return
    }
    const onAbort = (): void => {
      timer.cancel()
      reject(aborted(signal!))
    }
    const timer = clock.setTimer(delayMs, () => {
      signal?.removeEventListener('abort', onAbort)
      resolve()
    })
    signal?.addEventListener('abort', onAbort, { once: true })
  })
}

/** The promise, or a rejection with ABORTED as soon as the signal fires. What was started goes on unobserved. */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise
  if (signal.aborted) {
    promise.catch(() => undefined) // The caller is gone; nobody is left to be told.
    return Promise.reject(aborted(signal))
  }
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(aborted(signal))
    signal.addEventListener('abort', onAbort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}

/** The promise, or a rejection with the error made by `onTimeout` when the clock runs out first. */
export function withTimeout<T>(
  promise: Promise<T>,
  { clock, timeoutMs, onTimeout }: { clock: Clock; timeoutMs: number; onTimeout: () => KafkaError },
): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = clock.setTimer(timeoutMs, () => reject(onTimeout()))
    promise.then(resolve, reject).finally(() => timer.cancel())
  })
}

export function aborted(signal: AbortSignal): KafkaError {
  return KafkaError.client('ABORTED', undefined, { cause: signal.reason })
}
