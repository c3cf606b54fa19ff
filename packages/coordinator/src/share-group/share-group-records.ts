import type { ShareGroup } from './share-group.ts'
import type { PartitionsByTopic, ShareGroupMember } from './share-group-member.ts'
import type { ShareGroupRecord } from './share-group-types.ts'
import type { StatePartitions } from './state-partitions.ts'
import { writtenStatePartitions } from './state-partitions.ts'

const VERSION = 0
/** Kafka's `MemberState.STABLE`; share groups know no other. */
const STABLE = 0

interface MemberPlace {
  readonly groupId: string
  readonly memberId: string
}

export const shareGroupEpochRecord = (groupId: string, epoch: number, metadataHash: bigint): ShareGroupRecord => ({
  type: 'ShareGroupMetadata',
  key: { groupId },
  value: { epoch, metadataHash },
  version: VERSION,
})

/** What the member said of itself. */
export const shareMemberRecord = (groupId: string, member: ShareGroupMember): ShareGroupRecord => ({
  type: 'ShareGroupMemberMetadata',
  key: { groupId, memberId: member.memberId },
  value: {
    rackId: member.rackId,
    clientId: member.clientId,
    clientHost: member.clientHost,
    subscribedTopicNames: [...member.subscribedTopicNames],
  },
  version: VERSION,
})

export const shareTargetRecord = (key: MemberPlace, partitions: PartitionsByTopic): ShareGroupRecord => ({
  type: 'ShareGroupTargetAssignmentMember',
  key,
  value: { topicPartitions: writtenPartitions(partitions) },
  version: VERSION,
})

export const shareTargetEpochRecord = (
  groupId: string,
  assignmentEpoch: number,
  assignmentTimestamp: number,
): ShareGroupRecord => ({
  type: 'ShareGroupTargetAssignmentMetadata',
  key: { groupId },
  value: { assignmentEpoch, assignmentTimestamp },
  version: VERSION,
})

/** What the member was given, and in which epoch. */
export const shareAssignmentRecord = (groupId: string, member: ShareGroupMember): ShareGroupRecord => ({
  type: 'ShareGroupCurrentMemberAssignment',
  key: { groupId, memberId: member.memberId },
  value: {
    memberEpoch: member.memberEpoch,
    previousMemberEpoch: member.previousMemberEpoch,
    state: STABLE,
    assignedPartitions: writtenPartitions(member.assigned),
  },
  version: VERSION,
})

export const statePartitionsRecord = (groupId: string, partitions: StatePartitions): ShareGroupRecord => ({
  type: 'ShareGroupStatePartitionMetadata',
  key: { groupId },
  value: writtenStatePartitions(partitions),
  version: VERSION,
})

type MemberRecordType =
  | 'ShareGroupCurrentMemberAssignment'
  | 'ShareGroupMemberMetadata'
  | 'ShareGroupTargetAssignmentMember'

const memberTombstone = (type: MemberRecordType, key: MemberPlace): ShareGroupRecord => ({
  type,
  key,
  value: null,
  version: VERSION,
})

/** Takes one member out. */
export const shareMemberTombstones = (place: MemberPlace): readonly ShareGroupRecord[] => [
  memberTombstone('ShareGroupCurrentMemberAssignment', place),
  memberTombstone('ShareGroupTargetAssignmentMember', place),
  memberTombstone('ShareGroupMemberMetadata', place),
]

/** Takes the group out with all that belongs to it; its own record comes last. */
export const shareGroupTombstones = ({ groupId, members }: ShareGroup): readonly ShareGroupRecord[] => {
  const places = Array.from(members.keys(), (memberId) => ({ groupId, memberId }))
  return [
    ...places.map((place) => memberTombstone('ShareGroupCurrentMemberAssignment', place)),
    ...places.map((place) => memberTombstone('ShareGroupTargetAssignmentMember', place)),
    { type: 'ShareGroupTargetAssignmentMetadata', key: { groupId }, value: null, version: VERSION },
    ...places.map((place) => memberTombstone('ShareGroupMemberMetadata', place)),
    { type: 'ShareGroupStatePartitionMetadata', key: { groupId }, value: null, version: VERSION },
    { type: 'ShareGroupMetadata', key: { groupId }, value: null, version: VERSION },
  ]
}

export const writtenPartitions = (partitions: PartitionsByTopic): { topicId: string; partitions: number[] }[] =>
  Array.from(partitions, ([topicId, assigned]) => ({ topicId, partitions: [...assigned] }))
