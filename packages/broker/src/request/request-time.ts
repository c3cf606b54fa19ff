/**
 * The time for which a request holds up the loop, which counts against the quota `request_percentage` of its client: from
 * when its handler is called until it first waits. It is counted once, when the answer is made or before: who is over the
 * quota may be answered otherwise.
 */
import type { Clock } from '@milena/runtime'
import { quotaKeys } from '../quota/client-quota-limits.ts'
import type { RequestContext } from './handler.ts'
import { quotaClient } from './quota-client.ts'

/** What brokers ask of each other, which nobody holds up: WriteTxnMarkers, and the state of share groups. */
const exemptKeys: ReadonlySet<number> = new Set([27, 83, 84, 85, 86, 87])

export class RequestTime {
  readonly #clock: Clock
  readonly #startMs: number
  #loopMs: number | undefined
  #throttleMs: number | undefined

  constructor(clock: Clock) {
    this.#clock = clock
    this.#startMs = clock.monotonicMs()
  }

  /** The handler has answered, or waits. */
  stop(): void {
    this.#loopMs ??= this.#clock.monotonicMs() - this.#startMs
  }

  /** For how many ms the client is to be left alone; the first call counts the time. */
  throttleMs(record: (loopMs: number, nowMs: number) => number): number {
    const nowMs = this.#clock.monotonicMs()
    return (this.#throttleMs ??= record(this.#loopMs ?? nowMs - this.#startMs, nowMs))
  }
}

/** For how many ms the client is to be left alone for the time that its request took so far; 0 where nobody measures it. */
export function requestThrottleMs(context: RequestContext): number {
  const { time, apiKey, services } = context
  if (time === undefined || exemptKeys.has(apiKey)) return 0
  return time.throttleMs((loopMs, nowMs) => {
    // In percent of the one loop that there is.
    const value = (loopMs / 1000) * 100
    return services.quotas.record(quotaKeys.REQUEST, quotaClient(context), { value, nowMs })
  })
}
