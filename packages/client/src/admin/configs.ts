import { apis } from '../apis.ts'
import type { KafkaClient } from '../cluster/kafka-client.ts'
import { KafkaError, failure, success, type Outcome } from '../kafka-error.ts'
import { perKey, type CallOptions } from './per-key.ts'

/** Kinds of resources that have configs, with their numbers on the wire. */
export const ConfigResourceType = {
  topic: 2,
  broker: 4,
  brokerLogger: 8,
  clientMetrics: 16,
  group: 32,
} as const
export type ConfigResourceType = keyof typeof ConfigResourceType

export interface ConfigResource {
  readonly type: ConfigResourceType
  /** Topic, group or broker id; '' for what holds for all brokers. */
  readonly name: string
}

const sources = [
  'unknown',
  'topic',
  'dynamicBroker',
  'dynamicDefaultBroker',
  'staticBroker',
  'default',
  'brokerLogger',
  'clientMetrics',
  'group',
] as const
export type ConfigSource = (typeof sources)[number]

export interface ConfigEntry {
  readonly name: string
  /** Null when unset or secret. */
  readonly value: string | null
  readonly source: ConfigSource
  readonly isSensitive: boolean
  readonly isReadOnly: boolean
  readonly documentation: string | null
  readonly synonyms: readonly { readonly name: string; readonly value: string | null; readonly source: ConfigSource }[]
}

interface WireConfig {
  readonly name: string
  readonly value: string | null
  readonly readOnly: boolean
  readonly configSource: number
  readonly isSensitive: boolean
  readonly documentation?: string | null
  readonly synonyms?: readonly { readonly name: string; readonly value: string | null; readonly source: number }[]
}

export function configEntry(wire: WireConfig): ConfigEntry {
  return {
    name: wire.name,
    value: wire.value,
    source: sources[wire.configSource] ?? 'unknown',
    isSensitive: wire.isSensitive,
    isReadOnly: wire.readOnly,
    documentation: wire.documentation ?? null,
    synonyms: (wire.synonyms ?? []).map(({ name, value, source }) => ({
      name,
      value,
      source: sources[source] ?? 'unknown',
    })),
  }
}

export interface DescribeConfigsOptions extends CallOptions {
  readonly includeSynonyms?: boolean
  readonly includeDocumentation?: boolean
}

/** A broker's own configs only that broker knows; all others any broker. */
export async function describeConfigs(
  client: KafkaClient,
  resources: readonly ConfigResource[],
  options: DescribeConfigsOptions = {},
): Promise<Map<ConfigResource, Outcome<readonly ConfigEntry[]>>> {
  const deadline = client.deadline(options.timeoutMs)
  const attempt = async (pending: readonly ConfigResource[]) => {
    const results = new Map<ConfigResource, Outcome<readonly ConfigEntry[]>>()
    for (const [nodeId, batch] of byNode(pending)) {
      const response = await client.request(
        apis.describeConfigs,
        {
          resources: batch.map(({ type, name }) => ({
            resourceType: ConfigResourceType[type],
            resourceName: name,
            configurationKeys: null,
          })),
          includeSynonyms: options.includeSynonyms ?? false,
          includeDocumentation: options.includeDocumentation ?? false,
        },
        { to: nodeId === undefined ? 'any' : { nodeId }, deadline, ...(options.signal && { signal: options.signal }) },
      )
      for (const resource of batch) {
        const entry = response.results.find((result) => isAbout(result, resource))
        if (entry === undefined) continue
        results.set(
          resource,
          entry.errorCode === 0
            ? success(entry.configs.map((config) => configEntry(config)))
            : failure(KafkaError.ofCode(entry.errorCode, entry.errorMessage)),
        )
      }
    }
    return results
  }
  // An unknown topic stays unknown: the broker that answers has the cluster's metadata.
  const retries = (error: KafkaError): boolean => error.retriable && error.name !== 'UNKNOWN_TOPIC_OR_PARTITION'
  return perKey({
    client,
    call: 'describeConfigs',
    keys: resources,
    deadline,
    signal: options.signal,
    retries,
    attempt,
  })
}

const operations = { set: 0, delete: 1, append: 2, subtract: 3 } as const

export interface AlterConfigOp {
  readonly name: string
  readonly operation: keyof typeof operations
  /** Absent only for `delete`. */
  readonly value?: string
}

export async function incrementalAlterConfigs(
  client: KafkaClient,
  changes: ReadonlyMap<ConfigResource, readonly AlterConfigOp[]>,
  options: CallOptions & { readonly validateOnly?: boolean } = {},
): Promise<Map<ConfigResource, Outcome<void>>> {
  const deadline = client.deadline(options.timeoutMs)
  const attempt = async (pending: readonly ConfigResource[]) => {
    const results = new Map<ConfigResource, Outcome<void>>()
    for (const [nodeId, batch] of byNode(pending)) {
      const response = await client.request(
        apis.incrementalAlterConfigs,
        {
          resources: batch.map((resource) => ({
            resourceType: ConfigResourceType[resource.type],
            resourceName: resource.name,
            configs: changes.get(resource)!.map(({ name, operation, value }) => ({
              name,
              configOperation: operations[operation],
              value: value ?? null,
            })),
          })),
          validateOnly: options.validateOnly ?? false,
        },
        { to: nodeId === undefined ? 'controller' : { nodeId }, deadline },
      )
      for (const resource of batch) {
        const entry = response.responses.find((result) => isAbout(result, resource))
        if (entry === undefined) continue
        results.set(
          resource,
          entry.errorCode === 0 ? success(undefined) : failure(KafkaError.ofCode(entry.errorCode, entry.errorMessage)),
        )
      }
    }
    return results
  }
  const keys = Array.from(changes.keys())
  const retries = (error: KafkaError): boolean => error.retriable && error.name !== 'UNKNOWN_TOPIC_OR_PARTITION'
  return perKey({ client, call: 'incrementalAlterConfigs', keys, deadline, signal: options.signal, retries, attempt })
}

function isAbout(result: { resourceType: number; resourceName: string }, { type, name }: ConfigResource): boolean {
  return result.resourceType === ConfigResourceType[type] && result.resourceName === name
}

function byNode(resources: readonly ConfigResource[]): Map<number | undefined, ConfigResource[]> {
  const nodes = new Map<number | undefined, ConfigResource[]>()
  for (const resource of resources) {
    const own = (resource.type === 'broker' || resource.type === 'brokerLogger') && resource.name !== ''
    const nodeId = own ? Number(resource.name) : undefined
    const batch = nodes.get(nodeId)
    if (batch === undefined) nodes.set(nodeId, [resource])
    else batch.push(resource)
  }
  return nodes
}

/** The resources of a type that have configs of their own; before 4.1 only of client metrics. */
export async function listConfigResources(
  client: KafkaClient,
  type: ConfigResourceType,
  options: CallOptions = {},
): Promise<readonly string[]> {
  const { configResources } = await client.request(
    apis.listConfigResources,
    (version) => (version === 0 ? {} : { resourceTypes: [ConfigResourceType[type]] }),
    {
      to: 'any',
      call: 'listConfigResources',
      deadline: client.deadline(options.timeoutMs),
      ...(type !== 'clientMetrics' && { versions: { min: 1 } }),
      check: ({ errorCode }) => KafkaError.check(errorCode),
    },
  )
  return configResources.map(({ resourceName }) => resourceName)
}
