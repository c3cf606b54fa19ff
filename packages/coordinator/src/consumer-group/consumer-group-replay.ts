import type {
  ConsumerGroupCurrentMemberAssignmentValue,
  ConsumerGroupMemberMetadataValue,
} from '@milena/protocol/messages'
import type { GroupState } from '../group/group-types.ts'
import { ConsumerGroup } from './consumer-group.ts'
import type { AssignedPartitions, ConsumerGroupMember, MemberStateName } from './consumer-group-member.ts'
import { NO_PARTITIONS, memberStates, newConsumerGroupMember } from './consumer-group-member.ts'
import type { ConsumerGroupRecord } from './consumer-group-types.ts'

/** Puts a record of a consumer group into the state. */
export const replayConsumerGroupRecord = (state: GroupState, record: ConsumerGroupRecord): void => {
  const { groupId } = record.key
  if (record.value === null) {
    const group = state.groups.get(groupId)
    if (group?.type === 'consumer') replayTombstone(state, group, record)
    return
  }
  const group = groupToReplay(state, groupId)
  switch (record.type) {
    case 'ConsumerGroupMetadata':
      group.setHeader({ groupEpoch: record.value.epoch, metadataHash: record.value.metadataHash })
      break
    case 'ConsumerGroupMemberMetadata':
      group.setMember(withMetadata(memberToReplay(group, record.key.memberId), record.value))
      break
    case 'ConsumerGroupTargetAssignmentMetadata':
      group.setHeader({
        assignmentEpoch: record.value.assignmentEpoch,
        assignmentTimestampMs: record.value.assignmentTimestamp,
      })
      break
    case 'ConsumerGroupTargetAssignmentMember': {
      const topics = record.value.topicPartitions
      const target = new Map(topics.map(({ topicId, partitions }) => [topicId, new Set(partitions)]))
      group.targetAssignment.set(record.key.memberId, target)
      break
    }
    case 'ConsumerGroupCurrentMemberAssignment':
      group.setMember(withAssignment(memberToReplay(group, record.key.memberId), record.value))
      break
    case 'ConsumerGroupRegularExpression': {
      const { topics, version, timestamp } = record.value
      group.setResolvedRegex(record.key.regularExpression, {
        topics: new Set(topics),
        version,
        timestampMs: timestamp,
      })
      break
    }
  }
}

/** A tombstone may be all that compaction left of a group: then there is nothing to do. */
const replayTombstone = (state: GroupState, group: ConsumerGroup, record: ConsumerGroupRecord): void => {
  switch (record.type) {
    case 'ConsumerGroupMetadata':
      state.groups.delete(group.groupId)
      break
    case 'ConsumerGroupMemberMetadata':
      group.removeMember(record.key.memberId)
      break
    case 'ConsumerGroupTargetAssignmentMetadata':
      group.setHeader({ assignmentEpoch: -1, assignmentTimestampMs: 0 })
      break
    case 'ConsumerGroupTargetAssignmentMember':
      group.targetAssignment.delete(record.key.memberId)
      break
    case 'ConsumerGroupCurrentMemberAssignment':
      forgetAssignment(group, record.key.memberId)
      break
    case 'ConsumerGroupRegularExpression':
      group.removeResolvedRegex(record.key.regularExpression)
      break
    case 'ConsumerGroupPartitionMetadata':
      break
  }
}

/** A commit may have made a simple group of this id before the consumer group's own records come. */
const groupToReplay = (state: GroupState, groupId: string): ConsumerGroup => {
  const existing = state.groups.get(groupId)
  if (existing?.type === 'consumer') return existing
  const group = new ConsumerGroup({ groupId, clock: state.clock, subscribers: state.subscribers })
  state.groups.set(groupId, group)
  return group
}

const memberToReplay = (group: ConsumerGroup, memberId: string): ConsumerGroupMember =>
  group.members.get(memberId) ?? { ...newConsumerGroupMember(memberId), memberEpoch: -1 }

const forgetAssignment = (group: ConsumerGroup, memberId: string): void => {
  const member = group.members.get(memberId)
  if (member === undefined) return
  group.setMember({
    ...member,
    state: 'STABLE',
    memberEpoch: -1,
    previousMemberEpoch: -1,
    assigned: NO_PARTITIONS,
    pendingRevocation: NO_PARTITIONS,
  })
}

const withMetadata = (member: ConsumerGroupMember, value: ConsumerGroupMemberMetadataValue): ConsumerGroupMember => ({
  ...member,
  instanceId: value.instanceId,
  rackId: value.rackId,
  clientId: value.clientId,
  clientHost: value.clientHost,
  subscribedTopicNames: [...value.subscribedTopicNames].sort(),
  subscribedTopicRegex: value.subscribedTopicRegex,
  rebalanceTimeoutMs: value.rebalanceTimeoutMs,
  serverAssignor: value.serverAssignor,
  classicMetadata: value.classicMemberMetadata,
})

const withAssignment = (
  member: ConsumerGroupMember,
  value: ConsumerGroupCurrentMemberAssignmentValue,
): ConsumerGroupMember => ({
  ...member,
  state: stateNameOf(value.state),
  memberEpoch: value.memberEpoch,
  previousMemberEpoch: value.previousMemberEpoch,
  assigned: partitionsOf(value.assignedPartitions, value.memberEpoch),
  pendingRevocation: partitionsOf(value.partitionsPendingRevocation, value.memberEpoch),
})

const stateNameOf = (code: number): MemberStateName => {
  switch (code) {
    case memberStates.STABLE:
      return 'STABLE'
    case memberStates.UNREVOKED_PARTITIONS:
      return 'UNREVOKED_PARTITIONS'
    case memberStates.UNRELEASED_PARTITIONS:
      return 'UNRELEASED_PARTITIONS'
    default:
      return 'UNKNOWN'
  }
}

type WrittenPartitions = ConsumerGroupCurrentMemberAssignmentValue['assignedPartitions']

/** Older brokers wrote no epochs with the partitions: those of the member stand in for them. */
const partitionsOf = (topics: WrittenPartitions, memberEpoch: number): AssignedPartitions =>
  new Map(
    topics.map(({ topicId, partitions, assignmentEpochs }) => [
      topicId,
      new Map(partitions.map((partition, index) => [partition, assignmentEpochs?.[index] ?? memberEpoch])),
    ]),
  )
