import type { DeleteShareGroupOffsetsRequest, DeleteShareGroupOffsetsResponse } from '@milena/protocol/messages'
import { Errors, ZERO_UUID } from '@milena/protocol/messages'
import type { GroupRecord, GroupRequestContext, GroupResult, GroupState } from '../group/group-types.ts'
import { answered } from '../runtime/coordinator-shard.ts'
import type { Refusal } from './share-group-lookup.ts'
import { isRefusal, refusal, shareGroupOf } from './share-group-lookup.ts'
import { statePartitionsRecord } from './share-group-records.ts'
import { NO_STATE_PARTITIONS, rangeOfPartitions, unitePartitions, withoutTopics } from './state-partitions.ts'

export interface TopicStates {
  readonly topicId: string
  readonly partitions: readonly number[]
}

/** A share group that is to be deleted: what the share coordinator must drop first, or why it may not be deleted. */
export interface ShareGroupDeletion {
  readonly groupId: string
  readonly errorCode: number
  readonly topics: readonly TopicStates[]
}

/**
 * The first half of deleting share groups: the log learns that their state is being dropped. The groups themselves go
 * when that is done. Groups that are not there or of another kind are left out.
 */
export const beginShareGroupDeletion = (
  state: GroupState,
  groupIds: readonly string[],
  { environment }: GroupRequestContext,
): GroupResult<readonly ShareGroupDeletion[]> => {
  const records: GroupRecord[] = []
  const value = groupIds.flatMap((groupId): ShareGroupDeletion[] => {
    const group = shareGroupOf(state, groupId)
    if (isRefusal(group)) return []
    if (group.members.size > 0) return [{ groupId, errorCode: Errors.NON_EMPTY_GROUP.code, topics: [] }]
    if (!group.hasStatePartitions) return []
    const { initializing, initialized, deleting } = group.statePartitions
    const retried = new Map(
      Array.from(deleting.keys()).flatMap((topicId) => {
        const name = environment.topics.topicName(topicId)
        if (name === undefined) return []
        return [[topicId, { name, partitions: rangeOfPartitions(environment.topics.partitionCount(name)) }] as const]
      }),
    )
    const doomed = unitePartitions(unitePartitions(initialized, initializing), retried)
    const names = new Map(Array.from(doomed, ([topicId, { name }]) => [topicId, name]))
    records.push(statePartitionsRecord(groupId, { ...NO_STATE_PARTITIONS, deleting: names }))
    const topics = Array.from(doomed, ([topicId, { partitions }]) => ({ topicId, partitions: [...partitions] }))
    return [{ groupId, errorCode: Errors.NONE.code, topics }]
  })
  return { records, changes: [], effects: [], answer: { kind: 'now', value } }
}

type DeletedTopic = DeleteShareGroupOffsetsResponse['responses'][number]

export interface OffsetsDeletion {
  /** What the share coordinator must drop. */
  readonly topics: readonly TopicStates[]
  /** Of those for which there is nothing to drop. */
  readonly refused: readonly DeletedTopic[]
}

/** DeleteShareGroupOffsets, its first half: topics of an empty group are marked, and then no longer assigned. */
export const beginOffsetsDeletion = (
  state: GroupState,
  { groupId, topics }: DeleteShareGroupOffsetsRequest,
  { environment }: GroupRequestContext,
): GroupResult<OffsetsDeletion | Refusal> => {
  const group = shareGroupOf(state, groupId)
  if (isRefusal(group)) return answered(group)
  if (group.members.size > 0) return answered(refusal(Errors.NON_EMPTY_GROUP))
  if (!group.hasStatePartitions) return answered({ topics: [], refused: [] })
  const { initializing, initialized, deleting } = group.statePartitions
  const left = new Map(initialized)
  const marked = new Map(deleting)
  // A topic that is named twice is dropped once, with all that is known of it.
  const doomed = new Map<string, Set<number>>()
  const doom = (topicId: string, partitions: Iterable<number>): void => {
    const own = doomed.get(topicId) ?? new Set()
    doomed.set(topicId, own)
    for (const partition of partitions) own.add(partition)
  }
  const refused: DeletedTopic[] = []
  for (const { topicName } of topics) {
    const topicId = environment.topics.topicId(topicName)
    const known = topicId === undefined ? undefined : left.get(topicId)
    if (topicId === undefined) {
      refused.push(unknownTopic(topicName, Errors.UNKNOWN_TOPIC_OR_PARTITION.message))
    } else if (known !== undefined) {
      doom(topicId, known.partitions)
      left.delete(topicId)
      marked.set(topicId, topicName)
    } else if (marked.has(topicId)) {
      doom(topicId, rangeOfPartitions(environment.topics.partitionCount(topicName)))
    } else refused.push(unknownTopic(topicName, 'There is no offset to delete.'))
  }
  const dropped = Array.from(doomed, ([topicId, partitions]) => ({ topicId, partitions: [...partitions] }))
  return {
    records: [statePartitionsRecord(groupId, { initializing, initialized: left, deleting: marked })],
    changes: [],
    effects: [],
    answer: { kind: 'now', value: { topics: dropped, refused } },
  }
}

const unknownTopic = (topicName: string, errorMessage: string): DeletedTopic => ({
  topicName,
  topicId: ZERO_UUID,
  errorCode: Errors.UNKNOWN_TOPIC_OR_PARTITION.code,
  errorMessage,
})

export interface OffsetsDeletionEnd {
  readonly groupId: string
  readonly topicIds: ReadonlySet<string>
}

/** The second half: the share coordinator has dropped the state of these topics. */
export const completeOffsetsDeletion = (
  state: GroupState,
  { groupId, topicIds }: OffsetsDeletionEnd,
): GroupResult<void> => {
  const group = shareGroupOf(state, groupId)
  if (isRefusal(group) || !group.hasStatePartitions) return answered(undefined)
  const { statePartitions } = group
  const deleting = withoutTopics(statePartitions.deleting, topicIds)
  return {
    records: [statePartitionsRecord(groupId, { ...statePartitions, deleting })],
    changes: [],
    effects: [],
    answer: { kind: 'now', value: undefined },
  }
}

/** Topics are gone: the share coordinator drops their state by itself, and the groups forget about it. */
export const forgetDeletedTopics = (state: GroupState, topicIds: ReadonlySet<string>): GroupResult<void> => {
  const records: GroupRecord[] = []
  for (const group of state.groups.values()) {
    if (group.type !== 'share') continue
    const { initializing, initialized, deleting } = group.statePartitions
    const isConcerned = [initializing, initialized, deleting].some((topics) =>
      [...topics.keys()].some((topicId) => topicIds.has(topicId)),
    )
    if (!isConcerned) continue
    records.push(
      statePartitionsRecord(group.groupId, {
        initializing: withoutTopics(initializing, topicIds),
        initialized: withoutTopics(initialized, topicIds),
        deleting: withoutTopics(deleting, topicIds),
      }),
    )
  }
  return { records, changes: [], effects: [], divisible: true, answer: { kind: 'now', value: undefined } }
}
