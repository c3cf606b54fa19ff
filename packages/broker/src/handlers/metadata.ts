/**
 * Metadata (key 3): the brokers, and the topics with their partitions and who leads them. Names that do not exist are
 * created when both the client and `auto.create.topics.enable` allow it, and described from the next request on.
 *
 * Versions: 0 an empty list means all topics, as null does from 1 on, where empty means none; 1 controller id, rack,
 * internal topics; 2 cluster id; 4 the client may forbid creation; 5 offline replicas; 7 leader epochs; 8 authorized
 * operations (KIP-430); 9 flexible; 10 topic ids (KIP-516); 11 no operations of the cluster; 12 topics by id;
 * 13 an error at the top (KIP-1102).
 */
import { mapInTurns } from '@milena/coordinator'
import type { TopicImage } from '@milena/metadata'
import { Errors, MetadataRequest, MetadataResponse, ZERO_UUID } from '@milena/protocol/messages'
import type { Input, KafkaError } from '@milena/protocol/messages'
import { isInternalTopic } from '../replica/internal-topic.ts'
import { ApiError } from '../request/api-error.ts'
import { allOperations, OPERATIONS_NOT_ASKED } from '../request/authorized-operations.ts'
import { aliveBrokerNodes } from '../request/broker-nodes.ts'
import { handler } from '../request/handler.ts'
import type { RequestContext } from '../request/handler.ts'
import { describePartition } from './partition-description.ts'
import { unknownTopicError } from './unknown-topic.ts'

const FIRST_VERSION_WITH_NULL_FOR_ALL = 1
const FIRST_VERSION_BY_TOPIC_ID = 12

type Response = Input<typeof MetadataResponse>
type TopicResponse = Response['topics'][number]

export const metadata = handler(MetadataRequest, MetadataResponse, {
  versions: { min: 0, max: 13 },
  handle: (request, context) => {
    const { image } = context.services.metadata
    if (isForAll(request, context)) {
      return respond(
        request,
        context,
        [...image.topics.values()].map((topic) => describeTopic(topic, request, context.services)),
      )
    }
    checkTopics(request, context)
    const names = namesAskedFor(request, context)
    const mayCreate = context.services.config.autoCreateTopicsEnable && request.allowAutoTopicCreation
    const isMissing = names.some((name) => typeof name === 'string' && !image.topics.has(name))
    if (isMissing && mayCreate) return withCreation(request, context, names)
    return respond(request, context, describeAll(request, context, names, new Map()))
  },
  // Names may not be null in every version, so a topic that was asked for by its id alone has an empty one.
  errorResponse: ({ error }, request) => ({
    brokers: [],
    topics: (request.topics ?? []).map(({ name, topicId }) => failed(name ?? '', topicId, error)),
  }),
})

/** A topic by name, or, where no topic has the id that was asked for, that id. */
type TopicAskedFor = string | { readonly unknownTopicId: string }

function isForAll({ topics }: MetadataRequest, { apiVersion }: RequestContext): boolean {
  return topics === null || (apiVersion < FIRST_VERSION_WITH_NULL_FOR_ALL && topics.length === 0)
}

function checkTopics({ topics }: MetadataRequest, { apiVersion }: RequestContext): void {
  if (apiVersion >= FIRST_VERSION_BY_TOPIC_ID) return
  for (const { name, topicId } of topics ?? []) {
    if (name === null) {
      throw new ApiError(Errors.INVALID_REQUEST, `Topic name can not be null for version ${apiVersion}`)
    }
    if (topicId !== ZERO_UUID) {
      throw new ApiError(Errors.INVALID_REQUEST, `Topic IDs are not supported in requests for version ${apiVersion}`)
    }
  }
}

/** When one topic is asked for by id, those that are asked for by name are passed over, as in Kafka. */
function namesAskedFor({ topics }: MetadataRequest, { services }: RequestContext): TopicAskedFor[] {
  const ids = new Set(topics?.map(({ topicId }) => topicId).filter((topicId) => topicId !== ZERO_UUID))
  const { topicNamesById } = services.metadata.image
  if (ids.size > 0) return [...ids].map((topicId) => topicNamesById.get(topicId) ?? { unknownTopicId: topicId })
  return [...new Set((topics ?? []).flatMap(({ name }) => name ?? []))]
}

/**
 * Makes what is missing, and tells of it as Kafka does, whose controller is still at work then: it is not there yet. A
 * client comes again after a pause and finds it. Those who ask for a topic that they have just deleted rely on that.
 */
async function withCreation(
  request: MetadataRequest,
  context: RequestContext,
  names: readonly TopicAskedFor[],
): Promise<Response> {
  const { metadata: service, topicCreator, clock } = context.services
  const missing = new Map<string, KafkaError>()
  await mapInTurns(clock, names, async (name) => {
    if (typeof name !== 'string' || service.image.topics.has(name)) return
    const error = unknownTopicError(name)
    missing.set(name, error)
    if (error === Errors.INVALID_TOPIC_EXCEPTION) return
    // What else the controller has against it is in the log; to the client the topic is not there.
    const refused = await topicCreator.create(name)
    if (refused === Errors.INVALID_TOPIC_EXCEPTION) missing.set(name, refused)
  })
  return respond(request, context, describeAll(request, context, names, missing))
}

function describeAll(
  request: MetadataRequest,
  { services }: RequestContext,
  names: readonly TopicAskedFor[],
  missing: ReadonlyMap<string, KafkaError>,
): TopicResponse[] {
  const { topics } = services.metadata.image
  // As in Kafka, ids that are not known come first.
  const ordered = names.toSorted((a, b) => Number(typeof a === 'string') - Number(typeof b === 'string'))
  return ordered.map((name) => {
    if (typeof name !== 'string') return failed(null, name.unknownTopicId, Errors.UNKNOWN_TOPIC_ID)
    const topic = missing.has(name) ? undefined : topics.get(name)
    if (topic !== undefined) return describeTopic(topic, request, services)
    const unknown = failed(name, ZERO_UUID, missing.get(name) ?? unknownTopicError(name))
    return request.includeTopicAuthorizedOperations
      ? { ...unknown, topicAuthorizedOperations: allOperations.topic }
      : unknown
  })
}

function describeTopic(
  topic: TopicImage,
  request: MetadataRequest,
  services: RequestContext['services'],
): TopicResponse {
  return {
    errorCode: Errors.NONE.code,
    name: topic.name,
    topicId: topic.topicId,
    isInternal: isInternalTopic(topic.name),
    partitions: topic.partitions.map((partition) => describePartition(topic.name, partition, services)),
    topicAuthorizedOperations: request.includeTopicAuthorizedOperations ? allOperations.topic : OPERATIONS_NOT_ASKED,
  }
}

function failed(name: string | null, topicId: string, error: KafkaError): TopicResponse {
  return {
    errorCode: error.code,
    name,
    topicId,
    isInternal: name !== null && isInternalTopic(name),
    partitions: [],
    topicAuthorizedOperations: OPERATIONS_NOT_ASKED,
  }
}

function respond(request: MetadataRequest, context: RequestContext, topics: readonly TopicResponse[]): Response {
  const { config, metadata: service } = context.services
  return {
    brokers: aliveBrokerNodes(context),
    clusterId: service.image.clusterId,
    controllerId: config.nodeId,
    topics,
    clusterAuthorizedOperations: request.includeClusterAuthorizedOperations
      ? allOperations.cluster
      : OPERATIONS_NOT_ASKED,
  }
}
