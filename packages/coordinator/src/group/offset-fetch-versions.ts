import type { OffsetFetchRequest, OffsetFetchResponse } from '@milena/protocol/messages'
import { Errors, ZERO_UUID } from '@milena/protocol/messages'
import type { TopicsView } from './group-types.ts'
import type { FetchGroup, FetchedGroup, FetchedTopic } from './offset-fetch.ts'
import { fetchedPartitionError } from './offset-fetch.ts'

/** From v8 on a request asks for many groups, and each has its own error. */
const FIRST_BATCHED_VERSION = 8
const FIRST_VERSION_WITH_TOPIC_IDS = 10
/** v1 has no place for an error of the whole group: it stands at every partition. */
const FIRST_VERSION_WITH_GROUP_ERROR = 2

/** The groups that a request of any version asks for. */
export const requestedGroups = (request: OffsetFetchRequest, apiVersion: number): readonly FetchGroup[] => {
  if (apiVersion >= FIRST_BATCHED_VERSION) return request.groups
  const topics =
    request.topics?.map(({ name, partitionIndexes }) => ({ name, topicId: ZERO_UUID, partitionIndexes })) ?? null
  return [{ groupId: request.groupId, memberId: null, memberEpoch: -1, topics }]
}

/** The answer in the shape of the request's version. */
export const fetchResponse = (
  request: OffsetFetchRequest,
  groups: readonly FetchedGroup[],
  apiVersion: number,
): OffsetFetchResponse => {
  const [group] = groups
  if (apiVersion >= FIRST_BATCHED_VERSION || group === undefined) {
    return { throttleTimeMs: 0, topics: [], errorCode: Errors.NONE.code, groups }
  }
  const hasGroupError = group.errorCode !== Errors.NONE.code
  const topics =
    hasGroupError && apiVersion < FIRST_VERSION_WITH_GROUP_ERROR
      ? errorAtPartitions(request, group.errorCode)
      : group.topics.map(({ name, partitions }) => ({ name, partitions }))
  return { throttleTimeMs: 0, topics, errorCode: group.errorCode, groups: [] }
}

const errorAtPartitions = (request: OffsetFetchRequest, errorCode: number): OffsetFetchResponse['topics'] =>
  (request.topics ?? []).map(({ name, partitionIndexes }) => ({
    name,
    partitions: partitionIndexes.map((partition) => fetchedPartitionError(partition, errorCode)),
  }))

export interface NamedFetch {
  /** The request by names, without topics whose id is not known. */
  readonly accepted: FetchGroup
  readonly refused: readonly FetchedTopic[]
}

/** Since v10 topics are asked for by id; offsets are stored by name. */
export const namedFetch = (group: FetchGroup, apiVersion: number, topics: TopicsView): NamedFetch => {
  if (apiVersion < FIRST_VERSION_WITH_TOPIC_IDS || group.topics === null) return { accepted: group, refused: [] }
  const accepted: NonNullable<FetchGroup['topics']>[number][] = []
  const refused: FetchedTopic[] = []
  for (const topic of group.topics) {
    const name = topics.topicName(topic.topicId)
    if (name !== undefined) accepted.push({ ...topic, name })
    else {
      const error = Errors.UNKNOWN_TOPIC_ID.code
      const partitions = topic.partitionIndexes.map((partition) => fetchedPartitionError(partition, error))
      refused.push({ name: '', topicId: topic.topicId, partitions })
    }
  }
  return { accepted: { ...group, topics: accepted }, refused }
}

/** Puts ids into an answer of v10. A topic that has none is gone, and its offsets soon will be. */
export const withTopicIds = (group: FetchedGroup, apiVersion: number, view: TopicsView): FetchedGroup => {
  if (apiVersion < FIRST_VERSION_WITH_TOPIC_IDS) return group
  const topics: FetchedTopic[] = []
  for (const topic of group.topics) {
    const topicId = topic.topicId === ZERO_UUID ? view.topicId(topic.name) : topic.topicId
    if (topicId !== undefined) topics.push({ ...topic, topicId })
  }
  return { ...group, topics }
}
