/**
 * AlterShareGroupOffsets (key 91): a share group without members, or a new one, goes on from other offsets. What was
 * known of the records of those partitions is forgotten.
 *
 * Versions: only 0.
 */
import { AlterShareGroupOffsetsRequest, AlterShareGroupOffsetsResponse } from '@milena/protocol/messages'
import { clientContext } from '../coordinators/client-context.ts'
import { handler } from '../request/handler.ts'
import { requireShareGroups } from '../request/share-groups.ts'

export const alterShareGroupOffsets = handler(AlterShareGroupOffsetsRequest, AlterShareGroupOffsetsResponse, {
  versions: { min: 0, max: 0 },
  handle(request, context) {
    requireShareGroups(context)
    return context.services.groups.shares.alterOffsets(request, clientContext(context))
  },
})
