import type {
  OffsetCommitRequest,
  OffsetCommitResponse,
  OffsetDeleteRequest,
  OffsetDeleteResponse,
} from '@milena/protocol/messages'
import { Errors } from '@milena/protocol/messages'
import type { TopicsView } from './group-types.ts'
import { mergeTopics } from './merge-topics.ts'

/** Offsets are stored by topic name. Since OffsetCommit v10 topics are asked for by id. */
const FIRST_VERSION_WITH_TOPIC_IDS = 10

export interface KnownCommits {
  /** The request without what does not exist, by names. */
  readonly accepted: OffsetCommitRequest
  /** The answer for what does not exist. */
  readonly refused: OffsetCommitResponse['topics']
}

/** Sorts out topics and partitions that do not exist: nobody could ever clean up their offsets. */
export const knownCommits = (request: OffsetCommitRequest, apiVersion: number, topics: TopicsView): KnownCommits => {
  const byId = apiVersion >= FIRST_VERSION_WITH_TOPIC_IDS
  const accepted: OffsetCommitRequest['topics'][number][] = []
  const refused: OffsetCommitResponse['topics'][number][] = []
  for (const topic of request.topics) {
    const name = byId ? topics.topicName(topic.topicId) : topic.name
    const exists = (partition: number): boolean => name !== undefined && topics.hasPartition(name, partition)
    const errorCode = byId && name === undefined ? Errors.UNKNOWN_TOPIC_ID.code : Errors.UNKNOWN_TOPIC_OR_PARTITION.code
    const known = topic.partitions.filter(({ partitionIndex }) => exists(partitionIndex))
    const unknown = topic.partitions.filter(({ partitionIndex }) => !exists(partitionIndex))
    if (known.length > 0 && name !== undefined) accepted.push({ ...topic, name, partitions: known })
    // A topic that is named without any partition is left out where it exists, and answered as it came where not.
    if (unknown.length > 0 || (topic.partitions.length === 0 && !exists(0))) {
      const partitions = unknown.map(({ partitionIndex }) => ({ partitionIndex, errorCode }))
      refused.push({ name: name ?? topic.name, topicId: topic.topicId, partitions })
    }
  }
  return { accepted: { ...request, topics: accepted }, refused }
}

type CommittedTopic = OffsetCommitResponse['topics'][number]
type CommittedPartition = CommittedTopic['partitions'][number]

/** One answer of what was refused here and what the group said; a topic appears once. */
export const mergeCommits = (
  refused: readonly CommittedTopic[],
  answered: OffsetCommitResponse,
): OffsetCommitResponse => {
  if (refused.length === 0) return answered
  const topics = mergeTopics<CommittedPartition, CommittedTopic>(
    [refused, answered.topics],
    ({ topicId, name }) => `${topicId} ${name}`,
  )
  return { ...answered, topics }
}

type DeletedTopic = OffsetDeleteResponse['topics'][number]

export interface KnownDeletes {
  readonly accepted: OffsetDeleteRequest
  readonly refused: readonly DeletedTopic[]
}

/** The same for OffsetDelete. */
export const knownDeletes = (request: OffsetDeleteRequest, topics: TopicsView): KnownDeletes => {
  const accepted: OffsetDeleteRequest['topics'][number][] = []
  const refused: DeletedTopic[] = []
  const errorCode = Errors.UNKNOWN_TOPIC_OR_PARTITION.code
  for (const topic of request.topics) {
    const known = topic.partitions.filter(({ partitionIndex }) => topics.hasPartition(topic.name, partitionIndex))
    const unknown = topic.partitions.filter(({ partitionIndex }) => !topics.hasPartition(topic.name, partitionIndex))
    if (known.length > 0) accepted.push({ name: topic.name, partitions: known })
    // A topic that is named without any partition is left out where it exists, and answered as it came where not.
    if (unknown.length > 0 || (topic.partitions.length === 0 && topics.topicId(topic.name) === undefined)) {
      const partitions = unknown.map(({ partitionIndex }) => ({ partitionIndex, errorCode }))
      refused.push({ name: topic.name, partitions })
    }
  }
  return { accepted: { ...request, topics: accepted }, refused }
}

export const mergeDeletes = (
  refused: readonly DeletedTopic[],
  answered: OffsetDeleteResponse,
): OffsetDeleteResponse => {
  if (refused.length === 0 || answered.errorCode !== Errors.NONE.code) return answered
  const topics = mergeTopics<DeletedTopic['partitions'][number], DeletedTopic>(
    [refused, answered.topics],
    ({ name }) => name,
  )
  return { ...answered, topics }
}
