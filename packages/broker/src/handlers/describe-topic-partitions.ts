/**
 * DescribeTopicPartitions (key 75): what Metadata says of topics, in pages (KIP-966), with eligible leader replicas.
 *
 * Topics come in order of name. A page holds at most `responsePartitionLimit` partitions (and at most
 * `max.request.partition.size.limit`); where it ends within what was asked for, `nextCursor` says where to go on.
 * No topics asked for means all of them.
 *
 * Versions: 0.
 */
import type { MetadataImage, TopicImage } from '@milena/metadata'
import {
  DescribeTopicPartitionsRequest,
  DescribeTopicPartitionsResponse,
  Errors,
  ZERO_UUID,
} from '@milena/protocol/messages'
import type { Input } from '@milena/protocol/messages'
import { isInternalTopic } from '../replica/internal-topic.ts'
import { ApiError } from '../request/api-error.ts'
import { allOperations, OPERATIONS_NOT_ASKED } from '../request/authorized-operations.ts'
import { handler } from '../request/handler.ts'
import type { RequestContext } from '../request/handler.ts'
import { describePartition } from './partition-description.ts'
import { unknownTopicError } from './unknown-topic.ts'

type Services = RequestContext['services']
type TopicResponse = Input<typeof DescribeTopicPartitionsResponse>['topics'][number]

export const describeTopicPartitions = handler(DescribeTopicPartitionsRequest, DescribeTopicPartitionsResponse, {
  versions: { min: 0, max: 0 },
  handle: (request, { services }) => {
    const { cursor, responsePartitionLimit } = request
    if (cursor !== null && cursor.partitionIndex < 0) {
      const message = `DescribeTopicPartitionsRequest cursor partition must be valid: ${cursor.partitionIndex}`
      throw new ApiError(Errors.INVALID_REQUEST, message)
    }
    if (cursor !== null && request.topics.length > 0 && !request.topics.some(({ name }) => name === cursor.topicName)) {
      throw new ApiError(
        Errors.INVALID_REQUEST,
        `The topic of the cursor is not among those asked for: ${cursor.topicName}`,
      )
    }
    const { image } = services.metadata
    const limit = Math.max(1, Math.min(services.config.get('max.request.partition.size.limit'), responsePartitionLimit))
    return { throttleTimeMs: 0, ...page(namesAskedFor(request, image), cursor, limit, services) }
  },
  // The response has no place for an error of the request as a whole but its topics.
  errorResponse: ({ error }, { topics }) => ({
    throttleTimeMs: 0,
    topics: topics.map(({ name }) => ({
      ...failed(name, error.code),
      topicAuthorizedOperations: OPERATIONS_NOT_ASKED,
    })),
  }),
})

/** From the cursor's topic on, in order of name. */
function namesAskedFor({ topics, cursor }: DescribeTopicPartitionsRequest, image: MetadataImage): string[] {
  const names = topics.length === 0 ? [...image.topics.keys()] : [...new Set(topics.map(({ name }) => name))]
  return names.filter((name) => cursor === null || name >= cursor.topicName).toSorted()
}

function page(
  names: readonly string[],
  cursor: DescribeTopicPartitionsRequest['cursor'],
  limit: number,
  services: Services,
): Pick<Input<typeof DescribeTopicPartitionsResponse>, 'topics' | 'nextCursor'> {
  const topics: TopicResponse[] = []
  let room = limit
  for (const name of names) {
    const first = cursor?.topicName === name ? cursor.partitionIndex : 0
    const topic = services.metadata.image.topics.get(name)
    if (room === 0) return { topics, nextCursor: { topicName: name, partitionIndex: first } }
    if (topic === undefined) {
      topics.push(failed(name, unknownTopicError(name).code))
      continue
    }
    const described = describeTopic(topic, first, room, services)
    topics.push(described)
    room -= described.partitions.length
    const next = first + described.partitions.length
    if (next < topic.partitions.length) return { topics, nextCursor: { topicName: name, partitionIndex: next } }
  }
  return { topics, nextCursor: null }
}

function describeTopic(
  { name, topicId, partitions }: TopicImage,
  first: number,
  limit: number,
  services: Services,
): TopicResponse {
  return {
    errorCode: Errors.NONE.code,
    name,
    topicId,
    isInternal: isInternalTopic(name),
    partitions: partitions.slice(first, first + limit).map((partition) => ({
      ...describePartition(name, partition, services),
      eligibleLeaderReplicas: partition.eligibleLeaderReplicas,
      lastKnownElr: partition.lastKnownElr,
    })),
    topicAuthorizedOperations: allOperations.topic,
  }
}

function failed(name: string, errorCode: number): TopicResponse {
  return {
    errorCode,
    name,
    topicId: ZERO_UUID,
    isInternal: isInternalTopic(name),
    partitions: [],
    topicAuthorizedOperations: allOperations.topic,
  }
}
