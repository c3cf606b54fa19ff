/**
 * OffsetDelete (key 47): forgets what a group committed for some partitions (KIP-496), unless it is subscribed to
 * their topic.
 *
 * Version 0 is the only one.
 */
import { OffsetDeleteRequest, OffsetDeleteResponse } from '@milena/protocol/messages'
import { clientContext } from '../coordinators/client-context.ts'
import { handler } from '../request/handler.ts'

export const offsetDelete = handler(OffsetDeleteRequest, OffsetDeleteResponse, {
  versions: { min: 0, max: 0 },
  handle: (request, context) => context.services.groups.deleteOffsets(request, clientContext(context)),
})
