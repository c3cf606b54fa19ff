/** What every kind of group can be asked, answered by kind: the compiler finds these places when a kind is added. */
import { consumerGroupTombstones } from '../consumer-group/consumer-group-records.ts'
import { shareGroupTombstones } from '../share-group/share-group-records.ts'
import type { ClassicGroup } from './classic-group.ts'
import { isConsumerGroup as isClassicConsumerGroup, isSubscribedToTopic } from './classic-group.ts'
import { groupTombstone } from './group-records.ts'
import type { Group, GroupRecord, GroupState, OffsetAndMetadata } from './group-types.ts'

/** The group as one of the classic kind, or undefined when there is none of that kind. */
export const classicGroupOf = (state: GroupState, groupId: string): ClassicGroup | undefined => {
  const group = state.groups.get(groupId)
  return group?.type === 'classic' ? group : undefined
}

/** As far as the log has committed it. */
export const committedStateOf = (group: Group): string => {
  switch (group.type) {
    case 'classic':
      return group.state
    case 'consumer':
      return group.committedState
    case 'share':
      return group.committedState
  }
}

export const protocolTypeOf = (group: Group): string => {
  switch (group.type) {
    case 'classic':
      return group.protocolType ?? ''
    case 'consumer':
      return 'consumer'
    case 'share':
      return 'share'
  }
}

/** Nobody is a member. */
export const isEmptyGroup = (group: Group): boolean => {
  switch (group.type) {
    case 'classic':
      return group.state === 'Empty'
    case 'consumer':
      return group.members.size === 0
    case 'share':
      return group.members.size === 0
  }
}

/** Everything that makes the log forget the group; its offsets are not part of it. */
export const groupTombstones = (group: Group): readonly GroupRecord[] => {
  switch (group.type) {
    case 'classic':
      return [groupTombstone(group.groupId)]
    case 'consumer':
      return consumerGroupTombstones(group)
    case 'share':
      return shareGroupTombstones(group)
  }
}

export const isGroupSubscribedToTopic = (group: Group, topic: string): boolean => {
  switch (group.type) {
    case 'classic':
      return isSubscribedToTopic(group, topic)
    case 'consumer':
      return group.isSubscribedToTopic(topic)
    case 'share':
      return group.topicSubscriptions.has(topic)
  }
}

/**
 * From when the retention of a commit counts. In a classic group: from the commit in a group without members of its
 * own (a simple group) and for topics that a stable group of consumers has left; from the last member's leaving in an
 * empty group; offsets of others stay. In a consumer group: from the commit.
 */
export const retentionStart = (group: Group): ((offset: OffsetAndMetadata) => number) | undefined => {
  switch (group.type) {
    case 'classic':
      return classicRetentionStart(group)
    case 'consumer':
      return ({ commitTimestampMs }) => commitTimestampMs
    case 'share':
      return undefined
  }
}

const classicRetentionStart = (group: ClassicGroup): ((offset: OffsetAndMetadata) => number) | undefined => {
  if (group.protocolType === null) return ({ commitTimestampMs }) => commitTimestampMs
  if (group.state === 'Empty') {
    return ({ commitTimestampMs }) => (group.stateTimestampMs === -1 ? commitTimestampMs : group.stateTimestampMs)
  }
  const knowsTopics = isClassicConsumerGroup(group) && group.subscribedTopics !== null
  return knowsTopics && group.state === 'Stable' ? ({ commitTimestampMs }) => commitTimestampMs : undefined
}
