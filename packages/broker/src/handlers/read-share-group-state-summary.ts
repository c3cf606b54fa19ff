/**
 * ReadShareGroupStateSummary (key 87): how far share partitions are, without what is known of
 * single records.
 *
 * Versions: 1 how many records above the start offset are done with.
 */
import { ReadShareGroupStateSummaryRequest, ReadShareGroupStateSummaryResponse } from '@milena/protocol/messages'
import { clientContext } from '../coordinators/client-context.ts'
import { handler } from '../request/handler.ts'

export const readShareGroupStateSummary = handler(
  ReadShareGroupStateSummaryRequest,
  ReadShareGroupStateSummaryResponse,
  {
    versions: { min: 0, max: 1 },
    handle: (request, context) => context.services.shareState.readSummary(request, clientContext(context)),
    errorResponse: (error, { topics }) => ({
      results: topics.map(({ topicId, partitions }) => ({
        topicId,
        partitions: partitions.map(({ partition }) => ({
          partition,
          errorCode: error.code,
          errorMessage: error.message,
          stateEpoch: 0,
          leaderEpoch: 0,
          startOffset: 0,
        })),
      })),
    }),
  },
)
