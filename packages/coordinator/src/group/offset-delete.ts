import type { OffsetDeleteRequest, OffsetDeleteResponse } from '@milena/protocol/messages'
import { Errors } from '@milena/protocol/messages'
import { answered } from '../runtime/coordinator-shard.ts'
import { isConsumerGroup } from './classic-group.ts'
import { isGroupSubscribedToTopic } from './group-kinds.ts'
import { offsetTombstone } from './group-records.ts'
import { offsetOf } from './offsets.ts'
import type { Group, GroupRecord, GroupResult, GroupState } from './group-types.ts'

/** OffsetDelete (KIP-496): forgets offsets of topics that the group is not subscribed to. */
export const deleteOffsets = (state: GroupState, request: OffsetDeleteRequest): GroupResult<OffsetDeleteResponse> => {
  const group = state.groups.get(request.groupId)
  if (group === undefined || group.type === 'share') {
    return answered(deleteOffsetsError(Errors.GROUP_ID_NOT_FOUND.code))
  }
  // What members of another protocol type consume cannot be known.
  if (group.type === 'classic' && group.state !== 'Empty' && !isConsumerGroup(group))
    return answered(deleteOffsetsError(Errors.NON_EMPTY_GROUP.code))
  const records: GroupRecord[] = []
  const topics = request.topics.map((topic) => deleteOfTopic(state, group, topic, records))
  const value = { errorCode: Errors.NONE.code, throttleTimeMs: 0, topics }
  return { records, changes: [], effects: [], answer: { kind: 'now', value } }
}

export const deleteOffsetsError = (errorCode: number): OffsetDeleteResponse => ({
  errorCode,
  throttleTimeMs: 0,
  topics: [],
})

const deleteOfTopic = (
  state: GroupState,
  group: Group,
  topic: OffsetDeleteRequest['topics'][number],
  records: GroupRecord[],
): OffsetDeleteResponse['topics'][number] => {
  const isSubscribed = isGroupSubscribedToTopic(group, topic.name)
  const errorCode = isSubscribed ? Errors.GROUP_SUBSCRIBED_TO_TOPIC.code : Errors.NONE.code
  const partitions = topic.partitions.map(({ partitionIndex }) => {
    const place = { groupId: group.groupId, topic: topic.name, partition: partitionIndex }
    const isKnown = offsetOf(state, place) !== undefined || state.pending.has(place)
    if (!isSubscribed && isKnown) records.push(offsetTombstone(place))
    return { partitionIndex, errorCode }
  })
  return { name: topic.name, partitions }
}
