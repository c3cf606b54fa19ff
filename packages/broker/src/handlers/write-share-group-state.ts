/**
 * WriteShareGroupState (key 85): the leader of share partitions tells what became of their records.
 *
 * Versions: 1 how many records above the start offset are done with.
 */
import { WriteShareGroupStateRequest, WriteShareGroupStateResponse } from '@milena/protocol/messages'
import { clientContext } from '../coordinators/client-context.ts'
import { handler } from '../request/handler.ts'

export const writeShareGroupState = handler(WriteShareGroupStateRequest, WriteShareGroupStateResponse, {
  versions: { min: 0, max: 1 },
  handle: (request, context) => context.services.shareState.write(request, clientContext(context)),
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
