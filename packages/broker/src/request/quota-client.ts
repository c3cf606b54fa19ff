import type { MutationQuota, QuotaClient } from '../quota/quota-manager.ts'
import type { RequestContext } from './handler.ts'

/** Whose quotas a request counts against. */
export function quotaClient({ principal, clientId }: Pick<RequestContext, 'principal' | 'clientId'>): QuotaClient {
  return { user: principal.name, clientId: clientId ?? '' }
}

/** The quota of changes to topics, and what a handler needs of it (KIP-599). */
export interface RequestMutationQuota {
  readonly recordMutations: (partitions: number) => boolean
  readonly throttleTimeMs: () => number
}

/** From version `strictSince` on, a client knows THROTTLING_QUOTA_EXCEEDED; before, it is only made to wait. */
export function mutationQuota(context: RequestContext, strictSince: number): RequestMutationQuota {
  const { quotas, clock } = context.services
  const quota: MutationQuota = quotas.mutationQuota(quotaClient(context), context.apiVersion >= strictSince)
  return {
    recordMutations: (partitions) => quota.record(partitions, clock.monotonicMs()),
    throttleTimeMs: () => quota.throttleMs(clock.monotonicMs()),
  }
}
