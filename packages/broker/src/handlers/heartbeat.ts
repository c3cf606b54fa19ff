/**
 * Heartbeat (key 12): a member of a classic group is alive, and learns whether its group is rebalancing.
 *
 * Versions: 1 throttle time; 3 static members (KIP-345); 4 flexible.
 */
import { HeartbeatRequest, HeartbeatResponse } from '@milena/protocol/messages'
import { clientContext } from '../coordinators/client-context.ts'
import { handler } from '../request/handler.ts'

export const heartbeat = handler(HeartbeatRequest, HeartbeatResponse, {
  versions: { min: 0, max: 4 },
  handle: (request, context) => context.services.groups.heartbeat(request, clientContext(context)),
})
