// CreateTopics (ReplicationControlManager.createTopics and ControllerApis.createTopics).
import { type CreateTopicsRequest, type CreateTopicsResponse, Errors, ZERO_UUID } from '@milena/protocol/messages'
import { resourceTypes } from '../config/config-source.ts'
import { describeTopicConfigs } from '../config/describe-configs.ts'
import { validateTopicConfigs } from '../config/validate-configs.ts'
import type { MetadataImage } from '../image/metadata-image.ts'
import { type MetadataRecord, metadataRecord } from '../image/metadata-record.ts'
import { ApiFailure, checkMutationQuota, orRefused } from './api-failure.ts'
import {
  brokerConfigLayers,
  type ControllerContext,
  type ControllerResult,
  effectiveBrokerConfig,
  MAX_RECORDS_PER_REQUEST,
} from './controller-result.ts'
import { checkManualAssignment, newPartitionRecord, placeReplicas } from './replica-placement.ts'
import { CLUSTER_METADATA_TOPIC, collisionName, mayCollide, topicNameProblem } from './topic-name.ts'

type CreatableTopic = CreateTopicsRequest['topics'][number]
type TopicResult = CreateTopicsResponse['topics'][number]

interface Decision {
  readonly records: readonly MetadataRecord[]
  readonly result: TopicResult
}

export function createTopics(
  image: MetadataImage,
  request: CreateTopicsRequest,
  context: ControllerContext,
): ControllerResult<CreateTopicsResponse> {
  const { unique, refused } = separate(request.topics)
  const answer = (records: readonly MetadataRecord[], topics: readonly TopicResult[]) => ({
    records: request.validateOnly ? [] : records,
    response: { throttleTimeMs: 0, topics: [...topics, ...refused] },
  })
  const refuseAll = (message: string) =>
    answer(
      [],
      unique.map((topic) => failed(topic.name, Errors.POLICY_VIOLATION.code, message)),
    )
  if (partitionsAskedFor(unique, context) > MAX_RECORDS_PER_REQUEST) {
    return refuseAll('Excessively large number of partitions per request.')
  }
  const collisions = collisionNames(image, unique)
  const decisions = unique.map((topic) =>
    orRefused<Decision>(
      () => createTopic(image, topic, collisions, context),
      ({ errorCode, errorMessage }) => ({ records: [], result: failed(topic.name, errorCode, errorMessage) }),
    ),
  )
  const records = decisions.flatMap((decision) => decision.records)
  if (records.length > MAX_RECORDS_PER_REQUEST) {
    return refuseAll('Unable to perform excessively large batch operation.')
  }
  return answer(
    records,
    decisions.map((decision) => decision.result),
  )
}

function failed(name: string, errorCode: number, errorMessage: string | null): TopicResult {
  const unset = { topicId: ZERO_UUID, topicConfigErrorCode: 0, numPartitions: -1, replicationFactor: -1, configs: [] }
  return { name, errorCode, errorMessage, ...unset }
}

/** A name that is there twice is refused once, and so is the topic that is not for users; they come last, as in Kafka. */
function separate(topics: readonly CreatableTopic[]): { unique: CreatableTopic[]; refused: TopicResult[] } {
  const counts = new Map<string, number>()
  for (const { name } of topics) counts.set(name, (counts.get(name) ?? 0) + 1)
  const duplicates = [...counts].filter(([, count]) => count > 1).map(([name]) => name)
  const refused = duplicates.map((name) => failed(name, Errors.INVALID_REQUEST.code, 'Duplicate topic name.'))
  if (counts.get(CLUSTER_METADATA_TOPIC) === 1) {
    const message = `Creation of internal topic ${CLUSTER_METADATA_TOPIC} is prohibited.`
    refused.push(failed(CLUSTER_METADATA_TOPIC, Errors.INVALID_REQUEST.code, message))
  }
  const unique = topics.filter(({ name }) => counts.get(name) === 1 && name !== CLUSTER_METADATA_TOPIC)
  return { unique, refused }
}

function partitionsAskedFor(topics: readonly CreatableTopic[], context: ControllerContext): number {
  let total = 0
  for (const topic of topics) {
    if (topic.assignments.length > 0) total += topic.assignments.length
    else total += topic.numPartitions === -1 ? context.broker.numPartitions : Math.max(0, topic.numPartitions)
  }
  return total
}

/** By collision name, a topic that has it; only walked through when a name could collide at all. */
function collisionNames(image: MetadataImage, topics: readonly CreatableTopic[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>()
  if (!topics.some((topic) => mayCollide(topic.name))) return names
  for (const name of image.topics.keys()) if (mayCollide(name)) names.set(collisionName(name), name)
  return names
}

function createTopic(
  image: MetadataImage,
  topic: CreatableTopic,
  collisions: ReadonlyMap<string, string>,
  context: ControllerContext,
): Decision {
  const { name } = topic
  const problem = topicNameProblem(name)
  if (problem !== null) throw new ApiFailure(Errors.INVALID_TOPIC_EXCEPTION.code, problem)
  if (image.topics.has(name)) {
    throw new ApiFailure(Errors.TOPIC_ALREADY_EXISTS.code, `Topic '${name}' already exists.`)
  }
  const other = collisions.get(collisionName(name))
  if (other !== undefined && mayCollide(name)) {
    throw new ApiFailure(Errors.INVALID_TOPIC_EXCEPTION.code, `Topic '${name}' collides with existing topic: ${other}`)
  }
  const configs = newConfigs(image, topic, context)
  const assignments = topic.assignments.length > 0 ? manual(image, topic) : placed(image, topic, context)
  const topicId = context.nextUuid()
  checkMutationQuota(assignments.length, context)
  const records = [
    metadataRecord('TopicRecord', { name, topicId }),
    ...[...configs].map(([key, value]) =>
      metadataRecord('ConfigRecord', { resourceType: resourceTypes.TOPIC, resourceName: name, name: key, value }),
    ),
    ...assignments.map((replicas, partitionId) => newPartitionRecord(image, { topicId, partitionId, replicas })),
  ]
  const result = {
    name,
    topicId,
    errorCode: Errors.NONE.code,
    errorMessage: null,
    topicConfigErrorCode: Errors.NONE.code,
    numPartitions: assignments.length,
    replicationFactor: assignments[0]!.length,
    configs: resultConfigs(image, configs, context),
  }
  return { records, result }
}

function newConfigs(image: MetadataImage, topic: CreatableTopic, context: ControllerContext): Map<string, string> {
  const configs = new Map<string, string>()
  const nulls: string[] = []
  for (const { name, value } of topic.configs) {
    if (value === null) nulls.push(name)
    else configs.set(name, value)
  }
  if (nulls.length > 0) {
    const message = `Null value not supported for topic configs: ${nulls.join(',')}`
    throw new ApiFailure(Errors.INVALID_CONFIG.code, message)
  }
  const refusal = validateTopicConfigs(configs, effectiveBrokerConfig(image, context.broker, context.nodeId))
  if (refusal !== null) throw new ApiFailure(refusal.errorCode, refusal.message)
  return configs
}

function manual(image: MetadataImage, topic: CreatableTopic): (readonly number[])[] {
  const mixed = (what: string) =>
    new ApiFailure(
      Errors.INVALID_REQUEST.code,
      `A manual partition assignment was specified, but ${what} was not set to -1.`,
    )
  if (topic.replicationFactor !== -1) throw mixed('replication factor')
  if (topic.numPartitions !== -1) throw mixed('numPartitions')
  const refused = (message: string) => new ApiFailure(Errors.INVALID_REPLICA_ASSIGNMENT.code, message)
  const byPartition = new Map<number, readonly number[]>()
  let replicationFactor: number | undefined
  for (const { partitionIndex, brokerIds } of topic.assignments) {
    if (byPartition.has(partitionIndex)) {
      throw refused(`Found multiple manual partition assignments for partition ${partitionIndex}`)
    }
    checkManualAssignment(image, brokerIds, replicationFactor)
    replicationFactor = brokerIds.length
    byPartition.set(partitionIndex, brokerIds)
  }
  return Array.from({ length: byPartition.size }, (_, partition) => {
    const replicas = byPartition.get(partition)
    if (replicas === undefined) throw refused('partitions should be a consecutive 0-based integer sequence')
    return replicas
  })
}

function placed(image: MetadataImage, topic: CreatableTopic, { broker }: ControllerContext): number[][] {
  if (topic.replicationFactor < -1 || topic.replicationFactor === 0) {
    const message = 'Replication factor must be larger than 0, or -1 to use the default value.'
    throw new ApiFailure(Errors.INVALID_REPLICATION_FACTOR.code, message)
  }
  if (topic.numPartitions < -1 || topic.numPartitions === 0) {
    const message = 'Number of partitions was set to an invalid non-positive value.'
    throw new ApiFailure(Errors.INVALID_PARTITIONS.code, message)
  }
  const count = topic.numPartitions === -1 ? broker.numPartitions : topic.numPartitions
  const replicationFactor = topic.replicationFactor === -1 ? broker.defaultReplicationFactor : topic.replicationFactor
  return orRefused(
    () => placeReplicas(image, { startPartition: 0, count, replicationFactor }),
    ({ errorCode, errorMessage }) => {
      const what = `Unable to replicate the partition ${replicationFactor} time(s)`
      throw new ApiFailure(errorCode, `${what}: ${errorMessage}`)
    },
  )
}

/** The new topic's configs, with what was set in the very words in which it was set. */
function resultConfigs(
  image: MetadataImage,
  configs: ReadonlyMap<string, string>,
  context: ControllerContext,
): TopicResult['configs'] {
  const layers = brokerConfigLayers(image, context.broker, context.nodeId)
  const options = { keys: null, includeSynonyms: false, includeDocumentation: false }
  return describeTopicConfigs(configs, layers, options).map(({ name, value, readOnly, configSource, isSensitive }) => ({
    name,
    value: configs.get(name) ?? value,
    readOnly,
    configSource,
    isSensitive,
  }))
}
