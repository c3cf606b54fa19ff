/** Which of the quotas that are set is the one of a client (Kafka's ClientQuotaManager, DefaultQuotaCallback). */
import { clientQuotaKey, type MetadataImage, type QuotaEntity } from '@milena/metadata'

export const quotaKeys = {
  PRODUCE: 'producer_byte_rate',
  FETCH: 'consumer_byte_rate',
  REQUEST: 'request_percentage',
  CONTROLLER_MUTATION: 'controller_mutation_rate',
} as const
const CONNECTION_RATE = 'connection_creation_rate'

export type QuotaKey = (typeof quotaKeys)[keyof typeof quotaKeys]

/** A limit, and whose consumption counts against it together. */
export interface QuotaLimit {
  readonly bound: number
  readonly sharedBy: string
}

type Quotas = MetadataImage['clientQuotas']

interface Level {
  readonly entity: QuotaEntity
  readonly isPerUser: boolean
  readonly isPerClientId: boolean
}

/** The strongest first: the most exact name, a user before a client id. */
function levelsOf(user: string, clientId: string): readonly Level[] {
  const of = (userName: string | null | undefined, clientName: string | null | undefined): Level => ({
    entity: [
      ...(userName === undefined ? [] : [{ entityType: 'user', entityName: userName }]),
      ...(clientName === undefined ? [] : [{ entityType: 'client-id', entityName: clientName }]),
    ],
    isPerUser: userName !== undefined,
    isPerClientId: clientName !== undefined,
  })
  return [
    of(user, clientId),
    of(user, null),
    of(user, undefined),
    of(null, clientId),
    of(null, null),
    of(null, undefined),
    of(undefined, clientId),
    of(undefined, null),
  ]
}

/** Undefined when nothing limits this client. */
export function clientQuotaLimit(
  quotas: Quotas,
  key: QuotaKey,
  { user, clientId }: { readonly user: string; readonly clientId: string },
): QuotaLimit | undefined {
  for (const { entity, isPerUser, isPerClientId } of levelsOf(user, clientId)) {
    const bound = quotas.get(clientQuotaKey(entity))?.values.get(key)
    if (bound === undefined) continue
    return { bound, sharedBy: JSON.stringify([isPerUser ? user : '', isPerClientId ? clientId : '']) }
  }
  return undefined
}

/** New connections a second from one address; undefined when nothing limits them. */
export function connectionRateLimit(quotas: Quotas, ip: string): number | undefined {
  const limitOf = (entityName: string | null) =>
    quotas.get(clientQuotaKey([{ entityType: 'ip', entityName }]))?.values.get(CONNECTION_RATE)
  return limitOf(ip) ?? limitOf(null)
}

/** Which kinds of quota are set for anybody, so that the others cost nothing. */
export function quotaKeysInUse(quotas: Quotas): ReadonlySet<string> {
  const keys = new Set<string>()
  for (const { values } of quotas.values()) for (const key of values.keys()) keys.add(key)
  return keys
}

export function limitsConnections(keys: ReadonlySet<string>): boolean {
  return keys.has(CONNECTION_RATE)
}
