import type { BrokerImage, MetadataImage, PartitionImage, TopicImage } from './metadata-image.ts'
import { parseConfigKey } from './metadata-image.ts'
import { type MetadataRecord, metadataRecord } from './metadata-record.ts'

/** The records that lead from nothing to this image: what a snapshot holds. */
export function* imageRecords(image: MetadataImage): Iterable<MetadataRecord> {
  for (const [name, featureLevel] of image.features) yield metadataRecord('FeatureLevelRecord', { name, featureLevel })
  for (const broker of image.brokers.values()) yield brokerRecord(broker)
  for (const topic of image.topics.values()) yield* topicRecords(topic)
  for (const [key, configs] of image.configs) {
    for (const [name, value] of configs) yield metadataRecord('ConfigRecord', { ...parseConfigKey(key), name, value })
  }
  for (const { entity, values } of image.clientQuotas.values()) {
    for (const [key, value] of values) {
      yield metadataRecord('ClientQuotaRecord', { entity, key, value, remove: false })
    }
  }
  for (const credential of image.scramCredentials.values()) {
    yield metadataRecord('UserScramCredentialRecord', credential)
  }
  if (image.nextProducerId > 0) {
    const nextProducerId = image.nextProducerId
    yield metadataRecord('ProducerIdsRecord', { brokerId: -1, brokerEpoch: -1, nextProducerId })
  }
}

function brokerRecord(broker: BrokerImage): MetadataRecord {
  return metadataRecord('RegisterBrokerRecord', {
    brokerId: broker.brokerId,
    isMigratingZkBroker: false,
    incarnationId: broker.incarnationId,
    brokerEpoch: broker.brokerEpoch,
    endPoints: broker.endpoints,
    features: [...broker.features].map(([name, { min, max }]) => ({
      name,
      minSupportedVersion: min,
      maxSupportedVersion: max,
    })),
    rack: broker.rack,
    fenced: broker.fenced,
    inControlledShutdown: broker.inControlledShutdown,
    logDirs: broker.logDirs,
    cordonedLogDirs: broker.cordonedLogDirs.length === 0 ? null : broker.cordonedLogDirs,
  })
}

function* topicRecords({ name, topicId, partitions }: TopicImage): Iterable<MetadataRecord> {
  yield metadataRecord('TopicRecord', { name, topicId })
  for (const partition of partitions) yield partitionRecord(topicId, partition)
}

function partitionRecord(topicId: string, image: PartitionImage): MetadataRecord {
  const { partition: partitionId, eligibleLeaderReplicas, lastKnownElr, ...rest } = image
  return metadataRecord('PartitionRecord', {
    ...rest,
    partitionId,
    topicId,
    eligibleLeaderReplicas: eligibleLeaderReplicas.length === 0 ? null : eligibleLeaderReplicas,
    lastKnownElr: lastKnownElr.length === 0 ? null : lastKnownElr,
  })
}
