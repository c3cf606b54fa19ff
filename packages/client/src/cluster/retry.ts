import type { Clock } from '@milena/runtime'
import { sleep, type Deadline } from '../deadline.ts'
import { KafkaError } from '../kafka-error.ts'
import type { ExponentialBackoff } from '../net/backoff.ts'

export interface RetryOptions {
  readonly clock: Clock
  readonly backoff: ExponentialBackoff
  readonly deadline: Deadline
  /** What is being done, for the message when time runs out: `createTopics`. */
  readonly call: string
  readonly signal?: AbortSignal | undefined
  readonly retries?: (error: KafkaError) => boolean
}

/**
 * Tries until it succeeds, fails for good, or the deadline passes. Then the caller gets TIMEOUT with the last failure
 * as its cause.
 */
export async function retrying<T>(options: RetryOptions, attempt: (attempts: number) => Promise<T>): Promise<T> {
  const { clock, backoff, deadline, call, signal, retries = (error) => error.retriable } = options
  for (let attempts = 0; ; attempts++) {
    try {
      return await attempt(attempts)
    } catch (error) {
      if (!(error instanceof KafkaError) || !retries(error)) throw error
      const delayMs = backoff.delayMs(attempts)
      if (deadline.remainingMs <= delayMs) throw timedOut(call, deadline, error)
      await sleep(clock, delayMs, signal)
    }
  }
}

export function timedOut(call: string, deadline: Deadline, cause?: unknown): KafkaError {
  const last = cause instanceof Error ? ` Last error: ${cause.name}: ${cause.message}` : ''
  return KafkaError.client('TIMEOUT', `${call} was not done within ${deadline.timeoutMs} ms.${last}`, { cause })
}
