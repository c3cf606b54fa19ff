/**
 * SyncGroup (key 14): the leader of a generation hands in who gets what; every member gets its own part, and waits for
 * the leader.
 *
 * Versions: 1 throttle time; 3 static members (KIP-345); 4 flexible; 5 protocol type and name, checked (KIP-559).
 */
import { SyncGroupRequest, SyncGroupResponse } from '@milena/protocol/messages'
import { untilHangUp } from '../coordinators/client-context.ts'
import { handler } from '../request/handler.ts'

export const syncGroup = handler(SyncGroupRequest, SyncGroupResponse, {
  versions: { min: 0, max: 5 },
  handle: (request, context) => untilHangUp(context, (client) => context.services.groups.syncGroup(request, client)),
})
