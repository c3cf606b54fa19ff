/**
 * DeleteShareGroupOffsets (key 92): a share group without members forgets how far it is in topics.
 *
 * Versions: only 0.
 */
import {
  DeleteShareGroupOffsetsRequest,
  DeleteShareGroupOffsetsResponse,
  Errors,
  ZERO_UUID,
} from '@milena/protocol/messages'
import { clientContext } from '../coordinators/client-context.ts'
import { handler } from '../request/handler.ts'
import { requireShareGroups } from '../request/share-groups.ts'

export const deleteShareGroupOffsets = handler(DeleteShareGroupOffsetsRequest, DeleteShareGroupOffsetsResponse, {
  versions: { min: 0, max: 0 },
  handle(request, context) {
    requireShareGroups(context)
    const { topics } = context.services.metadata.image
    // Of what is not there it is said without asking whether the group is.
    if (!request.topics.some(({ topicName }) => topics.has(topicName))) {
      return { throttleTimeMs: 0, errorCode: Errors.NONE.code, responses: request.topics.map(unknown) }
    }
    return context.services.groups.shares.deleteOffsets(request, clientContext(context))
  },
})

const unknown = ({ topicName }: { readonly topicName: string }) => {
  const { code: errorCode, message: errorMessage } = Errors.UNKNOWN_TOPIC_OR_PARTITION
  return { topicName, topicId: ZERO_UUID, errorCode, errorMessage }
}
