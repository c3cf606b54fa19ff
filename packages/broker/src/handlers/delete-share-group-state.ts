/**
 * DeleteShareGroupState (key 86): the group coordinator drops the state of share partitions.
 *
 * Versions: only 0.
 */
import { DeleteShareGroupStateRequest, DeleteShareGroupStateResponse } from '@milena/protocol/messages'
import { clientContext } from '../coordinators/client-context.ts'
import { handler } from '../request/handler.ts'

export const deleteShareGroupState = handler(DeleteShareGroupStateRequest, DeleteShareGroupStateResponse, {
  versions: { min: 0, max: 0 },
  handle: (request, context) => context.services.shareState.delete(request, clientContext(context)),
  errorResponse: (error, { topics }) => ({
    results: topics.map(({ topicId, partitions }) => ({
      topicId,
      partitions: partitions.map(({ partition }) => ({
        partition,
        errorCode: error.code,
        errorMessage: error.message,
      })),
    })),
  }),
})
