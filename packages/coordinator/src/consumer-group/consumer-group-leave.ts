import type {
  ConsumerGroupHeartbeatRequest,
  ConsumerGroupHeartbeatResponse,
  LeaveGroupRequest,
  LeaveGroupResponse,
} from '@milena/protocol/messages'
import { Errors } from '@milena/protocol/messages'
import type { GroupContext, GroupRequestContext, GroupResult, GroupState } from '../group/group-types.ts'
import { answered } from '../runtime/coordinator-shard.ts'
import { canDowngradeWithout, downgradeWithout } from './convert-consumer-group.ts'
import type { ConsumerGroup } from './consumer-group.ts'
import type { ConsumerGroupMember } from './consumer-group-member.ts'
import { NO_PARTITIONS, hasRegex } from './consumer-group-member.ts'
import { ConsumerGroupOperation } from './consumer-group-operation.ts'
import {
  currentAssignmentRecord,
  groupEpochRecord,
  memberTombstones,
  regexTombstone,
} from './consumer-group-records.ts'
import { STATIC_LEAVE_EPOCH, knownMember, memberOfInstance, staticMember } from './member-lookup.ts'
import { consumerGroupOf } from './group-lookup.ts'
import { Refusal } from './refusal.ts'
import { metadataHash, subscriptionAfter } from './subscription.ts'

const left = (errorCode: number, errorMessage: string | null, memberId: string | null, memberEpoch: number) => ({
  throttleTimeMs: 0,
  errorCode,
  errorMessage,
  memberId,
  memberEpoch,
  heartbeatIntervalMs: 0,
  assignment: null,
})

/** A member leaves with epoch −1; a static one that will be back soon with −2, and keeps its part until then. */
export const leaveConsumerGroup = (
  state: GroupState,
  { groupId, memberId, instanceId, memberEpoch }: ConsumerGroupHeartbeatRequest,
  context: GroupRequestContext,
): GroupResult<ConsumerGroupHeartbeatResponse> => {
  const group = consumerGroupOf(state, groupId)
  if (group instanceof Refusal) return answered(left(group.errorCode, group.message, null, 0))
  const member = instanceId === null ? knownMember(group, memberId) : staticMember(group, instanceId, memberId)
  if (member instanceof Refusal) return answered(left(member.errorCode, member.message, null, 0))
  const operation = new ConsumerGroupOperation(group, context)
  if (instanceId !== null && memberEpoch === STATIC_LEAVE_EPOCH) {
    operation.log('Static member has left for a while.', { member: memberId })
    operation.write(currentAssignmentRecord(groupId, awayMember(member)))
  } else {
    operation.log('Member has left group.', { member: memberId })
    fenceMembers(operation, [member])
  }
  return operation.answerNow(left(Errors.NONE.code, null, memberId, memberEpoch))
}

/** Who comes back starts at epoch 0, and so do the partitions that are kept for it. */
const awayMember = (member: ConsumerGroupMember): ConsumerGroupMember => ({
  ...member,
  memberEpoch: STATIC_LEAVE_EPOCH,
  assigned: new Map(
    Array.from(member.assigned, ([topicId, partitions]) => [
      topicId,
      new Map(Array.from(partitions.keys(), (partition) => [partition, 0])),
    ]),
  ),
  pendingRevocation: NO_PARTITIONS,
})

/**
 * Takes members out: the group gets its next epoch, and the next heartbeat of another member a new assignment. When
 * only members of the classic protocol are left the group becomes a classic one.
 */
export const fenceMembers = (operation: ConsumerGroupOperation, members: readonly ConsumerGroupMember[]): void => {
  const { group, context } = operation
  const { groupId } = group
  if (members.length === 0) return
  for (const { memberId } of members) operation.cancelTimers(memberId)
  if (canDowngradeWithout(operation, members)) {
    downgradeWithout(operation, members)
    return
  }
  for (const { memberId } of members) operation.write(...memberTombstones({ groupId, memberId }))
  for (const regex of regexesOnlyOf(group, members)) operation.write(regexTombstone(groupId, regex))
  const subscription = subscriptionAfter(group, { removed: members, added: [] })
  const hash = metadataHash(subscription, group.resolvedRegexes, context.environment.topics)
  const epoch = group.header.groupEpoch + 1
  operation.write(groupEpochRecord(groupId, epoch, hash))
  operation.log('Bumped group epoch.', { epoch })
}

const regexesOnlyOf = (group: ConsumerGroup, members: readonly ConsumerGroupMember[]): string[] => {
  const counts = new Map<string, number>()
  for (const member of members) {
    const regex = member.subscribedTopicRegex ?? ''
    if (hasRegex(member)) counts.set(regex, (counts.get(regex) ?? 0) + 1)
  }
  return [...counts].filter(([regex, count]) => group.regexSubscriptions.get(regex) === count).map(([regex]) => regex)
}

/** The member as the group knows it is taken out, by a timer. */
export const expireMember = (
  group: ConsumerGroup,
  memberId: string,
  reason: string,
  context: GroupContext,
): ConsumerGroupOperation | undefined => {
  const member = group.members.get(memberId)
  if (member === undefined) return undefined
  const operation = new ConsumerGroupOperation(group, context)
  operation.log(`Member fenced from the group because ${reason}.`, { member: memberId })
  fenceMembers(operation, [member])
  return operation
}

/** LeaveGroup, by a member of the classic protocol or by an administrator, of whatever protocol the members speak. */
export const leaveGroupOfConsumers = (
  group: ConsumerGroup,
  request: LeaveGroupRequest,
  context: GroupContext,
): GroupResult<LeaveGroupResponse> => {
  const leaving = new Set<ConsumerGroupMember>()
  const members = request.members.map(({ memberId, groupInstanceId }) => {
    const member = leavingMember(group, memberId, groupInstanceId)
    if (!(member instanceof Refusal)) leaving.add(member)
    const errorCode = member instanceof Refusal ? member.errorCode : Errors.NONE.code
    return { memberId, groupInstanceId, errorCode }
  })
  const operation = new ConsumerGroupOperation(group, context)
  fenceMembers(operation, [...leaving])
  return operation.answerNow({ throttleTimeMs: 0, errorCode: Errors.NONE.code, members })
}

const leavingMember = (
  group: ConsumerGroup,
  memberId: string,
  instanceId: string | null,
): ConsumerGroupMember | Refusal => {
  if (instanceId === null) return knownMember(group, memberId)
  if (memberId !== '') return staticMember(group, instanceId, memberId)
  return (
    memberOfInstance(group, instanceId) ??
    new Refusal(Errors.UNKNOWN_MEMBER_ID, `Instance id ${instanceId} is unknown.`)
  )
}
