/**
 * DeleteShareGroupOffsets (key 92): a share group without members forgets how far it is in topics.
 *
 * Versions: only 0.
 */
import { DeleteShareGroupOffsetsRequest, DeleteShareGroupOffsetsResponse } from '@milena/protocol/messages'
import { clientContext } from '../coordinators/client-context.ts'
import { handler } from '../request/handler.ts'
import { requireShareGroups } from '../request/share-groups.ts'

export const deleteShareGroupOffsets = handler(DeleteShareGroupOffsetsRequest, DeleteShareGroupOffsetsResponse, {
  versions: { min: 0, max: 0 },
  handle(request, context) {
    requireShareGroups(context)
    return context.services.groups.shares.deleteOffsets(request, clientContext(context))
  },
})
