import type {
  ClientQuotaRecord,
  ConfigRecord,
  PartitionChangeRecord,
  PartitionRecord,
  RegisterBrokerRecord,
  BrokerRegistrationChangeRecord,
} from '@milena/protocol/messages'
import {
  type BrokerImage,
  type ClientQuotaImage,
  clientQuotaKey,
  configKey,
  type ConfigResource,
  type MetadataImage,
  type PartitionImage,
  type ScramCredentialImage,
  scramCredentialKey,
  type TopicImage,
} from './metadata-image.ts'
import type { MetadataRecord } from './metadata-record.ts'
import { PersistentMap } from './persistent-map.ts'
import { inQuotaOrder } from './quota-order.ts'

/** What one batch of records changed. */
export interface MetadataDelta {
  readonly previous: MetadataImage
  readonly image: MetadataImage
  /** Topics that were created or of which a partition changed, as they are now. */
  readonly changedTopics: readonly TopicImage[]
  /** Topics that are gone, as they were. */
  readonly deletedTopics: readonly TopicImage[]
  readonly changedConfigs: readonly ConfigResource[]
  readonly featuresChanged: boolean
  readonly brokersChanged: boolean
  readonly clientQuotasChanged: boolean
}

/** Records that do not fit what is there: the log is not ours, or damaged. */
export class ReplayError extends Error {
  override readonly name = 'ReplayError'
}

export function emptyImage(clusterId: string): MetadataImage {
  return {
    clusterId,
    offset: -1,
    topics: PersistentMap.empty(),
    topicNamesById: PersistentMap.empty(),
    configs: PersistentMap.empty(),
    brokers: new Map(),
    features: new Map(),
    nextProducerId: 0,
    clientQuotas: PersistentMap.empty(),
    scramCredentials: PersistentMap.empty(),
  }
}

/** The image after one more record. */
export function replay(image: MetadataImage, record: MetadataRecord): MetadataImage {
  return replayAll(image, [record]).image
}

/** The image after a batch of records, and what they changed. A topic is copied once a batch, however many its changes. */
export function replayAll(image: MetadataImage, records: readonly MetadataRecord[]): MetadataDelta {
  const draft = new ImageDraft(image)
  for (const record of records) draft.apply(record)
  return draft.finish(image.offset + records.length)
}

class ImageDraft {
  readonly #previous: MetadataImage
  readonly #changedTopics = new Map<string, { name: string; topicId: string; partitions: PartitionImage[] }>()
  readonly #deletedTopics = new Map<string, TopicImage>()
  readonly #configs = new Map<string, { resource: ConfigResource; values: Map<string, string> }>()
  readonly #quotas = new Map<string, ClientQuotaImage>()
  #scramCredentials: PersistentMap<ScramCredentialImage>
  #brokers: Map<number, BrokerImage> | null = null
  #features: Map<string, number> | null = null
  #nextProducerId: number

  constructor(previous: MetadataImage) {
    this.#previous = previous
    this.#nextProducerId = previous.nextProducerId
    this.#scramCredentials = previous.scramCredentials
  }

  apply(record: MetadataRecord): void {
    switch (record.name) {
      case 'TopicRecord':
        return this.#createTopic(record.value.name, record.value.topicId)
      case 'RemoveTopicRecord':
        return this.#removeTopic(record.value.topicId)
      case 'PartitionRecord':
        return this.#createPartition(record.value)
      case 'PartitionChangeRecord':
        return this.#changePartition(record.value)
      case 'ConfigRecord':
        return this.#changeConfig(record.value)
      case 'RegisterBrokerRecord':
        this.#editBrokers().set(record.value.brokerId, registeredBroker(record.value))
        return
      case 'UnregisterBrokerRecord':
        this.#editBrokers().delete(record.value.brokerId)
        return
      case 'FenceBrokerRecord':
        return this.#changeBroker(record.value.id, { fenced: true })
      case 'UnfenceBrokerRecord':
        return this.#changeBroker(record.value.id, { fenced: false })
      case 'BrokerRegistrationChangeRecord':
        return this.#changeBroker(record.value.brokerId, registrationChange(record.value))
      case 'FeatureLevelRecord':
        return this.#changeFeature(record.value.name, record.value.featureLevel)
      case 'ClientQuotaRecord':
        return this.#changeQuota(record.value)
      case 'UserScramCredentialRecord':
        this.#scramCredentials = this.#scramCredentials.set(scramCredentialKey(record.value), record.value)
        return
      case 'RemoveUserScramCredentialRecord':
        this.#scramCredentials = this.#scramCredentials.delete(scramCredentialKey(record.value))
        return
      case 'ProducerIdsRecord':
        this.#nextProducerId = record.value.nextProducerId
        return
      case 'ClearElrRecord':
        return this.#clearElr(record.value.topicName)
      case 'RegisterControllerRecord':
      case 'NoOpRecord':
        return
    }
  }

  finish(offset: number): MetadataDelta {
    const previous = this.#previous
    let { topics, topicNamesById, configs, clientQuotas } = previous
    for (const topic of this.#deletedTopics.values()) {
      topics = topics.delete(topic.name)
      topicNamesById = topicNamesById.delete(topic.topicId)
    }
    for (const topic of this.#changedTopics.values()) {
      topics = topics.set(topic.name, topic)
      topicNamesById = topicNamesById.set(topic.topicId, topic.name)
    }
    for (const [key, { values }] of this.#configs) {
      configs = values.size === 0 ? configs.delete(key) : configs.set(key, values)
    }
    for (const [key, { entity, values }] of this.#quotas) {
      const ordered = inQuotaOrder(clientQuotas.get(key)?.values.keys() ?? [], values)
      clientQuotas = values.size === 0 ? clientQuotas.delete(key) : clientQuotas.set(key, { entity, values: ordered })
    }
    const brokers = this.#brokers ?? previous.brokers
    const features = this.#features ?? previous.features
    const scramCredentials = this.#scramCredentials
    const parts = { topics, topicNamesById, configs, brokers, features, clientQuotas, scramCredentials }
    const image = { clusterId: previous.clusterId, offset, nextProducerId: this.#nextProducerId, ...parts }
    return {
      previous,
      image,
      changedTopics: [...this.#changedTopics.values()],
      deletedTopics: [...this.#deletedTopics.values()],
      changedConfigs: [...this.#configs.values()].map(({ resource }) => resource),
      featuresChanged: this.#features !== null,
      brokersChanged: this.#brokers !== null,
      clientQuotasChanged: this.#quotas.size > 0,
    }
  }

  #createTopic(name: string, topicId: string): void {
    this.#changedTopics.set(topicId, { name, topicId, partitions: [] })
  }

  #removeTopic(topicId: string): void {
    const name = this.#previous.topicNamesById.get(topicId)
    const before = name === undefined ? undefined : this.#previous.topics.get(name)
    const changed = this.#changedTopics.get(topicId)
    if (before === undefined && changed === undefined) throw new ReplayError(`No topic ${topicId} to remove`)
    this.#changedTopics.delete(topicId)
    if (before !== undefined) this.#deletedTopics.set(topicId, before)
    // As in Kafka, the configs of a topic go with it, without records of their own.
    const resource = { resourceType: 2, resourceName: (before ?? changed)!.name }
    this.#configs.set(configKey(resource), { resource, values: new Map() })
  }

  #editTopic(topicId: string): { name: string; topicId: string; partitions: PartitionImage[] } {
    const changed = this.#changedTopics.get(topicId)
    if (changed !== undefined) return changed
    const name = this.#previous.topicNamesById.get(topicId)
    const topic = name === undefined ? undefined : this.#previous.topics.get(name)
    if (topic === undefined || this.#deletedTopics.has(topicId)) throw new ReplayError(`No topic with id ${topicId}`)
    const draft = { ...topic, partitions: [...topic.partitions] }
    this.#changedTopics.set(topicId, draft)
    return draft
  }

  #createPartition(record: PartitionRecord): void {
    const { partitions } = this.#editTopic(record.topicId)
    if (record.partitionId > partitions.length) {
      throw new ReplayError(`Partition ${record.partitionId} of ${record.topicId} comes before ${partitions.length}`)
    }
    partitions[record.partitionId] = createdPartition(record)
  }

  #changePartition(record: PartitionChangeRecord): void {
    const { partitions } = this.#editTopic(record.topicId)
    const partition = partitions[record.partitionId]
    if (partition === undefined) throw new ReplayError(`No partition ${record.partitionId} of ${record.topicId}`)
    partitions[record.partitionId] = changedPartition(partition, record)
  }

  #clearElr(topicName: string): void {
    const names = topicName === '' ? this.#previous.topics.values() : [this.#previous.topics.get(topicName)]
    for (const topic of names) {
      if (topic?.partitions.some((each) => each.eligibleLeaderReplicas.length + each.lastKnownElr.length > 0)) {
        const draft = this.#editTopic(topic.topicId)
        draft.partitions = draft.partitions.map((each) => ({ ...each, eligibleLeaderReplicas: [], lastKnownElr: [] }))
      }
    }
  }

  #changeConfig({ resourceType, resourceName, name, value }: ConfigRecord): void {
    const resource = { resourceType, resourceName }
    const key = configKey(resource)
    let draft = this.#configs.get(key)
    if (draft === undefined) {
      draft = { resource, values: new Map(this.#previous.configs.get(key)) }
      this.#configs.set(key, draft)
    }
    if (value === null) draft.values.delete(name)
    else draft.values.set(name, value)
  }

  #editBrokers(): Map<number, BrokerImage> {
    this.#brokers ??= new Map(this.#previous.brokers)
    return this.#brokers
  }

  #changeBroker(id: number, change: Partial<BrokerImage>): void {
    const brokers = this.#editBrokers()
    const broker = brokers.get(id)
    if (broker === undefined) throw new ReplayError(`No broker ${id} is registered`)
    brokers.set(id, { ...broker, ...change })
  }

  #changeFeature(name: string, level: number): void {
    this.#features ??= new Map(this.#previous.features)
    if (level === 0) this.#features.delete(name)
    else this.#features.set(name, level)
  }

  #changeQuota({ entity, key, value, remove }: ClientQuotaRecord): void {
    const id = clientQuotaKey(entity)
    const values = new Map((this.#quotas.get(id) ?? this.#previous.clientQuotas.get(id))?.values)
    if (remove) values.delete(key)
    else values.set(key, value)
    this.#quotas.set(id, { entity, values })
  }
}

function createdPartition(record: PartitionRecord): PartitionImage {
  return {
    partition: record.partitionId,
    replicas: record.replicas,
    directories: record.directories,
    isr: record.isr,
    removingReplicas: record.removingReplicas,
    addingReplicas: record.addingReplicas,
    eligibleLeaderReplicas: record.eligibleLeaderReplicas ?? [],
    lastKnownElr: record.lastKnownElr ?? [],
    leader: record.leader,
    leaderRecoveryState: record.leaderRecoveryState,
    leaderEpoch: record.leaderEpoch,
    partitionEpoch: record.partitionEpoch,
  }
}

/** `leader` of a change that leaves the leader as it is. */
export const NO_LEADER_CHANGE = -2

function changedPartition(before: PartitionImage, record: PartitionChangeRecord): PartitionImage {
  const sameLeader = record.leader === NO_LEADER_CHANGE
  return {
    partition: before.partition,
    replicas: record.replicas ?? before.replicas,
    directories: record.directories ?? before.directories,
    isr: record.isr ?? before.isr,
    removingReplicas: record.removingReplicas ?? before.removingReplicas,
    addingReplicas: record.addingReplicas ?? before.addingReplicas,
    eligibleLeaderReplicas: record.eligibleLeaderReplicas ?? before.eligibleLeaderReplicas,
    lastKnownElr: record.lastKnownElr ?? before.lastKnownElr,
    leader: sameLeader ? before.leader : record.leader,
    leaderRecoveryState: record.leaderRecoveryState === -1 ? before.leaderRecoveryState : record.leaderRecoveryState,
    leaderEpoch: sameLeader ? before.leaderEpoch : before.leaderEpoch + 1,
    partitionEpoch: before.partitionEpoch + 1,
  }
}

function registeredBroker(record: RegisterBrokerRecord): BrokerImage {
  return {
    brokerId: record.brokerId,
    brokerEpoch: record.brokerEpoch,
    incarnationId: record.incarnationId,
    endpoints: record.endPoints,
    features: new Map(
      record.features.map((each) => [each.name, { min: each.minSupportedVersion, max: each.maxSupportedVersion }]),
    ),
    rack: record.rack,
    fenced: record.fenced,
    inControlledShutdown: record.inControlledShutdown,
    logDirs: record.logDirs,
    cordonedLogDirs: record.cordonedLogDirs ?? [],
  }
}

/** In a registration change 1 means that something became true, -1 that it became false, 0 that it stayed. */
function registrationChange(record: BrokerRegistrationChangeRecord): Partial<BrokerImage> {
  return {
    ...(record.fenced === 0 ? {} : { fenced: record.fenced > 0 }),
    ...(record.inControlledShutdown === 0 ? {} : { inControlledShutdown: record.inControlledShutdown > 0 }),
    ...(record.logDirs.length === 0 ? {} : { logDirs: record.logDirs }),
    ...(record.cordonedLogDirs === null ? {} : { cordonedLogDirs: record.cordonedLogDirs }),
  }
}
