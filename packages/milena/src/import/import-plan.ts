import { brokerFeatures } from '@milena/broker'
import {
  brokerConfigs,
  clientMetricsConfigs,
  groupConfigs,
  type KafkaMetadata,
  type MetadataImage,
  parseConfigKey,
  PersistentMap,
  resourceTypes,
  topicConfigs,
  type TopicImage,
} from '@milena/metadata'
import { type TopicPartition, topicPartitionName } from '@milena/storage'
import { ImportRefused } from './import-refused.ts'
import {
  byCheckpoint,
  type CheckpointFile,
  type KafkaDataFolder,
  type KafkaPartitionFolder,
} from './kafka-data-folder.ts'

/** What is to be made of a Kafka node's folders. */
export interface ImportPlan {
  readonly image: MetadataImage
  readonly nodeId: number
  /** The id of the one folder that comes of them. */
  readonly directoryId: string
  readonly stoppedInOrder: boolean
  readonly partitions: readonly KafkaPartitionFolder[]
  readonly checkpoints: Readonly<Record<CheckpointFile, readonly (readonly [TopicPartition, number])[]>>
  /** What is left out, a sentence for each. */
  readonly notes: readonly string[]
}

/** @throws ImportRefused when the folders are not one whole node that is a cluster of its own */
export function importPlan(
  folders: readonly KafkaDataFolder[],
  { image, controllers, notKept }: KafkaMetadata,
  newDirectoryId: () => string,
): ImportPlan {
  const nodeId = nodeOf(folders)
  refuseSeveralNodes(image, controllers, nodeId)
  refuseMissingFolders(folders, image, nodeId)
  const directoryId = folders[0]!.meta.directoryId ?? newDirectoryId()
  const notes = [...notKept]
  const partitions = importedPartitions(folders, image, notes)
  return {
    image: {
      ...image,
      topics: withDirectory(image, directoryId),
      features: keptFeatures(image, notes),
      configs: keptConfigs(image, notes),
    },
    nodeId,
    directoryId,
    stoppedInOrder: folders.every((folder) => folder.stoppedInOrder),
    partitions,
    checkpoints: checkpointsOf(folders, partitions),
    notes,
  }
}

function nodeOf(folders: readonly KafkaDataFolder[]): number {
  const { clusterId, nodeId } = folders[0]!.meta
  for (const { path, meta } of folders) {
    if (meta.clusterId === clusterId && meta.nodeId === nodeId) continue
    throw new ImportRefused(
      `${path} is of node ${meta.nodeId} of cluster ${meta.clusterId}, and ${folders[0]!.path} of node ${nodeId} of cluster ${clusterId}.`,
    )
  }
  return nodeId
}

function refuseSeveralNodes(image: MetadataImage, controllers: ReadonlySet<number>, nodeId: number): void {
  const nodes = new Set([...controllers, ...image.brokers.keys()])
  for (const topic of image.topics.values()) {
    for (const { replicas } of topic.partitions) for (const replica of replicas) nodes.add(replica)
  }
  nodes.delete(nodeId)
  if (nodes.size === 0) return
  throw new ImportRefused(
    `Only a single node can be imported, and this cluster has others: node ${nodeId} knows of ${[...nodes].sort((a, b) => a - b).join(', ')}. ` +
      'Move its partitions to one node and unregister the others first, or copy the topics with a client.',
  )
}

function refuseMissingFolders(folders: readonly KafkaDataFolder[], image: MetadataImage, nodeId: number): void {
  const given = new Set(folders.map(({ meta }) => meta.directoryId))
  const missing = image.brokers.get(nodeId)?.logDirs.filter((id) => !given.has(id)) ?? []
  if (missing.length === 0) return
  throw new ImportRefused(
    `The broker has ${missing.length} more of log.dirs than were named (directory.id ${missing.join(', ')}): name all of them, --from DIR,DIR.`,
  )
}

/** The folders of partitions that there are by the metadata; the others are noted. */
function importedPartitions(
  folders: readonly KafkaDataFolder[],
  image: MetadataImage,
  notes: string[],
): KafkaPartitionFolder[] {
  const found = new Map<string, KafkaPartitionFolder>()
  for (const folder of folders) {
    for (const name of folder.others) notes.push(`${name} belongs to no partition, and is left out.`)
    for (const partition of folder.partitions) {
      const { topic, partition: number } = partition.topicPartition
      const name = topicPartitionName(partition.topicPartition)
      const known = image.topics.get(topic)
      if (known?.partitions[number] === undefined || (partition.topicId ?? known.topicId) !== known.topicId) {
        notes.push(`${name} is of a topic that the metadata does not know (any more), and is left out.`)
      } else if (found.has(name)) {
        throw new ImportRefused(`${name} lies in two folders: ${found.get(name)!.path} and ${partition.path}.`)
      } else found.set(name, partition)
    }
  }
  for (const topic of image.topics.values()) {
    for (const { partition } of topic.partitions) {
      const name = topicPartitionName({ topic: topic.name, partition })
      if (!found.has(name)) notes.push(`${name} has no folder, and begins empty.`)
    }
  }
  return [...found.values()]
}

function withDirectory(image: MetadataImage, directoryId: string): MetadataImage['topics'] {
  let { topics } = image
  for (const topic of image.topics.values()) {
    const moved: TopicImage = {
      ...topic,
      partitions: topic.partitions.map((partition) => ({ ...partition, directories: [directoryId] })),
    }
    topics = topics.set(topic.name, moved)
  }
  return topics
}

function keptFeatures(image: MetadataImage, notes: string[]): MetadataImage['features'] {
  const kept = new Map<string, number>()
  for (const [name, level] of image.features) {
    const supported = brokerFeatures[name]
    if (supported !== undefined && level > supported.max) {
      throw new ImportRefused(
        `The cluster is at ${name} ${level}, and ${supported.max} is the newest that is known here: it was written by a newer Kafka.`,
      )
    }
    if (supported !== undefined) kept.set(name, level)
    else if (name === 'streams.version') {
      notes.push(
        'Groups of Kafka Streams (streams.version) are not supported: what __consumer_offsets has of them stays there unused.',
      )
    } else notes.push(`The feature ${name} ${level} is not supported, and is left out.`)
  }
  return kept
}

const knownConfigs: ReadonlyMap<number, object> = new Map<number, object>([
  [resourceTypes.TOPIC, topicConfigs],
  [resourceTypes.BROKER, brokerConfigs],
  [resourceTypes.GROUP, groupConfigs],
  [resourceTypes.CLIENT_METRICS, clientMetricsConfigs],
])

function keptConfigs(image: MetadataImage, notes: string[]): MetadataImage['configs'] {
  let configs: MetadataImage['configs'] = PersistentMap.empty()
  for (const [key, values] of image.configs) {
    const { resourceType, resourceName } = parseConfigKey(key)
    const known = knownConfigs.get(resourceType) ?? {}
    const kept = new Map<string, string>()
    for (const [name, value] of values) {
      if (Object.hasOwn(known, name) || name.startsWith('listener.name.')) kept.set(name, value)
      else notes.push(`The config ${name} of '${resourceName}' is not known, and is left out.`)
    }
    if (kept.size > 0) configs = configs.set(key, kept)
  }
  return configs
}

function checkpointsOf(
  folders: readonly KafkaDataFolder[],
  partitions: readonly KafkaPartitionFolder[],
): ImportPlan['checkpoints'] {
  return byCheckpoint((file) => {
    const offsets = new Map(folders.flatMap(({ checkpoints }) => [...checkpoints[file]]))
    return partitions.flatMap(({ topicPartition }) => {
      const offset = offsets.get(topicPartitionName(topicPartition))
      return offset === undefined ? [] : [[topicPartition, offset] as const]
    })
  })
}
