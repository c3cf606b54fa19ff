/**
 * What every answer has in common with regard to quotas (KIP-13, 124, 219): the time that the request took on the loop
 * counts for its client, the longest throttle time that anything asks for stands in the answer, and for that long
 * nothing more is read from the client.
 */
import { hasVersion } from '@milena/protocol/messages'
import type { Message } from '@milena/protocol/messages'
import type { Clock } from '@milena/runtime'
import { quotaKeys } from '../quota/client-quota-limits.ts'
import type { QuotaManager } from '../quota/quota-manager.ts'
import { quotaClient } from './quota-client.ts'
import type { RequestContext } from './handler.ts'

/** What brokers ask of each other, which nobody holds up: WriteTxnMarkers, and the state of share groups. */
const exemptKeys: ReadonlySet<number> = new Set([27, 83, 84, 85, 86, 87])

type Body = Readonly<Record<string, unknown>>

export class RequestThrottle {
  readonly #quotas: QuotaManager
  readonly #clock: Clock

  constructor({ quotas, clock }: { readonly quotas: QuotaManager; readonly clock: Clock }) {
    this.#quotas = quotas
    this.#clock = clock
  }

  /** Whether the time that requests take on the loop is of any interest. */
  get measuresTime(): boolean {
    return this.#quotas.isInUse(quotaKeys.REQUEST)
  }

  nowMs(): number {
    return this.#clock.monotonicMs()
  }

  /** The answer as it leaves. `body` may ask for a throttle time itself, such as for the bytes of a fetch. */
  apply(body: Body, { response, context, loopMs }: ThrottledWork): Body {
    const ownMs = typeof body['throttleTimeMs'] === 'number' ? body['throttleTimeMs'] : 0
    const throttleTimeMs = Math.max(ownMs, this.#requestThrottleMs(context, loopMs))
    if (throttleTimeMs === 0) return body
    context.connection.throttle(throttleTimeMs)
    const field = response.fields['throttleTimeMs']
    if (field === undefined || !hasVersion(field.versions, context.apiVersion)) return body
    return { ...body, throttleTimeMs }
  }

  #requestThrottleMs(context: RequestContext, loopMs: number): number {
    if (!this.measuresTime || exemptKeys.has(context.apiKey)) return 0
    // In percent of the one loop that there is.
    const value = (loopMs / 1000) * 100
    return this.#quotas.record(quotaKeys.REQUEST, quotaClient(context), { value, nowMs: this.nowMs() })
  }
}

interface ThrottledWork {
  readonly response: Message
  readonly context: RequestContext
  /** How long the handler held up the loop before it first waited. */
  readonly loopMs: number
}
