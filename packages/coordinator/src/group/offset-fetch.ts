import type { OffsetFetchRequest, OffsetFetchResponse } from '@milena/protocol/messages'
import { Errors, ZERO_UUID } from '@milena/protocol/messages'
import { hasPendingTransactionalOffset } from './offsets.ts'
import type { GroupState, OffsetAndMetadata } from './group-types.ts'
import { validateOffsetFetch } from './validate-offsets.ts'

export type FetchGroup = OffsetFetchRequest['groups'][number]
export type FetchedGroup = OffsetFetchResponse['groups'][number]
export type FetchedTopic = FetchedGroup['topics'][number]
export type FetchedPartition = FetchedTopic['partitions'][number]

/** Which offsets a fetch may see. With RequireStable the newest, else those that the log has committed (KIP-447). */
export type OffsetView = 'newest' | 'committed'

/** OffsetFetch of one group; topics null asks for everything. Names only: ids are the service's. */
export const fetchOffsets = (state: GroupState, request: FetchGroup, view: OffsetView): FetchedGroup => {
  const { groupId } = request
  const group = view === 'newest' ? state.groups.get(groupId) : state.groups.getCommitted(groupId)
  const error = validateOffsetFetch(group, request, view)
  if (error !== Errors.NONE.code) return fetchError(groupId, error)
  const topics =
    request.topics === null
      ? allTopics(state, request.groupId, view)
      : request.topics.map(({ name, topicId, partitionIndexes }) => {
          const offsets = topicOffsets(state, request.groupId, name, view)
          const partitions = partitionIndexes.map((partition) =>
            fetched(
              state,
              { groupId: request.groupId, topic: name, partition },
              view,
              ofTopic(topicId, offsets(partition)),
            ),
          )
          return { name, topicId, partitions }
        })
  return { groupId: request.groupId, topics, errorCode: Errors.NONE.code }
}

export const fetchError = (groupId: string, errorCode: number): FetchedGroup => ({ groupId, topics: [], errorCode })

export const fetchedPartitionError = (partitionIndex: number, errorCode: number): FetchedPartition => ({
  partitionIndex,
  committedOffset: -1,
  committedLeaderEpoch: -1,
  metadata: '',
  errorCode,
})

const topicOffsets = (
  state: GroupState,
  groupId: string,
  topic: string,
  view: OffsetView,
): ((partition: number) => OffsetAndMetadata | undefined) => {
  if (view === 'newest') {
    const partitions = state.offsets.get(groupId)?.get(topic)
    return (partition) => partitions?.get(partition)
  }
  const partitions = state.offsets.getCommitted(groupId)?.getCommitted(topic)
  return (partition) => partitions?.getCommitted(partition)
}

/** An offset of a topic that was deleted and made again under the same name is none of the new topic's. */
const ofTopic = (topicId: string, offset: OffsetAndMetadata | undefined): OffsetAndMetadata | undefined => {
  const isOther =
    topicId !== ZERO_UUID && offset !== undefined && offset.topicId !== ZERO_UUID && offset.topicId !== topicId
  return isOther ? undefined : offset
}

const allTopics = (state: GroupState, groupId: string, view: OffsetView): FetchedTopic[] => {
  const newest = view === 'newest'
  const topics = newest ? state.offsets.get(groupId) : state.offsets.getCommitted(groupId)
  if (topics === undefined) return []
  return Array.from(newest ? topics.entries() : topics.committedEntries(), ([name, offsets]) => ({
    name,
    topicId: ZERO_UUID,
    partitions: Array.from(newest ? offsets.entries() : offsets.committedEntries(), ([partition, offset]) =>
      fetched(state, { groupId, topic: name, partition }, view, offset),
    ),
  }))
}

const fetched = (
  state: GroupState,
  place: { readonly groupId: string; readonly topic: string; readonly partition: number },
  view: OffsetView,
  offset: OffsetAndMetadata | undefined,
): FetchedPartition => {
  if (view === 'newest' && hasPendingTransactionalOffset(state, place)) {
    return fetchedPartitionError(place.partition, Errors.UNSTABLE_OFFSET_COMMIT.code)
  }
  if (offset === undefined) return fetchedPartitionError(place.partition, Errors.NONE.code)
  return {
    partitionIndex: place.partition,
    committedOffset: offset.committedOffset,
    committedLeaderEpoch: offset.leaderEpoch,
    metadata: offset.metadata,
    errorCode: Errors.NONE.code,
  }
}
