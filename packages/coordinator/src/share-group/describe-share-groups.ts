import type { ShareGroupDescribeResponse } from '@milena/protocol/messages'
import { Errors } from '@milena/protocol/messages'
import type { GroupRequestContext, GroupState, TopicsView } from '../group/group-types.ts'
import type { ShareGroup } from './share-group.ts'
import { committedShareGroupOf, isRefusal } from './share-group-lookup.ts'
import type { ShareGroupMember } from './share-group-member.ts'

export type DescribedShareGroup = ShareGroupDescribeResponse['groups'][number]
type DescribedMember = DescribedShareGroup['members'][number]

/** Says that the authorized operations were not asked for (KIP-430). */
const NO_AUTHORIZED_OPERATIONS = -2_147_483_648

export const ASSIGNOR_NAME = 'simple'

/** ShareGroupDescribe, for the groups of one partition, as far as the log has committed them. */
export const describeShareGroups = (
  state: GroupState,
  groupIds: readonly string[],
  { environment }: GroupRequestContext,
): readonly DescribedShareGroup[] =>
  groupIds.map((groupId) => {
    const group = committedShareGroupOf(state, groupId)
    if (isRefusal(group)) return describeShareGroupError(groupId, group.error.code, group.message)
    return describe(group, environment.topics)
  })

export const describeShareGroupError = (
  groupId: string,
  errorCode: number,
  errorMessage: string | null = null,
): DescribedShareGroup => ({
  errorCode,
  errorMessage,
  groupId,
  groupState: '',
  groupEpoch: 0,
  assignmentEpoch: 0,
  assignorName: '',
  members: [],
  authorizedOperations: NO_AUTHORIZED_OPERATIONS,
})

const describe = (group: ShareGroup, topics: TopicsView): DescribedShareGroup => ({
  ...describeShareGroupError(group.groupId, Errors.NONE.code),
  groupState: group.committedState,
  groupEpoch: group.committedHeader.groupEpoch,
  assignmentEpoch: group.committedHeader.assignmentEpoch,
  assignorName: ASSIGNOR_NAME,
  members: Array.from(group.committedMembers(), (member) => describeMember(member, topics)),
})

const describeMember = (member: ShareGroupMember, topics: TopicsView): DescribedMember => ({
  memberId: member.memberId,
  rackId: member.rackId,
  memberEpoch: member.memberEpoch,
  clientId: member.clientId,
  clientHost: member.clientHost,
  subscribedTopicNames: [...member.subscribedTopicNames],
  assignment: {
    topicPartitions: Array.from(member.assigned).flatMap(([topicId, partitions]) => {
      const topicName = topics.topicName(topicId)
      return topicName === undefined ? [] : [{ topicId, topicName, partitions: [...partitions] }]
    }),
  },
})

/** The partitions of a group that have a state, by topic id; none when there is no such group. */
export const initializedPartitions = (
  state: GroupState,
  groupId: string,
): readonly { readonly topicId: string; readonly partitions: readonly number[] }[] => {
  const group = committedShareGroupOf(state, groupId)
  if (isRefusal(group)) return []
  return Array.from(group.committedStatePartitions.initialized, ([topicId, { partitions }]) => ({
    topicId,
    partitions: [...partitions],
  }))
}
