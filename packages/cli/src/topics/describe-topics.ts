import {
  partitionKey,
  valuesOf,
  type Admin,
  type ConfigEntry,
  type ConfigResource,
  type PartitionDescription,
  type ReassignmentDescription,
  type TopicDescription,
} from '@milena/client'
import { print, type ToolIo } from '../tool-io.ts'
import { formatPartition, formatTopic, isSet, replicationFactorOf } from './topic-output.ts'
import type { TopicOptions } from './topic-options.ts'

interface Known {
  readonly configs: readonly ConfigEntry[]
  readonly reassignments: ReadonlyMap<string, ReassignmentDescription>
  readonly liveBrokers: ReadonlySet<number>
}

/** Prints each topic and its partitions, or only those that an option asks for. */
export async function printTopics(
  admin: Admin,
  topics: readonly TopicDescription[],
  options: TopicOptions,
  io: ToolIo,
): Promise<void> {
  const resources = topics.map(({ name }): ConfigResource => ({ type: 'topic', name }))
  const configs = valuesOf(await admin.describeConfigs(resources))
  const { brokers } = await admin.describeCluster()
  const liveBrokers = new Set(brokers.map(({ nodeId }) => nodeId))
  const reassignments = await reassignmentsOf(admin, topics)
  topics.forEach((topic, index) => {
    printTopic(topic, { configs: configs.get(resources[index]!)!, reassignments, liveBrokers }, options, io)
  })
}

function printTopic(topic: TopicDescription, known: Known, options: TopicOptions, io: ToolIo): void {
  const wanted = partitionFilter(options, known)
  const first = topic.partitions[0]
  const overridden = known.configs.some(isSet)
  if (wanted === undefined && first !== undefined && (!options.has('topics-with-overrides') || overridden)) {
    const reassignment = known.reassignments.get(partitionKey({ topic: topic.name, partition: first.partition }))
    print(io.stdout, formatTopic(topic, known.configs, replicationFactorOf(first, reassignment)))
  }
  if (options.has('topics-with-overrides')) return
  for (const partition of topic.partitions) {
    const reassignment = known.reassignments.get(partitionKey({ topic: topic.name, partition: partition.partition }))
    if (wanted === undefined || wanted(partition, reassignment)) {
      print(io.stdout, formatPartition(topic.name, partition, reassignment))
    }
  }
}

type PartitionFilter = (partition: PartitionDescription, reassignment: ReassignmentDescription | undefined) => boolean

/** Undefined when everything is to be shown. */
function partitionFilter(options: TopicOptions, { configs, liveBrokers }: Known): PartitionFilter | undefined {
  const minIsr = Number(configs.find(({ name }) => name === 'min.insync.replicas')?.value ?? 1)
  const filters: PartitionFilter[] = []
  if (options.has('under-replicated-partitions')) {
    filters.push((partition, reassignment) => replicationFactorOf(partition, reassignment) > partition.isr.length)
  }
  if (options.has('unavailable-partitions')) {
    filters.push(({ leaderId }) => leaderId === undefined || !liveBrokers.has(leaderId))
  }
  if (options.has('under-min-isr-partitions')) {
    filters.push(({ leaderId, isr }) => leaderId === undefined || isr.length < minIsr)
  }
  if (options.has('at-min-isr-partitions')) filters.push(({ isr }) => isr.length === minIsr)
  if (filters.length === 0) return undefined
  return (partition, reassignment) => filters.some((filter) => filter(partition, reassignment))
}

async function reassignmentsOf(
  admin: Admin,
  topics: readonly TopicDescription[],
): Promise<ReadonlyMap<string, ReassignmentDescription>> {
  const partitions = new Map(topics.map((topic) => [topic.name, topic.partitions.map(({ partition }) => partition)]))
  if (partitions.size === 0) return new Map()
  try {
    const list = await admin.listPartitionReassignments(partitions)
    return new Map(list.map((reassignment) => [partitionKey(reassignment), reassignment]))
  } catch (error) {
    // Not every broker can say, and not everybody may ask; then none is taken to be under way.
    if (['UNSUPPORTED_VERSION', 'CLUSTER_AUTHORIZATION_FAILED'].includes((error as Error).name)) return new Map()
    throw error
  }
}
