import type { LeaveGroupRequest, LeaveGroupResponse } from '@milena/protocol/messages'
import { Errors } from '@milena/protocol/messages'

/** From v3 on many members can leave at once (KIP-345). */
const FIRST_BATCHED_VERSION = 3

export const leaveRequest = (request: LeaveGroupRequest, apiVersion: number): LeaveGroupRequest =>
  apiVersion >= FIRST_BATCHED_VERSION
    ? request
    : { ...request, members: [{ memberId: request.memberId, groupInstanceId: null, reason: null }] }

/** Before v3 the answer is about the one member that left. */
export const leaveResponse = (response: LeaveGroupResponse, apiVersion: number): LeaveGroupResponse => {
  if (apiVersion >= FIRST_BATCHED_VERSION || response.errorCode !== Errors.NONE.code) return response
  return { ...response, errorCode: response.members[0]?.errorCode ?? Errors.NONE.code, members: [] }
}
