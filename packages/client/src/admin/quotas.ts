import { apis } from '../apis.ts'
import type { KafkaClient } from '../cluster/kafka-client.ts'
import { KafkaError } from '../kafka-error.ts'
import type { CallOptions } from './per-key.ts'

export type QuotaEntityType = 'user' | 'client-id' | 'ip'

/** Whom a quota holds for: a name of each type, or null for all who have none of their own. */
export type QuotaEntity = ReadonlyMap<QuotaEntityType, string | null>

export interface ClientQuotas {
  readonly entity: QuotaEntity
  readonly values: ReadonlyMap<string, number>
}

const matchTypes = { exact: 0, default: 1, any: 2 } as const

/** Entities of exactly these types: of a name, those who have none (null), or whoever they are (undefined). */
export async function describeClientQuotas(
  client: KafkaClient,
  filter: ReadonlyMap<QuotaEntityType, string | null | undefined>,
  options: CallOptions = {},
): Promise<readonly ClientQuotas[]> {
  const components = Array.from(filter, ([entityType, match]) => ({
    entityType,
    matchType: matchTypes[match === undefined ? 'any' : match === null ? 'default' : 'exact'],
    match: match ?? null,
  }))
  const response = await client.request(
    apis.describeClientQuotas,
    { components, strict: true },
    {
      to: 'any',
      call: 'describeClientQuotas',
      deadline: client.deadline(options.timeoutMs),
      check: ({ errorCode, errorMessage }) => KafkaError.check(errorCode, errorMessage),
    },
  )
  return (response.entries ?? []).map(({ entity, values }) => ({
    entity: new Map(entity.map(({ entityType, entityName }) => [entityType as QuotaEntityType, entityName])),
    values: new Map(values.map(({ key, value }) => [key, value])),
  }))
}

/** Sets quotas of an entity, and takes off those that are null. */
export async function alterClientQuotas(
  client: KafkaClient,
  entity: QuotaEntity,
  changes: ReadonlyMap<string, number | null>,
  options: CallOptions = {},
): Promise<void> {
  await client.request(
    apis.alterClientQuotas,
    {
      entries: [
        {
          entity: Array.from(entity, ([entityType, entityName]) => ({ entityType, entityName })),
          ops: Array.from(changes, ([key, value]) => ({ key, value: value ?? 0, remove: value === null })),
        },
      ],
      validateOnly: false,
    },
    {
      to: 'controller',
      call: 'alterClientQuotas',
      deadline: client.deadline(options.timeoutMs),
      check: ({ entries }) => {
        for (const { errorCode, errorMessage } of entries) KafkaError.check(errorCode, errorMessage)
      },
    },
  )
}
