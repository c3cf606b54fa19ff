/**
 * InitializeShareGroupState (key 83): the group coordinator begins the state of share partitions, or begins
 * it anew.
 *
 * Versions: only 0.
 */
import { InitializeShareGroupStateRequest, InitializeShareGroupStateResponse } from '@milena/protocol/messages'
import { clientContext } from '../coordinators/client-context.ts'
import { handler } from '../request/handler.ts'

export const initializeShareGroupState = handler(InitializeShareGroupStateRequest, InitializeShareGroupStateResponse, {
  versions: { min: 0, max: 0 },
  handle: (request, context) => context.services.shareState.initialize(request, clientContext(context)),
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
