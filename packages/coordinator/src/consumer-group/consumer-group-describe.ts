import type { ConsumerGroupDescribeResponse } from '@milena/protocol/messages'
import { Errors } from '@milena/protocol/messages'
import type { GroupRequestContext, GroupState, TopicsView } from '../group/group-types.ts'
import { DEFAULT_ASSIGNOR } from './assignor/assignors.ts'
import type { ConsumerGroup } from './consumer-group.ts'
import type { ConsumerGroupMember, PartitionsByTopic } from './consumer-group-member.ts'
import { NO_PARTITIONS, usesClassicProtocol } from './consumer-group-member.ts'
import { inHashOrder, preferredAssignor } from './preferred-assignor.ts'

export type DescribedConsumerGroup = ConsumerGroupDescribeResponse['groups'][number]
type DescribedMember = DescribedConsumerGroup['members'][number]
type DescribedTopics = DescribedMember['assignment']['topicPartitions']

/** Says that the authorized operations were not asked for (KIP-430). */
const NO_AUTHORIZED_OPERATIONS = -2_147_483_648

/** ConsumerGroupDescribe, for the groups of one partition, as far as the log has committed them. */
export const describeConsumerGroups = (
  state: GroupState,
  groupIds: readonly string[],
  { environment }: GroupRequestContext,
): readonly DescribedConsumerGroup[] =>
  groupIds.map((groupId) => {
    const group = state.groups.getCommitted(groupId)
    if (group?.type === 'consumer') {
      return described(group, environment.topics, environment.config.consumerGroup.assignors[0])
    }
    const message = group === undefined ? `Group ${groupId} not found.` : `Group ${groupId} is not a consumer group.`
    return describeConsumerGroupError(groupId, Errors.GROUP_ID_NOT_FOUND.code, message)
  })

export const describeConsumerGroupError = (
  groupId: string,
  errorCode: number,
  errorMessage: string | null = null,
): DescribedConsumerGroup => ({
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

const described = (
  group: ConsumerGroup,
  topics: TopicsView,
  defaultAssignor = DEFAULT_ASSIGNOR,
): DescribedConsumerGroup => {
  const members = [...group.committedMembers()]
  const { groupEpoch, assignmentEpoch } = group.committedHeader
  return {
    ...describeConsumerGroupError(group.groupId, Errors.NONE.code),
    groupState: group.committedState,
    groupEpoch,
    assignmentEpoch,
    assignorName: preferredAssignor(inHashOrder(votesOf(members))) ?? defaultAssignor,
    members: members.map((member) => {
      const target = group.targetAssignment.getCommitted(member.memberId) ?? NO_PARTITIONS
      return describedMember(member, target, topics)
    }),
  }
}

const votesOf = (members: readonly ConsumerGroupMember[]): ReadonlyMap<string, number> => {
  const votes = new Map<string, number>()
  for (const { serverAssignor } of members) {
    if (serverAssignor !== null) votes.set(serverAssignor, (votes.get(serverAssignor) ?? 0) + 1)
  }
  return votes
}

const describedMember = (
  member: ConsumerGroupMember,
  target: PartitionsByTopic,
  topics: TopicsView,
): DescribedMember => ({
  memberId: member.memberId,
  instanceId: member.instanceId,
  rackId: member.rackId,
  memberEpoch: member.memberEpoch,
  clientId: member.clientId,
  clientHost: member.clientHost,
  subscribedTopicNames: member.subscribedTopicNames,
  subscribedTopicRegex: member.subscribedTopicRegex,
  // What the member has not yet said it gave up, it may still hold.
  assignment: { topicPartitions: describedTopics([member.assigned, member.pendingRevocation], topics) },
  targetAssignment: { topicPartitions: describedTopics([target], topics) },
  memberType: usesClassicProtocol(member) ? 0 : 1,
})

const describedTopics = (
  sources: readonly ReadonlyMap<string, { keys(): Iterable<number> }>[],
  topics: TopicsView,
): DescribedTopics => {
  const byTopic = new Map<string, number[]>()
  for (const source of sources) {
    for (const [topicId, partitions] of source) {
      byTopic.set(topicId, [...(byTopic.get(topicId) ?? []), ...partitions.keys()])
    }
  }
  return Array.from(byTopic).flatMap(([topicId, partitions]) => {
    const topicName = topics.topicName(topicId)
    return topicName === undefined ? [] : [{ topicId, topicName, partitions: partitions.sort((a, b) => a - b) }]
  })
}
