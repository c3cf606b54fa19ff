import type { JoinGroupRequest } from '@milena/protocol/messages'
import { Errors } from '@milena/protocol/messages'
import { joinConsumerGroup } from '../consumer-group/classic-members.ts'
import { answered } from '../runtime/coordinator-shard.ts'
import type { ClassicGroup } from './classic-group.ts'
import { newClassicGroup, supportsProtocols, validateMember } from './classic-group.ts'
import type { ClassicMember } from './classic-member.ts'
import { keptProtocols, matchesProtocols, newMember, sessionTimerKey } from './classic-member.ts'
import { NEW_MEMBER_JOIN_TIMEOUT_MS } from './group-config.ts'
import { groupTombstones, isEmptyGroup } from './group-kinds.ts'
import { GroupOperation } from './group-operation.ts'
import { emptyGroupMetadataRecord } from './group-records.ts'
import { UNKNOWN_MEMBER_ID, joinError, joined } from './group-responses.ts'
import type { Group, GroupRequestContext, GroupState } from './group-types.ts'
import type { JoinResult } from './join-request.ts'
import { reasonOf, updateMember } from './join-request.ts'
import { joinAsKnownStaticMember } from './join-static-member.ts'
import { rebalanceOrCompleteJoin } from './rebalance.ts'

/** JoinGroup (KIP-62, 345, 394, 559, 800, 814): the answer waits until the next generation is formed. */
export const joinGroup = (state: GroupState, request: JoinGroupRequest, context: GroupRequestContext): JoinResult => {
  const found = state.groups.get(request.groupId)
  const isEmptyOtherKind = found !== undefined && found.type !== 'classic' && isReplaceable(found)
  if (found?.type === 'consumer' && !isEmptyOtherKind) return joinConsumerGroup(found, request, context)
  if (found !== undefined && found.type !== 'classic' && !isEmptyOtherKind) {
    return refuse(UNKNOWN_MEMBER_ID, Errors.INCONSISTENT_GROUP_PROTOCOL.code)
  }
  const existing = found?.type === 'classic' ? found : undefined
  if (existing === undefined && request.memberId !== UNKNOWN_MEMBER_ID) {
    return refuse(request.memberId, Errors.UNKNOWN_MEMBER_ID.code)
  }
  const group = existing ?? newClassicGroup({ groupId: request.groupId, nowMs: context.nowMs })
  const operation = new GroupOperation(group, context)
  if (found !== undefined && existing === undefined)
    for (const record of groupTombstones(found)) operation.write(record)
  if (existing === undefined) operation.write(emptyGroupMetadataRecord(request.groupId, context.nowMs))
  if (!acceptsMember(group, request.memberId, context)) {
    return refuseWithoutPending(operation, request.memberId, Errors.GROUP_MAX_SIZE_REACHED.code)
  }
  if (!supportsProtocols(group, request)) {
    return operation.answerNow(joinError(request.memberId, Errors.INCONSISTENT_GROUP_PROTOCOL.code))
  }
  return request.memberId === UNKNOWN_MEMBER_ID
    ? joinAsNewMember(operation, request, context)
    : joinAsKnownMember(operation, group, request, context)
}

/** A group without members of a kind that shares its members with the classic one makes room for it. */
const isReplaceable = (group: Group): boolean => group.type === 'consumer' && isEmptyGroup(group)

const refuse = (memberId: string, errorCode: number): JoinResult => answered(joinError(memberId, errorCode))

const refuseWithoutPending = (operation: GroupOperation, memberId: string, errorCode: number): JoinResult => {
  operation.cancelTimer(sessionTimerKey(operation.group.groupId, memberId))
  operation.group.removeMember(memberId)
  return operation.answerNow(joinError(UNKNOWN_MEMBER_ID, errorCode))
}

/**
 * `group.max.size`. While a group forms, those who already wait count, so that a group that is over a lowered limit
 * sheds whoever comes last.
 */
const acceptsMember = (group: ClassicGroup, memberId: string, context: GroupRequestContext): boolean => {
  const maxSize = context.environment.config.groupMaxSize
  const member = group.members.get(memberId)
  switch (group.state) {
    case 'Empty':
      return true
    case 'PreparingRebalance':
      return (member !== undefined && member.awaitingJoin !== null) || group.awaitingJoinCount < maxSize
    case 'CompletingRebalance':
    case 'Stable':
      return member !== undefined || group.members.size < maxSize
  }
}

const joinAsNewMember = (
  operation: GroupOperation,
  request: JoinGroupRequest,
  context: GroupRequestContext,
): JoinResult => {
  const { group } = operation
  const { groupInstanceId } = request
  const memberId = `${groupInstanceId ?? context.clientId}-${context.nextUuid()}`
  if (groupInstanceId !== null) {
    const existing = group.staticMembers.get(groupInstanceId)
    if (existing !== undefined) return joinAsKnownStaticMember(operation, request, context, { existing, memberId })
  } else if (context.apiVersion >= 4) {
    // The member shall come back with its id, so that a client that gives up leaves no member behind (KIP-394).
    group.addPendingJoin(memberId)
    operation.setTimer(sessionTimerKey(group.groupId, memberId), request.sessionTimeoutMs, {
      kind: 'sessionExpired',
      groupId: group.groupId,
      memberId,
    })
    return operation.answerNow(joinError(memberId, Errors.MEMBER_ID_REQUIRED.code))
  }
  return addMember(operation, request, context, memberId)
}

const addMember = (
  operation: GroupOperation,
  request: JoinGroupRequest,
  context: GroupRequestContext,
  memberId: string,
): JoinResult => {
  const { group } = operation
  if (group.state === 'PreparingRebalance' && group.previousState === 'Empty') group.newMemberAdded = true
  const member = newMember({
    groupId: group.groupId,
    memberId,
    groupInstanceId: request.groupInstanceId,
    clientId: context.clientId,
    clientHost: context.clientHost,
    rebalanceTimeoutMs: request.rebalanceTimeoutMs,
    sessionTimeoutMs: request.sessionTimeoutMs,
    protocols: keptProtocols(request.protocols),
    awaitingJoin: context.requestId,
  })
  group.addMember(member, request.protocolType)
  operation.setTimer(member.sessionTimerKey, NEW_MEMBER_JOIN_TIMEOUT_MS, member.sessionEvent)
  rebalanceOrCompleteJoin(operation, `adding new member ${memberId}; client reason: ${reasonOf(request)}`)
  return operation.answerLater()
}

const joinAsKnownMember = (
  operation: GroupOperation,
  group: ClassicGroup,
  request: JoinGroupRequest,
  context: GroupRequestContext,
): JoinResult => {
  const { memberId } = request
  // An id that was handed out is never one of a static member, which gets its id with its first answer.
  if (group.pendingJoin.has(memberId)) {
    return request.groupInstanceId === null
      ? addMember(operation, request, context, memberId)
      : refuse(UNKNOWN_MEMBER_ID, Errors.UNKNOWN_SERVER_ERROR.code)
  }
  const error = validateMember(group, request)
  const member = group.members.get(memberId)
  if (error !== Errors.NONE.code || member === undefined) return refuse(memberId, error)
  const isLeader = group.leaderId === memberId
  switch (group.state) {
    case 'PreparingRebalance':
      return rejoin(operation, request, context, member)
    case 'CompletingRebalance':
      // With the same metadata it has missed the answer: it gets the generation that it is in.
      if (!matchesProtocols(member, request.protocols)) return rejoin(operation, request, context, member)
      return answered(joined(group, memberId, { withMembers: isLeader }))
    case 'Stable':
      // The leader rejoins when something changed that only it can see, such as the topics.
      if (isLeader || !matchesProtocols(member, request.protocols)) return rejoin(operation, request, context, member)
      return answered(joined(group, memberId, { withMembers: false }))
    case 'Empty':
      return refuse(memberId, Errors.UNKNOWN_MEMBER_ID.code)
  }
}

const rejoin = (
  operation: GroupOperation,
  request: JoinGroupRequest,
  context: GroupRequestContext,
  member: ClassicMember,
): JoinResult => {
  const { group } = operation
  updateMember(operation, request, context, member)
  rebalanceOrCompleteJoin(
    operation,
    `member ${member.memberId} is joining during ${group.state}; client reason: ${reasonOf(request)}`,
  )
  return operation.answerLater()
}
