import { partitionKey, replicaKey, type TopicPartition, type TopicPartitionReplica } from '@milena/client'
import { javaHashOrder, javaStringHash, topicPartitionHash } from '../java-hash-order.ts'
import { arrayOf, fieldOf, integerOf, objectOf, parseJson, stringOf } from '../json-values.ts'
import { ToolExit } from '../options/option-error.ts'
import { byName } from './partition-order.ts'

/** Which brokers the replicas of a partition are on, or shall be on; the first is the preferred leader. */
export interface PartitionReplicas extends TopicPartition {
  readonly replicas: readonly number[]
}

/** Which log folder of its broker a replica is in, or shall be in. */
export interface ReplicaLogDir extends TopicPartitionReplica {
  readonly path: string
}

/** What a file says: where replicas shall be, and in which folders; those that may be in any are left out. */
export interface Reassignment {
  readonly partitions: readonly PartitionReplicas[]
  readonly logDirs: readonly ReplicaLogDir[]
}

const anyLogDir = 'any'

function checkVersion(version: unknown): void {
  const number = version === undefined ? 1 : integerOf(version)
  if (number !== 1) throw new ToolExit(1, `Not supported version field value ${number}`)
}

/** @throws ToolExit when the text is no JSON, or not of the form of `--reassignment-json-file` */
export function parseReassignment(text: string): Reassignment {
  const json = objectOf(parseJson(text))
  checkVersion(json['version'])
  const partitions: PartitionReplicas[] = []
  const logDirs = new Map<string, ReplicaLogDir>()
  for (const each of json['partitions'] === undefined ? [] : arrayOf(json['partitions'])) {
    const entry = objectOf(each)
    const topic = stringOf(fieldOf(entry, 'topic'))
    const partition = integerOf(fieldOf(entry, 'partition'))
    const replicas = arrayOf(fieldOf(entry, 'replicas')).map((id) => integerOf(id))
    const folders =
      entry['log_dirs'] === undefined ? replicas.map(() => anyLogDir) : arrayOf(entry['log_dirs']).map(stringOf)
    if (folders.length !== replicas.length) {
      throw new ToolExit(
        1,
        `Size of replicas list [${replicas.join(', ')}] is different from size of log dirs list [${folders.join(', ')}] for partition ${partitionKey({ topic, partition })}`,
      )
    }
    partitions.push({ topic, partition, replicas })
    replicas.forEach((brokerId, index) => {
      const path = folders[index]!
      const replica = { topic, partition, brokerId, path }
      if (path !== anyLogDir) logDirs.set(replicaKey(replica), replica)
    })
  }
  return { partitions, logDirs: Array.from(logDirs.values()) }
}

/** As `parseReassignment`, and that it can be carried out. */
export function parseExecutable(text: string): Reassignment {
  const reassignment = parseReassignment(text)
  const { partitions } = reassignment
  if (partitions.length === 0) throw new ToolExit(1, 'Partition reassignment list cannot be empty')
  if (partitions.some(({ replicas }) => replicas.length === 0)) {
    throw new ToolExit(1, 'Partition replica list cannot be empty')
  }
  const keys = partitions.map(partitionKey)
  const twice = new Map(
    partitions.filter((_, index) => keys.indexOf(keys[index]!) < index).map((each) => [partitionKey(each), each]),
  )
  if (twice.size > 0) {
    const shown = javaHashOrder(twice.values(), topicPartitionHash).map(partitionKey).join(',')
    throw new ToolExit(1, `Partition reassignment contains duplicate topic partitions: ${shown}`)
  }
  const repeated = partitions
    .map((each) => ({ key: partitionKey(each), ids: duplicates(each.replicas) }))
    .filter(({ ids }) => ids.length > 0)
    .map(({ key, ids }) => `${key} contains multiple entries for ${ids.join(',')}`)
  if (repeated.length > 0) {
    throw new ToolExit(1, `Partition replica lists may not contain duplicate entries: ${repeated.join('. ')}`)
  }
  return reassignment
}

/** What is in a list more than once. */
const duplicates = (ids: readonly number[]): readonly number[] =>
  javaHashOrder(new Set(ids.filter((id, index) => ids.indexOf(id) < index)), (id) => id)

/** The brokers and topics of `--generate`. @throws ToolExit when one of them is named twice */
export function parseGenerate(
  text: string,
  brokerList: string,
): { readonly brokers: readonly number[]; readonly topics: readonly string[] } {
  const brokers = brokerList.split(',').map((id) => {
    if (!/^[+-]?\d+$/.test(id)) throw new ToolExit(1, `For input string: "${id}"`)
    return Number(id)
  })
  const brokersTwice = duplicates(brokers)
  if (brokersTwice.length > 0) {
    throw new ToolExit(1, `Broker list contains duplicate entries: [${brokersTwice.join(', ')}]`)
  }
  const json = objectOf(parseJson(text))
  checkVersion(json['version'])
  const topics = (json['topics'] === undefined ? [] : arrayOf(json['topics'])).map((each) =>
    stringOf(fieldOf(objectOf(each), 'topic')),
  )
  const topicsTwice = javaHashOrder(
    new Set(topics.filter((topic, index) => topics.indexOf(topic) < index)),
    javaStringHash,
  )
  if (topicsTwice.length > 0) {
    throw new ToolExit(1, `List of topics to reassign contains duplicate entries: [${topicsTwice.join(', ')}]`)
  }
  return { brokers, topics }
}

/** In the form of `--reassignment-json-file`, in one line. */
export function formatReassignment(
  partitions: readonly PartitionReplicas[],
  logDirs: readonly ReplicaLogDir[] = [],
): string {
  const paths = new Map(logDirs.map((each) => [replicaKey(each), each.path]))
  return JSON.stringify({
    version: 1,
    partitions: Array.from(partitions)
      .sort(byName)
      .map(({ topic, partition, replicas }) => ({
        topic,
        partition,
        replicas,
        log_dirs: replicas.map((brokerId) => paths.get(replicaKey({ topic, partition, brokerId })) ?? anyLogDir),
      })),
  })
}
