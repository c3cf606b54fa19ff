/**
 * ReadShareGroupState (key 84): the leader of share partitions takes up their state; older leaders are fenced
 * from then on.
 *
 * Versions: only 0.
 */
import { ReadShareGroupStateRequest, ReadShareGroupStateResponse } from '@milena/protocol/messages'
import { clientContext } from '../coordinators/client-context.ts'
import { handler } from '../request/handler.ts'

export const readShareGroupState = handler(ReadShareGroupStateRequest, ReadShareGroupStateResponse, {
  versions: { min: 0, max: 0 },
  handle: (request, context) => context.services.shareState.read(request, clientContext(context)),
  errorResponse: (error, { topics }) => ({
    results: topics.map(({ topicId, partitions }) => ({
      topicId,
      partitions: partitions.map(({ partition }) => ({
        partition,
        errorCode: error.code,
        errorMessage: error.message,
        stateEpoch: 0,
        startOffset: 0,
        stateBatches: [],
      })),
    })),
  }),
})
