import type { PersistentMap } from './persistent-map.ts'

/** `leader` of a partition that has none. */
export const NO_LEADER = -1

export const leaderRecoveryStates = { RECOVERED: 0, RECOVERING: 1 } as const

export interface PartitionImage {
  readonly partition: number
  /** Broker ids; the first is the preferred leader. */
  readonly replicas: readonly number[]
  /** The id of the log folder of each replica. */
  readonly directories: readonly string[]
  readonly isr: readonly number[]
  readonly removingReplicas: readonly number[]
  readonly addingReplicas: readonly number[]
  readonly eligibleLeaderReplicas: readonly number[]
  readonly lastKnownElr: readonly number[]
  /** A broker id, or `NO_LEADER`. */
  readonly leader: number
  readonly leaderRecoveryState: number
  /** One more with each change of the leader. */
  readonly leaderEpoch: number
  /** One more with each change of anything. */
  readonly partitionEpoch: number
}

export interface TopicImage {
  readonly name: string
  readonly topicId: string
  /** By partition number. */
  readonly partitions: readonly PartitionImage[]
}

export interface EndpointImage {
  readonly name: string
  readonly host: string
  readonly port: number
  readonly securityProtocol: number
}

export interface BrokerImage {
  readonly brokerId: number
  readonly brokerEpoch: number
  readonly incarnationId: string
  readonly endpoints: readonly EndpointImage[]
  readonly features: ReadonlyMap<string, { readonly min: number; readonly max: number }>
  readonly rack: string | null
  readonly fenced: boolean
  readonly inControlledShutdown: boolean
  readonly logDirs: readonly string[]
  readonly cordonedLogDirs: readonly string[]
}

/** Whom a quota is for: at most one name for each type (`user`, `client-id`, `ip`); null is the default of the type. */
export type QuotaEntity = readonly { readonly entityType: string; readonly entityName: string | null }[]

export interface ClientQuotaImage {
  readonly entity: QuotaEntity
  readonly values: ReadonlyMap<string, number>
}

export const scramMechanisms = { SCRAM_SHA_256: 1, SCRAM_SHA_512: 2 } as const

export interface ScramCredentialImage {
  readonly name: string
  /** One of `scramMechanisms`. */
  readonly mechanism: number
  readonly salt: Uint8Array
  readonly storedKey: Uint8Array
  readonly serverKey: Uint8Array
  readonly iterations: number
}

/** Everything that the cluster is, as of one offset of the metadata log. It never changes; a new one replaces it. */
export interface MetadataImage {
  readonly clusterId: string
  /** The offset of the last record that is in it; -1 when there is none. */
  readonly offset: number
  readonly topics: PersistentMap<TopicImage>
  readonly topicNamesById: PersistentMap<string>
  /** By `configKey`; a resource without configs is not there. */
  readonly configs: PersistentMap<ReadonlyMap<string, string>>
  readonly brokers: ReadonlyMap<number, BrokerImage>
  /** Finalized feature levels. */
  readonly features: ReadonlyMap<string, number>
  readonly nextProducerId: number
  /** By `clientQuotaKey`; an entity without quotas is not there. */
  readonly clientQuotas: PersistentMap<ClientQuotaImage>
  /** By `scramCredentialKey`. */
  readonly scramCredentials: PersistentMap<ScramCredentialImage>
}

export interface ConfigResource {
  /** One of `resourceTypes`. */
  readonly resourceType: number
  /** Empty for what holds for all brokers. */
  readonly resourceName: string
}

const NO_CONFIGS: ReadonlyMap<string, string> = new Map()

export function configKey({ resourceType, resourceName }: ConfigResource): string {
  return `${resourceType}:${resourceName}`
}

export function parseConfigKey(key: string): ConfigResource {
  const colon = key.indexOf(':')
  return { resourceType: Number(key.slice(0, colon)), resourceName: key.slice(colon + 1) }
}

/** The same for an entity in whatever order its types come. */
export function clientQuotaKey(entity: QuotaEntity): string {
  const sorted = entity.toSorted((a, b) => (a.entityType < b.entityType ? -1 : 1))
  return JSON.stringify(sorted.map(({ entityType, entityName }) => [entityType, entityName]))
}

export function scramCredentialKey({ name, mechanism }: { readonly name: string; readonly mechanism: number }): string {
  return `${mechanism}:${name}`
}

/** What is set on a resource, by config name. */
export function configsOf(image: MetadataImage, resource: ConfigResource): ReadonlyMap<string, string> {
  return image.configs.get(configKey(resource)) ?? NO_CONFIGS
}

export function topicByName(image: MetadataImage, name: string): TopicImage | undefined {
  return image.topics.get(name)
}

export function topicById(image: MetadataImage, topicId: string): TopicImage | undefined {
  const name = image.topicNamesById.get(topicId)
  return name === undefined ? undefined : image.topics.get(name)
}

export function partitionOf(image: MetadataImage, topic: string, partition: number): PartitionImage | undefined {
  return image.topics.get(topic)?.partitions[partition]
}

/** The finalized level of a feature; 0 when it is off. */
export function featureLevel(image: MetadataImage, name: string): number {
  return image.features.get(name) ?? 0
}
