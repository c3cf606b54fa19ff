/**
 * ListGroups (key 16): the groups that this broker coordinates.
 *
 * Versions: 1 throttle time; 3 flexible; 4 states, and a filter by them (KIP-518); 5 types, and a filter by them
 * (KIP-848).
 */
import { ListGroupsRequest, ListGroupsResponse } from '@milena/protocol/messages'
import { clientContext } from '../coordinators/client-context.ts'
import { handler } from '../request/handler.ts'

export const listGroups = handler(ListGroupsRequest, ListGroupsResponse, {
  versions: { min: 0, max: 5 },
  handle: (request, context) => context.services.groups.listGroups(request, clientContext(context)),
})
