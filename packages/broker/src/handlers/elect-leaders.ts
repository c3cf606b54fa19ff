/**
 * ElectLeaders (key 43): makes the preferred replica the leader again, or, where there is none in sync, any (KIP-460).
 *
 * Versions: 1 the kind of election, an error for the whole; 2 flexible.
 */
import { ElectLeadersRequest, ElectLeadersResponse } from '@milena/protocol/messages'
import { handler } from '../request/handler.ts'
import { MAX_ELEMENTS_TO_DECIDE } from '../request/request-limits.ts'

export const electLeaders = handler(ElectLeadersRequest, ElectLeadersResponse, {
  versions: { min: 0, max: 2 },
  maxElements: MAX_ELEMENTS_TO_DECIDE,
  handle: (request, { apiVersion, services }) => services.metadata.submit('electLeaders', request, { apiVersion }),
  errorResponse: ({ code, message }, { topicPartitions }) => ({
    throttleTimeMs: 0,
    errorCode: code,
    replicaElectionResults: (topicPartitions ?? []).map(({ topic, partitions }) => ({
      topic,
      partitionResult: partitions.map((partitionId) => ({ partitionId, errorCode: code, errorMessage: message })),
    })),
  }),
})
