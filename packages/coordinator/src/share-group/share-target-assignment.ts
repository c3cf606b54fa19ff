import type { GroupContext, GroupRecord } from '../group/group-types.ts'
import type { ShareGroup } from './share-group.ts'
import type { PartitionsByTopic, ShareGroupMember } from './share-group-member.ts'
import { NO_PARTITIONS, samePartitions } from './share-group-member.ts'
import { shareTargetEpochRecord, shareTargetRecord } from './share-group-records.ts'
import type { ShareGroupConfig } from './share-group-config.ts'
import { assignSimply } from './simple-assignor.ts'

export interface TargetUpdate {
  readonly group: ShareGroup
  readonly groupEpoch: number
  /** Who asks, as it says it is now. */
  readonly member: ShareGroupMember
  readonly config: ShareGroupConfig
  readonly context: GroupContext
}

/**
 * What the member is to have: the target assignment, computed anew when it is of an older epoch and the last one has
 * stood for long enough.
 */
export const updateTarget = (
  { group, groupEpoch, member, config, context }: TargetUpdate,
  records: GroupRecord[],
): { readonly epoch: number; readonly partitions: PartitionsByTopic } => {
  const { assignmentEpoch, assignmentTimestampMs } = group.header
  const isTooSoon = assignmentTimestampMs !== 0 && context.nowMs < assignmentTimestampMs + config.assignmentIntervalMs
  if (assignmentEpoch >= groupEpoch || isTooSoon) {
    return { epoch: assignmentEpoch, partitions: group.targetOf(member.memberId) }
  }
  const { groupId } = group
  const { topics } = context.environment
  const members = new Map(group.members.entries()).set(member.memberId, member)
  const assignable = new Map(
    Array.from(group.statePartitions.initialized, ([topicId, { partitions }]) => [topicId, partitions]),
  )
  const target = assignSimply(
    Array.from(members.values(), ({ memberId, subscribedTopicNames }) => ({
      memberId,
      subscribedTopicIds: subscribedTopicNames.flatMap((name) => topics.topicId(name) ?? []),
      assigned: group.targetOf(memberId),
    })),
    assignable,
  )
  for (const [memberId, partitions] of target) {
    const before = group.targetAssignment.get(memberId)
    if (before === undefined || !samePartitions(before, partitions)) {
      records.push(shareTargetRecord({ groupId, memberId }, partitions))
    }
  }
  records.push(shareTargetEpochRecord(groupId, groupEpoch, context.nowMs))
  return { epoch: groupEpoch, partitions: target.get(member.memberId) ?? NO_PARTITIONS }
}
