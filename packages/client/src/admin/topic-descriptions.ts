import { ZERO_UUID } from '@milena/protocol'
import type { Uuid } from '@milena/protocol'
import { apis } from '../apis.ts'
import type { TopicPartition } from '../cluster/cluster-metadata.ts'
import type { KafkaClient } from '../cluster/kafka-client.ts'
import { KafkaError, failure, success, type Outcome } from '../kafka-error.ts'
import type { ResponseBody } from '../net/api.ts'
import type { CallOptions } from './per-key.ts'

export interface PartitionDescription {
  readonly partition: number
  /** Undefined while there is none. */
  readonly leaderId: number | undefined
  readonly replicas: readonly number[]
  readonly isr: readonly number[]
  /** Eligible leader replicas; null when the cluster did not say. */
  readonly elr: readonly number[] | null
  readonly lastKnownElr: readonly number[] | null
}

export interface TopicDescription {
  readonly name: string
  readonly topicId: Uuid
  readonly isInternal: boolean
  readonly partitions: readonly PartitionDescription[]
}

export interface DescribeTopicsOptions extends CallOptions {
  /** How many partitions a broker may put into one answer; 2,000. */
  readonly partitionSizeLimitPerResponse?: number
}

/** With DescribeTopicPartitions, page by page; from brokers that do not have it, with Metadata. */
export async function describeTopics(
  client: KafkaClient,
  names: readonly string[],
  options: DescribeTopicsOptions = {},
): Promise<Map<string, Outcome<TopicDescription>>> {
  if (names.length === 0) return new Map()
  const deadline = client.deadline(options.timeoutMs)
  try {
    return await client.retry('describeTopics', { deadline, signal: options.signal }, () =>
      describeByPages(client, names, options.partitionSizeLimitPerResponse ?? 2000),
    )
  } catch (error) {
    if (!KafkaError.is(error, 'UNSUPPORTED_VERSION')) throw error
    const topics = names.map((name) => ({ name }))
    const response = await askMetadata(client, topics, options)
    return new Map(
      response.topics.flatMap((entry) => (entry.name === null ? [] : [[entry.name, fromMetadata(entry)] as const])),
    )
  }
}

export async function describeTopicsById(
  client: KafkaClient,
  topicIds: readonly Uuid[],
  options: CallOptions = {},
): Promise<Map<Uuid, Outcome<TopicDescription>>> {
  if (topicIds.length === 0) return new Map()
  const topics = topicIds.map((topicId) => ({ topicId, name: null }))
  const response = await askMetadata(client, topics, options, 12)
  return new Map(response.topics.map((entry) => [entry.topicId, fromMetadata(entry)]))
}

function askMetadata(
  client: KafkaClient,
  topics: readonly { readonly name: string | null; readonly topicId?: Uuid }[],
  { timeoutMs, signal }: CallOptions,
  minVersion = 0,
): Promise<MetadataBody> {
  return client.request(
    apis.metadata,
    { topics, allowAutoTopicCreation: false },
    {
      to: 'any',
      deadline: client.deadline(timeoutMs),
      versions: { min: minVersion },
      ...(signal && { signal }),
      check: ({ errorCode }) => KafkaError.check(errorCode),
    },
  )
}

type MetadataBody = ResponseBody<typeof apis.metadata.response>
type PageTopic = ResponseBody<typeof apis.describeTopicPartitions.response>['topics'][number]

async function describeByPages(
  client: KafkaClient,
  names: readonly string[],
  responsePartitionLimit: number,
): Promise<Map<string, Outcome<TopicDescription>>> {
  const results = new Map<string, Outcome<TopicDescription>>()
  let pending = Array.from(new Set(names)).sort()
  let cursor: { topicName: string; partitionIndex: number } | null = null
  while (pending.length > 0) {
    const topics = pending.map((name) => ({ name }))
    const page: ResponseBody<typeof apis.describeTopicPartitions.response> = await client.send(
      apis.describeTopicPartitions,
      { topics, responsePartitionLimit, cursor },
      { to: 'any' },
    )
    for (const entry of page.topics) addPage(results, entry)
    const next: { topicName: string; partitionIndex: number } | null = page.nextCursor
    cursor = next
    // The broker answers in order of names; what stands before the cursor is complete.
    pending = next === null ? [] : pending.filter((name) => name >= next.topicName)
  }
  return results
}

/** One topic may be spread over several pages. */
function addPage(results: Map<string, Outcome<TopicDescription>>, entry: PageTopic): void {
  const name = entry.name ?? ''
  if (entry.errorCode !== 0) {
    results.set(name, failure(KafkaError.ofCode(entry.errorCode)))
    return
  }
  const before = results.get(name)
  const partitions = [...(before?.ok === true ? before.value.partitions : []), ...entry.partitions.map(fromPage)]
  results.set(name, success({ name, topicId: entry.topicId, isInternal: entry.isInternal, partitions }))
}

function fromPage(partition: PageTopic['partitions'][number]): PartitionDescription {
  return {
    partition: partition.partitionIndex,
    leaderId: partition.leaderId < 0 ? undefined : partition.leaderId,
    replicas: partition.replicaNodes,
    isr: partition.isrNodes,
    elr: partition.eligibleLeaderReplicas,
    lastKnownElr: partition.lastKnownElr,
  }
}

function fromMetadata(entry: MetadataBody['topics'][number]): Outcome<TopicDescription> {
  if (entry.errorCode !== 0) return failure(KafkaError.ofCode(entry.errorCode))
  const partitions = entry.partitions
    .map((partition) => ({
      partition: partition.partitionIndex,
      leaderId: partition.leaderId < 0 ? undefined : partition.leaderId,
      replicas: partition.replicaNodes,
      isr: partition.isrNodes,
      elr: null,
      lastKnownElr: null,
    }))
    .sort((a, b) => a.partition - b.partition)
  return success({ name: entry.name ?? '', topicId: entry.topicId, isInternal: entry.isInternal, partitions })
}

export interface ReassignmentDescription extends TopicPartition {
  readonly replicas: readonly number[]
  readonly addingReplicas: readonly number[]
  readonly removingReplicas: readonly number[]
}

/** Reassignments under way, of some topics' partitions or of all. */
export async function listPartitionReassignments(
  client: KafkaClient,
  partitions: ReadonlyMap<string, readonly number[]> | 'all',
  { timeoutMs, signal }: CallOptions = {},
): Promise<readonly ReassignmentDescription[]> {
  const deadline = client.deadline(timeoutMs)
  const topics =
    partitions === 'all' ? null : Array.from(partitions, ([name, partitionIndexes]) => ({ name, partitionIndexes }))
  const response = await client.request(
    apis.listPartitionReassignments,
    { timeoutMs: Math.ceil(deadline.remainingMs), topics },
    {
      to: 'controller',
      deadline,
      ...(signal && { signal }),
      check: ({ errorCode, errorMessage }) => KafkaError.check(errorCode, errorMessage),
    },
  )
  return response.topics.flatMap((topic) =>
    topic.partitions.map(({ partitionIndex, replicas, addingReplicas, removingReplicas }) => ({
      topic: topic.name,
      partition: partitionIndex,
      replicas,
      addingReplicas,
      removingReplicas,
    })),
  )
}

/** Whether the broker gave the topic an id (Metadata version 10). */
export const hasTopicId = (topicId: Uuid): boolean => topicId !== ZERO_UUID
