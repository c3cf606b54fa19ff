/**
 * AlterClientQuotas (key 49): what users, client ids and addresses may take (KIP-546). It holds at once for connections
 * that are open, too.
 *
 * Versions: 1 flexible.
 */
import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { AlterClientQuotasRequest, AlterClientQuotasResponse } from '@milena/protocol/messages'
import { handler } from '../request/handler.ts'
import { MAX_ELEMENTS_TO_DECIDE } from '../request/request-limits.ts'

async function isUnresolved(host: string): Promise<boolean> {
  if (isIP(host) !== 0) return false
  // A name server is not asked for what cannot be a name.
  if (!/^[\w-]+(?:\.[\w-]+)*\.?$/.test(host)) return true
  return lookup(host).then(
    () => false,
    () => true,
  )
}

/** The names that stand for addresses and that nobody knows. */
async function unresolvedHosts({ entries }: AlterClientQuotasRequest): Promise<ReadonlySet<string>> {
  const hosts = new Set<string>()
  for (const { entity } of entries) {
    for (const { entityType, entityName } of entity) {
      if (entityType === 'ip' && entityName !== null && entityName !== '') hosts.add(entityName)
    }
  }
  const unresolved = await Promise.all([...hosts].map(async (host) => ((await isUnresolved(host)) ? [host] : [])))
  return new Set(unresolved.flat())
}

export const alterClientQuotas = handler(AlterClientQuotasRequest, AlterClientQuotasResponse, {
  versions: { min: 0, max: 1 },
  maxElements: MAX_ELEMENTS_TO_DECIDE,
  handle: async (request, { services }) =>
    services.metadata.submit('alterClientQuotas', { ...request, unresolvedHosts: await unresolvedHosts(request) }),
  errorResponse: ({ code, message }, { entries }) => ({
    throttleTimeMs: 0,
    entries: entries.map(({ entity }) => ({ errorCode: code, errorMessage: message, entity })),
  }),
})
