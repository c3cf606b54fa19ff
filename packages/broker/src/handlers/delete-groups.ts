/**
 * DeleteGroups (key 42): removes empty groups and what they committed.
 *
 * Versions: 1 throttle time; 2 flexible.
 */
import { DeleteGroupsRequest, DeleteGroupsResponse } from '@milena/protocol/messages'
import { clientContext } from '../coordinators/client-context.ts'
import { handler } from '../request/handler.ts'

export const deleteGroups = handler(DeleteGroupsRequest, DeleteGroupsResponse, {
  versions: { min: 0, max: 2 },
  handle: (request, context) => context.services.groups.deleteGroups(request, clientContext(context)),
})
