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
import type { RequestContext } from './handler.ts'
import { requestThrottleMs, RequestTime } from './request-time.ts'

type Body = Readonly<Record<string, unknown>>

export class RequestThrottle {
  readonly #quotas: QuotaManager
  readonly #clock: Clock

  constructor({ quotas, clock }: { readonly quotas: QuotaManager; readonly clock: Clock }) {
    this.#quotas = quotas
    this.#clock = clock
  }

  /** What measures a request, where anybody has a quota of its time. */
  newTime(): RequestTime | undefined {
    return this.#quotas.isInUse(quotaKeys.REQUEST) ? new RequestTime(this.#clock) : undefined
  }

  /** The answer as it leaves. `body` may ask for a throttle time itself, such as for the bytes of a fetch. */
  apply(body: Body, response: Message, context: RequestContext): Body {
    const ownMs = typeof body['throttleTimeMs'] === 'number' ? body['throttleTimeMs'] : 0
    const throttleTimeMs = Math.max(ownMs, requestThrottleMs(context))
    if (throttleTimeMs === 0) return body
    context.connection.throttle(throttleTimeMs)
    const field = response.fields['throttleTimeMs']
    if (field === undefined || !hasVersion(field.versions, context.apiVersion)) return body
    return { ...body, throttleTimeMs }
  }
}
