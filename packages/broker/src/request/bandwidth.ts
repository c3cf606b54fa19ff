/** What Produce and Fetch move, held against the quotas of bytes (KIP-13). */
import { quotaKeys } from '../quota/client-quota-limits.ts'
import type { RequestContext } from './handler.ts'
import { quotaClient } from './quota-client.ts'
import { requestThrottleMs } from './request-time.ts'

/** Counts a produce request; how many ms its client is to be left alone. */
export function throttleProduce(context: RequestContext): number {
  const { quotas, clock } = context.services
  if (!quotas.isInUse(quotaKeys.PRODUCE)) return 0
  const consumed = { value: context.sizeInBytes, nowMs: clock.monotonicMs() }
  return quotas.record(quotaKeys.PRODUCE, quotaClient(context), consumed)
}

/** The most that one fetch may bring: more than this would be throttled however little there was before. */
export function largestFetch(context: RequestContext): number {
  const { quotas } = context.services
  return quotas.isInUse(quotaKeys.FETCH) ? quotas.largestUnthrottled(quotaKeys.FETCH, quotaClient(context)) : Infinity
}

/**
 * Counts what a fetch has found, and the time that it took. Where the answer is not 0 the client gets nothing for now,
 * and what it did not get is not counted either.
 */
export function throttleFetch(sizeInBytes: number, context: RequestContext): number {
  const { quotas, clock } = context.services
  const requestMs = requestThrottleMs(context)
  if (!quotas.isInUse(quotaKeys.FETCH)) return requestMs
  const consumed = { value: sizeInBytes, nowMs: clock.monotonicMs() }
  const throttleMs = Math.max(requestMs, quotas.record(quotaKeys.FETCH, quotaClient(context), consumed))
  if (throttleMs > 0) quotas.unrecord(quotaKeys.FETCH, quotaClient(context), consumed)
  return throttleMs
}
