/**
 * OffsetFetch (key 9): what groups have committed.
 *
 * Versions: 1 from the coordinator; 2 all topics by null, and an error for the group (before, each partition carries
 * it); 3 throttle time; 5 leader epoch; 6 flexible; 7 require stable (KIP-447); 8 several groups; 9 member epochs of
 * KIP-848; 10 topic ids in place of names.
 */
import { OffsetFetchRequest, OffsetFetchResponse } from '@milena/protocol/messages'
import { clientContext } from '../coordinators/client-context.ts'
import { handler } from '../request/handler.ts'

export const offsetFetch = handler(OffsetFetchRequest, OffsetFetchResponse, {
  versions: { min: 1, max: 10 },
  handle: (request, context) => context.services.groups.fetchOffsets(request, clientContext(context)),
})
