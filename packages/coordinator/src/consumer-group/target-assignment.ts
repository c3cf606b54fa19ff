import type { AssignorMember } from './assignor/assignor.ts'
import { DEFAULT_ASSIGNOR, assignors } from './assignor/assignors.ts'
import type { ConsumerGroup } from './consumer-group.ts'
import { assignmentIntervalMs } from './consumer-group-configs.ts'
import type { ConsumerGroupMember, PartitionsByTopic } from './consumer-group-member.ts'
import { NO_PARTITIONS } from './consumer-group-member.ts'
import type { ConsumerGroupOperation } from './consumer-group-operation.ts'
import { targetAssignmentEpochRecord, targetAssignmentRecord } from './consumer-group-records.ts'
import { subscribedTopicIds } from './subscription.ts'
import { changedVotes, inHashOrder, preferredAssignor } from './preferred-assignor.ts'

export interface Target {
  readonly epoch: number
  readonly partitions: PartitionsByTopic
}

export interface TargetChange {
  readonly groupEpoch: number
  readonly isHomogeneous: () => boolean
  /** As the group knows it, and as it is now; of a static member that came back, the first is its new self too. */
  readonly member: ConsumerGroupMember
  readonly updatedMember: ConsumerGroupMember
}

/**
 * The member's part of the target assignment, which is computed anew when the group has a later epoch than it, though
 * not more often than `consumer.assignment.interval.ms` (KIP-1263); then a later heartbeat does it.
 */
export const updateTargetAssignment = (operation: ConsumerGroupOperation, change: TargetChange): Target => {
  const { group, context } = operation
  const { header } = group
  const intervalMs = assignmentIntervalMs(context, group.groupId)
  const isTooSoon =
    header.assignmentTimestampMs !== 0 && context.nowMs < header.assignmentTimestampMs + intervalMs && intervalMs > 0
  if (header.assignmentEpoch >= change.groupEpoch || isTooSoon) {
    return { epoch: header.assignmentEpoch, partitions: standingTargetOf(group, change.updatedMember) }
  }
  return computeTarget(operation, change)
}

/** As in Kafka, a member that comes by a new instance id has no part until there is a new assignment. */
export const standingTargetOf = (group: ConsumerGroup, member: ConsumerGroupMember): PartitionsByTopic => {
  const isNew = member.instanceId !== null && !group.staticMembers.has(member.instanceId)
  return isNew ? NO_PARTITIONS : lastTargetOf(group, member)
}

/** A static member that came back goes on with the part of its former self. */
export const lastTargetOf = (group: ConsumerGroup, member: ConsumerGroupMember): PartitionsByTopic => {
  const former = member.instanceId === null ? undefined : group.staticMembers.get(member.instanceId)
  return group.targetAssignment.get(former ?? member.memberId) ?? NO_PARTITIONS
}

const computeTarget = (operation: ConsumerGroupOperation, change: TargetChange): Target => {
  const { group, context } = operation
  const { groupId } = group
  const { topics } = context.environment
  const { updatedMember, groupEpoch } = change
  const [defaultAssignor] = context.environment.config.consumerGroup.assignors
  const name = preferredAssignor(votesAfter(group, change)) ?? defaultAssignor
  const assign = assignors.get(name ?? DEFAULT_ASSIGNOR) ?? assignors.get(DEFAULT_ASSIGNOR)
  if (assign === undefined) throw new Error('There is no default assignor')
  const members = assignorMembers(operation, updatedMember)
  const targets = assign({
    members,
    isHomogeneous: change.isHomogeneous(),
    partitionCount: (topicId) => topics.partitionCount(topics.topicName(topicId) ?? ''),
  })
  // A static member's former self is gone, and with it its part.
  const before = (memberId: string): PartitionsByTopic | undefined =>
    memberId === updatedMember.memberId ? lastTargetOf(group, updatedMember) : group.targetAssignment.get(memberId)
  for (const memberId of members.keys()) {
    const target = targets.get(memberId) ?? NO_PARTITIONS
    const isWritten = group.targetAssignment.has(memberId) || before(memberId) !== NO_PARTITIONS
    if (!isWritten || !samePartitions(before(memberId), target)) {
      operation.write(targetAssignmentRecord({ groupId, memberId }, target))
    }
  }
  operation.write(targetAssignmentEpochRecord(groupId, groupEpoch, context.nowMs))
  operation.log('Computed a new target assignment.', { epoch: groupEpoch, assignor: name ?? DEFAULT_ASSIGNOR })
  return { epoch: groupEpoch, partitions: targets.get(updatedMember.memberId) ?? NO_PARTITIONS }
}

const assignorMembers = (
  operation: ConsumerGroupOperation,
  updatedMember: ConsumerGroupMember,
): ReadonlyMap<string, AssignorMember> => {
  const { group, context } = operation
  const { topics } = context.environment
  const members = new Map<string, AssignorMember>()
  const add = (member: ConsumerGroupMember, assigned: PartitionsByTopic): void => {
    members.set(member.memberId, {
      instanceId: member.instanceId,
      subscribedTopicIds: subscribedTopicIds(member, group.resolvedRegexes, topics),
      assigned,
    })
  }
  for (const member of group.members.values()) {
    const isReplaced = member.instanceId !== null && member.instanceId === updatedMember.instanceId
    if (member.memberId === updatedMember.memberId || isReplaced) continue
    add(member, group.targetAssignment.get(member.memberId) ?? NO_PARTITIONS)
  }
  add(updatedMember, lastTargetOf(group, updatedMember))
  return members
}

const votesAfter = (group: ConsumerGroup, { member, updatedMember }: TargetChange) => {
  const isKnown = group.members.has(member.memberId) || isReplacement(group, member)
  const votes = inHashOrder(group.serverAssignors.entries())
  return changedVotes(votes, isKnown ? member.serverAssignor : null, updatedMember.serverAssignor)
}

/** Is the member the new self of a static member that the group still knows by its former one? */
export const isReplacement = (group: ConsumerGroup, { memberId, instanceId }: ConsumerGroupMember): boolean => {
  const former = instanceId === null ? undefined : group.staticMembers.get(instanceId)
  return former !== undefined && former !== memberId
}

const samePartitions = (left: PartitionsByTopic | undefined, right: PartitionsByTopic): boolean => {
  if (left === undefined || left.size !== right.size) return false
  for (const [topicId, partitions] of left) {
    const others = right.get(topicId)
    if (others === undefined || others.size !== partitions.size) return false
    for (const partition of partitions) if (!others.has(partition)) return false
  }
  return true
}
