import type { GroupRecord } from '../group/group-types.ts'
import type { ConsumerGroup } from './consumer-group.ts'
import type { AssignedPartitions, ConsumerGroupMember, PartitionsByTopic } from './consumer-group-member.ts'
import { memberStates } from './consumer-group-member.ts'

const VERSION = 0

export interface MemberPlace {
  readonly groupId: string
  readonly memberId: string
}

export const groupEpochRecord = (groupId: string, epoch: number, metadataHash: bigint): GroupRecord => ({
  type: 'ConsumerGroupMetadata',
  key: { groupId },
  value: { epoch, metadataHash },
  version: VERSION,
})

/** What the member said of itself. */
export const memberMetadataRecord = (groupId: string, member: ConsumerGroupMember): GroupRecord => ({
  type: 'ConsumerGroupMemberMetadata',
  key: { groupId, memberId: member.memberId },
  value: {
    instanceId: member.instanceId,
    rackId: member.rackId,
    clientId: member.clientId,
    clientHost: member.clientHost,
    subscribedTopicNames: member.subscribedTopicNames,
    subscribedTopicRegex: member.subscribedTopicRegex,
    rebalanceTimeoutMs: member.rebalanceTimeoutMs,
    serverAssignor: member.serverAssignor,
    classicMemberMetadata: member.classicMetadata,
  },
  version: VERSION,
})

export const memberMetadataTombstone = (key: MemberPlace): GroupRecord => ({
  type: 'ConsumerGroupMemberMetadata',
  key,
  value: null,
  version: VERSION,
})

export const targetAssignmentRecord = (key: MemberPlace, partitions: PartitionsByTopic): GroupRecord => ({
  type: 'ConsumerGroupTargetAssignmentMember',
  key,
  value: {
    topicPartitions: Array.from(partitions, ([topicId, assigned]) => ({ topicId, partitions: [...assigned] })),
  },
  version: VERSION,
})

export const targetAssignmentTombstone = (key: MemberPlace): GroupRecord => ({
  type: 'ConsumerGroupTargetAssignmentMember',
  key,
  value: null,
  version: VERSION,
})

export const targetAssignmentEpochRecord = (
  groupId: string,
  assignmentEpoch: number,
  assignmentTimestamp: number,
): GroupRecord => ({
  type: 'ConsumerGroupTargetAssignmentMetadata',
  key: { groupId },
  value: { assignmentEpoch, assignmentTimestamp },
  version: VERSION,
})

/** What the member holds, and where it stands in the rebalance. */
export const currentAssignmentRecord = (groupId: string, member: ConsumerGroupMember): GroupRecord => ({
  type: 'ConsumerGroupCurrentMemberAssignment',
  key: { groupId, memberId: member.memberId },
  value: {
    memberEpoch: member.memberEpoch,
    previousMemberEpoch: member.previousMemberEpoch,
    state: memberStates[member.state],
    assignedPartitions: writtenPartitions(member.assigned),
    partitionsPendingRevocation: writtenPartitions(member.pendingRevocation),
  },
  version: VERSION,
})

export const currentAssignmentTombstone = (key: MemberPlace): GroupRecord => ({
  type: 'ConsumerGroupCurrentMemberAssignment',
  key,
  value: null,
  version: VERSION,
})

export const regexRecord = (
  groupId: string,
  regularExpression: string,
  resolved: { readonly topics: ReadonlySet<string>; readonly version: number; readonly timestampMs: number },
): GroupRecord => ({
  type: 'ConsumerGroupRegularExpression',
  key: { groupId, regularExpression },
  value: { topics: [...resolved.topics].sort(), version: resolved.version, timestamp: resolved.timestampMs },
  version: VERSION,
})

export const regexTombstone = (groupId: string, regularExpression: string): GroupRecord => ({
  type: 'ConsumerGroupRegularExpression',
  key: { groupId, regularExpression },
  value: null,
  version: VERSION,
})

/** Takes one member out. */
export const memberTombstones = (place: MemberPlace): readonly GroupRecord[] => [
  currentAssignmentTombstone(place),
  targetAssignmentTombstone(place),
  memberMetadataTombstone(place),
]

/** Takes the group out with all that belongs to it; its own record comes last. */
export const consumerGroupTombstones = (group: ConsumerGroup): readonly GroupRecord[] => {
  const { groupId } = group
  const places = Array.from(group.members.keys(), (memberId) => ({ groupId, memberId }))
  return [
    ...places.map(currentAssignmentTombstone),
    ...places.map(targetAssignmentTombstone),
    { type: 'ConsumerGroupTargetAssignmentMetadata', key: { groupId }, value: null, version: VERSION },
    ...places.map(memberMetadataTombstone),
    ...Array.from(group.resolvedRegexes.keys(), (regex) => regexTombstone(groupId, regex)),
    { type: 'ConsumerGroupPartitionMetadata', key: { groupId }, value: null, version: VERSION },
    { type: 'ConsumerGroupMetadata', key: { groupId }, value: null, version: VERSION },
  ]
}

/** The epochs stand beside the partitions, in the same order. */
const writtenPartitions = (
  partitions: AssignedPartitions,
): { topicId: string; partitions: number[]; assignmentEpochs: number[] }[] =>
  Array.from(partitions, ([topicId, assigned]) => ({
    topicId,
    partitions: [...assigned.keys()],
    assignmentEpochs: [...assigned.values()],
  }))
