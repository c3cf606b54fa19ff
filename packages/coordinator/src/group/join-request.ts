import type { JoinGroupRequest, JoinGroupResponse } from '@milena/protocol/messages'
import { Errors } from '@milena/protocol/messages'
import type { ClassicMember } from './classic-member.ts'
import { keptProtocols } from './classic-member.ts'
import type { GroupOperation } from './group-operation.ts'
import { joinError } from './group-responses.ts'
import type { GroupRequestContext, GroupResult } from './group-types.ts'

export type JoinResult = GroupResult<JoinGroupResponse>

/** Takes what the request says of the member and lets the request wait. */
export const updateMember = (
  operation: GroupOperation,
  request: JoinGroupRequest,
  context: GroupRequestContext,
  member: ClassicMember,
): void => {
  if (member.awaitingJoin !== null) {
    // A client asks again only after it has given up on its first request.
    operation.reply(member.awaitingJoin, joinError(member.memberId, Errors.REBALANCE_IN_PROGRESS.code))
  }
  operation.group.setMember({
    ...member,
    protocols: keptProtocols(request.protocols),
    rebalanceTimeoutMs: request.rebalanceTimeoutMs,
    sessionTimeoutMs: request.sessionTimeoutMs,
    awaitingJoin: context.requestId,
  })
}

export const reasonOf = (request: JoinGroupRequest): string =>
  request.reason === null || request.reason === '' ? 'not provided' : request.reason
