/**
 * JoinGroup (key 11): a member enters a classic group, or takes part in its next generation. The answer comes when
 * the generation begins, which may take as long as the rebalance timeout of the slowest member.
 *
 * Versions: 0 the session timeout is the rebalance timeout too; 1 rebalance timeout; 2 throttle time; 4 a new member
 * without an id is given one first (KIP-394, MEMBER_ID_REQUIRED); 5 static members (KIP-345); 6 flexible; 7 protocol
 * type in the response, and null for no protocol; 8 reason (KIP-800); 9 skip assignment (KIP-814).
 */
import { JoinGroupRequest, JoinGroupResponse } from '@milena/protocol/messages'
import { untilHangUp } from '../coordinators/client-context.ts'
import { handler } from '../request/handler.ts'

const NO_PROTOCOL_IS_NULL_MIN_VERSION = 7

export const joinGroup = handler(JoinGroupRequest, JoinGroupResponse, {
  versions: { min: 0, max: 9 },
  async handle(request, context) {
    const { groups } = context.services
    const response = await untilHangUp(context, (client) => groups.joinGroup(request, client))
    if (context.apiVersion >= NO_PROTOCOL_IS_NULL_MIN_VERSION) return response
    return { ...response, protocolName: response.protocolName ?? '' }
  },
})
