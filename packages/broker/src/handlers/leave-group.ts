/**
 * LeaveGroup (key 13): members leave a classic group, by themselves or removed by an administrator.
 *
 * Versions: 1 throttle time; up to 2 one member, whose error is the error of the response; 3 several members, also by
 * static instance id (KIP-345), each with its own error; 4 flexible; 5 reason (KIP-800).
 */
import { LeaveGroupRequest, LeaveGroupResponse } from '@milena/protocol/messages'
import { clientContext } from '../coordinators/client-context.ts'
import { handler } from '../request/handler.ts'

export const leaveGroup = handler(LeaveGroupRequest, LeaveGroupResponse, {
  versions: { min: 0, max: 5 },
  handle: (request, context) => context.services.groups.leaveGroup(request, clientContext(context)),
})
