import { readFile } from 'node:fs/promises'
import {
  KafkaError,
  partitionKey,
  replicaKey,
  valuesOf,
  type Admin,
  type TopicDescription,
  type TopicPartitionReplica,
} from '@milena/client'
import { ToolExit } from '../options/option-error.ts'
import type { ToolIo } from '../tool-io.ts'
import type { ReassignOptions } from './reassign-options.ts'
import type { PartitionReplicas, ReplicaLogDir } from './reassignment-json.ts'

/** What the actions work with. */
export interface ReassignService {
  readonly admin: Admin
  readonly options: ReassignOptions
  readonly io: ToolIo
}

/** The text of a file that an option names. */
export async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch {
    throw new ToolExit(1, `Unable to read file ${file}`)
  }
}

/** @throws ToolExit when a topic is not there */
export async function topicDescriptions(
  { admin }: ReassignService,
  topics: Iterable<string>,
): Promise<ReadonlyMap<string, TopicDescription>> {
  const outcomes = await admin.describeTopics(Array.from(new Set(topics)))
  for (const [topic, outcome] of outcomes) {
    if (!outcome.ok && outcome.error.name === 'UNKNOWN_TOPIC_OR_PARTITION') {
      throw KafkaError.of('UNKNOWN_TOPIC_OR_PARTITION', `Topic ${topic} not found.`)
    }
  }
  return valuesOf(outcomes)
}

/** Which folders replicas are in, and in which they shall be while they are moved. */
export async function currentLogDirs(
  { admin }: ReassignService,
  replicas: readonly TopicPartitionReplica[],
): Promise<ReadonlyMap<string, { readonly current?: string; readonly future?: string }>> {
  const found = new Map<string, { readonly current?: string; readonly future?: string }>()
  const brokers = Array.from(new Set(replicas.map(({ brokerId }) => brokerId)))
  if (brokers.length === 0) return found
  for (const [brokerId, dirs] of valuesOf(await admin.describeLogDirs(brokers))) {
    for (const dir of dirs.filter(({ error }) => error === undefined)) {
      for (const { topic, partition, isFuture } of dir.replicas.values()) {
        const key = replicaKey({ topic, partition, brokerId })
        found.set(key, { ...found.get(key), [isFuture ? 'future' : 'current']: dir.path })
      }
    }
  }
  return found
}

/** The folder of each replica of some partitions; those whose folder is not known are left out. */
export async function replicaLogDirs(
  service: ReassignService,
  partitions: readonly PartitionReplicas[],
): Promise<readonly ReplicaLogDir[]> {
  const replicas = partitions.flatMap(({ topic, partition, replicas: ids }) =>
    ids.map((brokerId) => ({ topic, partition, brokerId })),
  )
  const known = await currentLogDirs(service, replicas)
  return replicas.flatMap((replica) => {
    const path = known.get(replicaKey(replica))?.current
    return path === undefined ? [] : [{ ...replica, path }]
  })
}

/** Where some partitions are. @throws KafkaError when one of them is not there */
export async function currentReplicas(
  service: ReassignService,
  partitions: readonly PartitionReplicas[],
): Promise<readonly PartitionReplicas[]> {
  const topics = await topicDescriptions(
    service,
    partitions.map(({ topic }) => topic),
  )
  const placed = new Map(
    Array.from(topics.values()).flatMap(({ name, partitions: all }) =>
      all.map(({ partition, replicas }) => [
        partitionKey({ topic: name, partition }),
        { topic: name, partition, replicas },
      ]),
    ),
  )
  const missing = partitions.map(partitionKey).filter((key) => !placed.has(key))
  if (missing.length > 0) {
    throw KafkaError.of('UNKNOWN_TOPIC_OR_PARTITION', `Unable to find partition: ${missing.join(', ')}`)
  }
  return partitions.map((each) => placed.get(partitionKey(each))!)
}
