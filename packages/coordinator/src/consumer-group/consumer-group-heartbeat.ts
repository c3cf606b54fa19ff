import type { ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse } from '@milena/protocol/messages'
import { Errors } from '@milena/protocol/messages'
import type { GroupRequestContext, GroupResult, GroupState } from '../group/group-types.ts'
import { answered } from '../runtime/coordinator-shard.ts'
import { heartbeatIntervalMs } from './consumer-group-configs.ts'
import { leaveConsumerGroup } from './consumer-group-leave.ts'
import type { ConsumerGroupMember } from './consumer-group-member.ts'
import type { ConsumerGroupOperation } from './consumer-group-operation.ts'
import { LEAVE_EPOCH, STATIC_LEAVE_EPOCH, memberForHeartbeat } from './member-lookup.ts'
import { groupForHeartbeat } from './group-lookup.ts'
import { advanceMember } from './member-step.ts'
import { Refusal } from './refusal.ts'

export type HeartbeatResult = GroupResult<ConsumerGroupHeartbeatResponse>

/**
 * ConsumerGroupHeartbeat (KIP-848): joins, keeps the membership, tells of the assignment, takes it away, leaves. The
 * form of the request has been looked at (`invalidHeartbeat`).
 */
export const consumerGroupHeartbeat = (
  state: GroupState,
  request: ConsumerGroupHeartbeatRequest,
  context: GroupRequestContext,
): HeartbeatResult => {
  if (request.memberEpoch === LEAVE_EPOCH || request.memberEpoch === STATIC_LEAVE_EPOCH) {
    return leaveConsumerGroup(state, request, context)
  }
  const operation = groupForHeartbeat(state, request, context)
  if (operation instanceof Refusal) return refused(operation)
  const full = fullGroup(operation, request.memberId)
  if (full !== undefined) return refused(full)
  const memberId = request.memberId === '' ? context.nextUuid() : request.memberId
  const { instanceId, memberEpoch, topicPartitions: owned } = request
  const member = memberForHeartbeat(operation, { memberId, instanceId, memberEpoch, owned })
  if (member instanceof Refusal) return refused(member)
  const step = advanceMember(operation, { member, updatedMember: updated(member, request, context), owned })
  if (step instanceof Refusal) return refused(step)
  operation.prolongSession(step)
  return operation.answerNow(responseTo(request, { before: member, member: step, operation }))
}

export const refused = ({ errorCode, message }: Refusal): HeartbeatResult =>
  answered({ ...heartbeatError(errorCode), errorMessage: message })

export const heartbeatError = (
  errorCode: number,
  errorMessage: string | null = null,
): ConsumerGroupHeartbeatResponse => ({
  throttleTimeMs: 0,
  errorCode,
  errorMessage,
  memberId: null,
  memberEpoch: 0,
  heartbeatIntervalMs: 0,
  assignment: null,
})

/** `group.consumer.max.size`: whoever is in stays in. */
export const fullGroup = ({ group, context }: ConsumerGroupOperation, memberId: string): Refusal | undefined => {
  const { maxSize } = context.environment.config.consumerGroup
  if (group.members.size < maxSize || group.members.has(memberId)) return undefined
  const message = `The consumer group has reached its maximum capacity of ${maxSize} members.`
  return new Refusal(Errors.GROUP_MAX_SIZE_REACHED, message)
}

/** What the request does not say has not changed. */
const updated = (
  member: ConsumerGroupMember,
  request: ConsumerGroupHeartbeatRequest,
  { clientId, clientHost }: GroupRequestContext,
): ConsumerGroupMember => ({
  ...member,
  instanceId: request.instanceId ?? member.instanceId,
  rackId: request.rackId ?? member.rackId,
  rebalanceTimeoutMs: request.rebalanceTimeoutMs === -1 ? member.rebalanceTimeoutMs : request.rebalanceTimeoutMs,
  serverAssignor: request.serverAssignor ?? member.serverAssignor,
  subscribedTopicNames:
    request.subscribedTopicNames === null
      ? member.subscribedTopicNames
      : [...new Set(request.subscribedTopicNames)].sort(),
  subscribedTopicRegex: request.subscribedTopicRegex ?? member.subscribedTopicRegex,
  clientId,
  clientHost,
  classicMetadata: null,
})

interface Step {
  readonly before: ConsumerGroupMember
  readonly member: ConsumerGroupMember
  readonly operation: ConsumerGroupOperation
}

const responseTo = (
  request: ConsumerGroupHeartbeatRequest,
  { before, member, operation: { group, context } }: Step,
): ConsumerGroupHeartbeatResponse => {
  const isFull =
    request.rebalanceTimeoutMs !== -1 &&
    (request.subscribedTopicNames !== null || request.subscribedTopicRegex !== null) &&
    request.topicPartitions !== null
  const isTold = request.memberEpoch === 0 || isFull || hasAssignmentChanged(before, member)
  return {
    ...heartbeatError(Errors.NONE.code),
    memberId: member.memberId,
    memberEpoch: member.memberEpoch,
    heartbeatIntervalMs: heartbeatIntervalMs(context, group.groupId),
    assignment: isTold ? assignmentOf(member) : null,
  }
}

/** The partitions alone: the epochs at which they were assigned are none of the client's business. */
const hasAssignmentChanged = (before: ConsumerGroupMember, after: ConsumerGroupMember): boolean => {
  if (before.assigned === after.assigned) return false
  if (before.assigned.size !== after.assigned.size) return true
  for (const [topicId, partitions] of after.assigned) {
    const former = before.assigned.get(topicId)
    if (former === undefined || former.size !== partitions.size) return true
    for (const partition of partitions.keys()) if (!former.has(partition)) return true
  }
  return false
}

const assignmentOf = ({ assigned }: ConsumerGroupMember): ConsumerGroupHeartbeatResponse['assignment'] => ({
  topicPartitions: Array.from(assigned, ([topicId, partitions]) => ({
    topicId,
    partitions: [...partitions.keys()].sort((left, right) => left - right),
  })),
})
