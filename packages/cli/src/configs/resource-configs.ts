import { KafkaError, valuesOf, type ConfigEntry, type ConfigResource, type ConfigSource } from '@milena/client'
import { ToolExit } from '../options/option-error.ts'
import { javaHashOrder, javaStringHash } from '../java-hash-order.ts'
import { print } from '../tool-io.ts'
import type { ConfigChanges } from './config-changes.ts'
import type { EntityType } from './config-options.ts'
import { singular, type ConfigService } from './config-service.ts'

type ResourceEntity = Exclude<EntityType, 'users' | 'clients' | 'ips'>

const resourceTypes = {
  topics: 'topic',
  brokers: 'broker',
  'broker-loggers': 'brokerLogger',
  'client-metrics': 'clientMetrics',
  groups: 'group',
} as const satisfies Record<ResourceEntity, ConfigResource['type']>

/** Kafka's names of where a config comes from. */
const sourceNames: Readonly<Record<ConfigSource, string>> = {
  unknown: 'UNKNOWN',
  topic: 'DYNAMIC_TOPIC_CONFIG',
  dynamicBroker: 'DYNAMIC_BROKER_CONFIG',
  dynamicDefaultBroker: 'DYNAMIC_DEFAULT_BROKER_CONFIG',
  staticBroker: 'STATIC_BROKER_CONFIG',
  default: 'DEFAULT_CONFIG',
  brokerLogger: 'DYNAMIC_BROKER_LOGGER_CONFIG',
  clientMetrics: 'DYNAMIC_CLIENT_METRICS_CONFIG',
  group: 'DYNAMIC_GROUP_CONFIG',
}

/** Shows the configs of topics, brokers, loggers, client metrics and groups. */
export async function describeResources(service: ConfigService, type: ResourceEntity): Promise<void> {
  const { options, io, entities } = service
  const describeAll = options.has('all')
  const [name] = entities.names
  if (name !== undefined && !describeAll && !(await exists(service, type, name))) {
    print(io.stdout, `The ${singular(type)} '${name}' doesn't exist and doesn't have dynamic config.`)
    return
  }
  for (const entity of name === undefined ? await allNames(service, type) : [name]) {
    const kind = describeAll ? 'All' : 'Dynamic'
    print(
      io.stdout,
      entity === ''
        ? `Default configs for ${type} in the cluster are:`
        : `${kind} configs for ${singular(type)} ${entity} are:`,
    )
    for (const entry of await configsOf(service, type, entity)) print(io.stdout, formatEntry(entry))
  }
}

async function exists({ admin }: ConfigService, type: ResourceEntity, name: string): Promise<boolean> {
  switch (type) {
    case 'topics':
      checkTopicName(name)
      return (await admin.listTopics({ listInternal: true })).some((topic) => topic.name === name)
    case 'brokers':
    case 'broker-loggers':
      return name === '' || (await admin.describeCluster()).brokers.some(({ nodeId }) => String(nodeId) === name)
    case 'client-metrics':
      return (await admin.listConfigResources('clientMetrics')).includes(name)
    case 'groups': {
      if ((await admin.listGroups()).some(({ groupId }) => groupId === name)) return true
      const configured = await configuredGroups(admin)
      return configured === undefined || configured.includes(name)
    }
  }
}

/** Undefined where the brokers cannot, or will not, say. */
async function configuredGroups(admin: ConfigService['admin']): Promise<readonly string[] | undefined> {
  try {
    return await admin.listConfigResources('group')
  } catch (error) {
    if (KafkaError.is(error, 'UNSUPPORTED_VERSION', 'CLUSTER_AUTHORIZATION_FAILED')) return undefined
    throw error
  }
}

async function allNames({ admin }: ConfigService, type: ResourceEntity): Promise<readonly string[]> {
  const inOrder = (names: Iterable<string>): readonly string[] => javaHashOrder(new Set(names), javaStringHash)
  switch (type) {
    case 'topics':
      return inOrder((await admin.listTopics({ listInternal: true })).map(({ name }) => name))
    case 'brokers':
    case 'broker-loggers':
      return [...(await admin.describeCluster()).brokers.map(({ nodeId }) => String(nodeId)), '']
    case 'client-metrics':
      return admin.listConfigResources('clientMetrics')
    case 'groups': {
      const groups = (await admin.listGroups()).map(({ groupId }) => groupId)
      return inOrder([...groups, ...((await configuredGroups(admin)) ?? [])])
    }
  }
}

function checkTopicName(name: string): void {
  const fault =
    name === ''
      ? 'the empty string is not allowed'
      : name === '.' || name === '..'
        ? `'.' or '..' is not allowed`
        : name.length > 249
          ? `the length of '${name}' is longer than the max allowed length 249`
          : /^[a-zA-Z0-9._-]+$/.test(name)
            ? undefined
            : `'${name}' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'`
  if (fault !== undefined) throw new ToolExit(1, `Topic name is invalid: ${fault}`)
}

/** In order of their names; without `--all` only those that were set for the entity itself. */
async function configsOf(
  { admin, options }: ConfigService,
  type: ResourceEntity,
  name: string,
): Promise<readonly ConfigEntry[]> {
  if (type === 'topics') checkTopicName(name)
  const resource = { type: resourceTypes[type], name }
  const entries = valuesOf(await admin.describeConfigs([resource], { includeSynonyms: true })).get(resource)!
  const source = type === 'brokers' ? (name === '' ? 'dynamicDefaultBroker' : 'dynamicBroker') : resourceTypes[type]
  const isShown = (entry: ConfigEntry): boolean =>
    options.has('all') || type === 'broker-loggers' || entry.source === source
  return entries.filter(isShown).sort((a, b) => (a.name < b.name ? -1 : 1))
}

export function formatEntry({ name, value, isSensitive, synonyms }: ConfigEntry): string {
  const others = synonyms.map((synonym) => `${sourceNames[synonym.source]}:${synonym.name}=${synonym.value}`)
  return `  ${name}=${value} sensitive=${isSensitive} synonyms={${others.join(', ')}}`
}

/** Sets and takes back configs of a topic, broker, its loggers, client metrics or a group. */
export async function alterResource(
  service: ConfigService,
  type: ResourceEntity,
  { added, deleted }: ConfigChanges,
): Promise<void> {
  const { admin, entities } = service
  const name = entities.names[0]!
  if (type === 'broker-loggers') {
    const known = (await configsOf(service, type, name)).map((entry) => entry.name)
    const unknown = [...deleted, ...added.keys()].filter((logger) => !known.includes(logger))
    if (unknown.length > 0) throw new ToolExit(1, `Invalid broker logger(s): ${unknown.join(',')}`)
  }
  const ops = [
    ...deleted.map((key) => ({ name: key, operation: 'delete', value: '' }) as const),
    ...Array.from(added, ([key, value]) => ({ name: key, operation: 'set', value }) as const),
  ]
  valuesOf(
    await admin.incrementalAlterConfigs(new Map([[{ type: resourceTypes[type], name }, ops]]), { timeoutMs: 30_000 }),
  )
}
