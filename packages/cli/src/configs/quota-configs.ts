import type { ClientQuotas, QuotaEntityType } from '@milena/client'
import { doubleText } from '../message-json.ts'
import { ToolExit } from '../options/option-error.ts'
import { print } from '../tool-io.ts'
import type { ConfigChanges } from './config-changes.ts'
import type { ConfigService } from './config-service.ts'

export const clientQuotas = [
  'producer_byte_rate',
  'consumer_byte_rate',
  'request_percentage',
  'controller_mutation_rate',
]
export const ipQuotas = ['connection_creation_rate']

const quotaTypes: Readonly<Record<string, QuotaEntityType>> = { users: 'user', clients: 'client-id', ips: 'ip' }

/** Whose quotas: by type a name, null for all who have none of their own, undefined for whoever there is. */
function quotaFilter({ entities }: ConfigService): ReadonlyMap<QuotaEntityType, string | null | undefined> {
  const { types, names } = entities
  if (names.length > types.length) throw new ToolExit(1, 'More entity names specified than entity types')
  return new Map(
    types.map((type, index) => {
      const name = names[index]
      return [quotaTypes[type]!, name === '' ? null : name]
    }),
  )
}

export async function describeQuotas(service: ConfigService): Promise<void> {
  const { admin, io } = service
  for (const quotas of await admin.describeClientQuotas(quotaFilter(service))) print(io.stdout, formatQuotas(quotas))
}

const titles = [
  ['user', 'user-principal'],
  ['client-id', 'client-id'],
  ['ip', 'ip'],
] as const

export function formatQuotas({ entity, values }: ClientQuotas): string {
  const whom = titles.flatMap(([type, title]) => {
    const name = entity.get(type)
    return name === undefined ? [] : [name === null ? `the default ${title}` : `${title} '${name}'`]
  })
  const what = Array.from(values, ([key, value]) => `${key}=${doubleText(value)}`)
  return `Quota configs for ${whom.join(', ')} are ${what.join(', ')}`
}

export async function alterQuotas(service: ConfigService, { added, deleted }: ConfigChanges): Promise<void> {
  const { admin } = service
  const filter = quotaFilter(service)
  const [current] = await admin.describeClientQuotas(filter)
  const invalid = deleted.filter((key) => current?.values.has(key) !== true)
  if (invalid.length > 0) throw new ToolExit(1, `Invalid config(s): ${invalid.join(',')}`)
  const set = Array.from(added, ([key, text]): [string, number] => {
    if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?[df]?$/i.test(text)) {
      throw new ToolExit(1, `Cannot parse quota configuration value for ${key}: ${text}`)
    }
    return [key, Number.parseFloat(text)]
  })
  const entity = new Map(Array.from(filter, ([type, name]) => [type, name ?? null]))
  await admin.alterClientQuotas(entity, new Map([...set, ...deleted.map((key): [string, null] => [key, null])]))
}
