import type { LeaveGroupRequest, LeaveGroupResponse } from '@milena/protocol/messages'
import { Errors } from '@milena/protocol/messages'
import { leaveGroupOfConsumers } from '../consumer-group/consumer-group-leave.ts'
import { answered } from '../runtime/coordinator-shard.ts'
import { validateMember } from './classic-group.ts'
import { sessionTimerKey } from './classic-member.ts'
import { GroupOperation } from './group-operation.ts'
import { UNKNOWN_MEMBER_ID } from './group-responses.ts'
import type { GroupRequestContext, GroupResult, GroupState } from './group-types.ts'
import { completeJoinIfReady, prepareRebalance, removeMember } from './rebalance.ts'

export type LeavingMember = LeaveGroupRequest['members'][number]
type LeftMember = LeaveGroupResponse['members'][number]

/** LeaveGroup of one or many members (KIP-345: administrators remove static members by instance id alone). */
export const leaveGroup = (
  state: GroupState,
  request: LeaveGroupRequest,
  context: GroupRequestContext,
): GroupResult<LeaveGroupResponse> => {
  const group = state.groups.get(request.groupId)
  if (group?.type === 'consumer') return leaveGroupOfConsumers(group, request, context)
  if (group?.type !== 'classic') {
    return answered(response(request.members.map((member) => left(member, Errors.UNKNOWN_MEMBER_ID.code))))
  }
  const operation = new GroupOperation(group, context)
  const members = request.members.map((member) => left(member, leave(operation, member)))
  const gone = members.filter(({ errorCode }) => errorCode === Errors.NONE.code)
  if (gone.length === 0) return answered(response(members))
  const reason = `explicit LeaveGroup request for (${gone.map(({ memberId }) => memberId).join(', ')}) members`
  if (operation.group.state === 'PreparingRebalance') completeJoinIfReady(operation)
  else if (operation.group.state !== 'Empty') prepareRebalance(operation, reason)
  return operation.answerNow(response(members))
}

const response = (members: LeaveGroupResponse['members']): LeaveGroupResponse => ({
  throttleTimeMs: 0,
  errorCode: Errors.NONE.code,
  members,
})

const left = ({ memberId, groupInstanceId }: LeavingMember, errorCode: number): LeftMember => ({
  memberId,
  groupInstanceId,
  errorCode,
})

const leave = (operation: GroupOperation, leaving: LeavingMember): number => {
  const { group } = operation
  const { memberId, groupInstanceId } = leaving
  if (group.pendingJoin.has(memberId)) {
    group.removeMember(memberId)
    operation.cancelTimer(sessionTimerKey(group.groupId, memberId))
    return Errors.NONE.code
  }
  const byInstance = memberId === UNKNOWN_MEMBER_ID && groupInstanceId !== null
  const error = byInstance ? Errors.NONE.code : validateMember(group, leaving)
  if (error !== Errors.NONE.code) return error
  const member = group.members.get(byInstance ? (group.staticMembers.get(groupInstanceId) ?? '') : memberId)
  if (member === undefined) return Errors.UNKNOWN_MEMBER_ID.code
  operation.log('Member has left group by request.', {
    member: member.memberId,
    reason: leaving.reason ?? 'not provided',
  })
  removeMember(operation, member)
  return Errors.NONE.code
}
