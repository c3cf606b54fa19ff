import type { GroupState } from '../group/group-types.ts'
import { ShareGroup } from './share-group.ts'
import type { PartitionsByTopic, ShareGroupMember } from './share-group-member.ts'
import { NO_PARTITIONS, newShareGroupMember } from './share-group-member.ts'
import type { ShareGroupRecord, ShareInitializationBegun } from './share-group-types.ts'
import { readStatePartitions } from './state-partitions.ts'

/** Puts a record of a share group into the state. */
export const replayShareGroupRecord = (state: GroupState, record: ShareGroupRecord): void => {
  const { groupId } = record.key
  if (record.value === null) {
    const group = state.groups.get(groupId)
    if (group?.type === 'share') replayTombstone(state, group, record)
    return
  }
  const group = groupToReplay(state, groupId)
  switch (record.type) {
    case 'ShareGroupMetadata':
      group.setHeader({ groupEpoch: record.value.epoch, metadataHash: record.value.metadataHash })
      break
    case 'ShareGroupMemberMetadata': {
      const { rackId, clientId, clientHost, subscribedTopicNames } = record.value
      group.setMember({
        ...memberToReplay(group, record.key.memberId),
        rackId,
        clientId,
        clientHost,
        subscribedTopicNames: [...subscribedTopicNames].sort(),
      })
      break
    }
    case 'ShareGroupTargetAssignmentMetadata':
      group.setHeader({
        assignmentEpoch: record.value.assignmentEpoch,
        assignmentTimestampMs: record.value.assignmentTimestamp,
      })
      break
    case 'ShareGroupTargetAssignmentMember':
      group.targetAssignment.set(record.key.memberId, readPartitions(record.value.topicPartitions))
      break
    case 'ShareGroupCurrentMemberAssignment': {
      const { memberEpoch, previousMemberEpoch, assignedPartitions } = record.value
      const assigned = readPartitions(assignedPartitions)
      group.setMember({ ...memberToReplay(group, record.key.memberId), memberEpoch, previousMemberEpoch, assigned })
      break
    }
    case 'ShareGroupStatePartitionMetadata':
      group.setStatePartitions(readStatePartitions(record.value))
      break
  }
}

/** Soft state: the share coordinator was asked, and need not be asked again for a while. */
export const applyInitializationBegun = (state: GroupState, change: ShareInitializationBegun): void => {
  const group = state.groups.get(change.groupId)
  if (group?.type !== 'share') return
  for (const topicId of change.topicIds) group.initializationsBegunMs.set(topicId, change.atMs)
}

/** A tombstone may be all that compaction left of a group: then there is nothing to do. */
const replayTombstone = (state: GroupState, group: ShareGroup, record: ShareGroupRecord): void => {
  switch (record.type) {
    case 'ShareGroupMetadata':
      state.groups.delete(group.groupId)
      break
    case 'ShareGroupMemberMetadata':
      group.removeMember(record.key.memberId)
      break
    case 'ShareGroupTargetAssignmentMetadata':
      group.setHeader({ assignmentEpoch: -1, assignmentTimestampMs: 0 })
      break
    case 'ShareGroupTargetAssignmentMember':
      group.targetAssignment.delete(record.key.memberId)
      break
    case 'ShareGroupCurrentMemberAssignment':
      forgetAssignment(group, record.key.memberId)
      break
    case 'ShareGroupStatePartitionMetadata':
      group.setStatePartitions(undefined)
      break
  }
}

const groupToReplay = (state: GroupState, groupId: string): ShareGroup => {
  const existing = state.groups.get(groupId)
  if (existing?.type === 'share') return existing
  const group = new ShareGroup(groupId, state.clock)
  state.groups.set(groupId, group)
  return group
}

const memberToReplay = (group: ShareGroup, memberId: string): ShareGroupMember =>
  group.members.get(memberId) ?? newShareGroupMember(memberId)

const forgetAssignment = (group: ShareGroup, memberId: string): void => {
  const member = group.members.get(memberId)
  if (member === undefined) return
  group.setMember({ ...member, memberEpoch: -1, previousMemberEpoch: -1, assigned: NO_PARTITIONS })
}

const readPartitions = (
  topics: readonly { readonly topicId: string; readonly partitions: readonly number[] }[],
): PartitionsByTopic => new Map(topics.map(({ topicId, partitions }) => [topicId, new Set(partitions)]))
