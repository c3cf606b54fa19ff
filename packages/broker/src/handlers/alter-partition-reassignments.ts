/**
 * AlterPartitionReassignments (key 45): moves partitions to other brokers, or calls a move off (KIP-455). On one node
 * there is nowhere to go, so what is valid is done already.
 *
 * Versions: 1 a change of the number of replicas can be forbidden (KIP-860).
 */
import {
  AlterPartitionReassignmentsRequest,
  AlterPartitionReassignmentsResponse,
  Errors,
} from '@milena/protocol/messages'
import { ApiError } from '../request/api-error.ts'
import { handler } from '../request/handler.ts'
import { MAX_ELEMENTS_TO_DECIDE } from '../request/request-limits.ts'

export const alterPartitionReassignments = handler(
  AlterPartitionReassignmentsRequest,
  AlterPartitionReassignmentsResponse,
  {
    versions: { min: 0, max: 1 },
    maxElements: MAX_ELEMENTS_TO_DECIDE,
    async handle(request, { services }) {
      if (request.timeoutMs < 0) throw new ApiError(Errors.REQUEST_TIMED_OUT)
      const answer = await services.metadata.submit('alterPartitionReassignments', request)
      // Kafka does not ask its controller when there is nothing to move.
      return request.topics.length === 0 ? { ...answer, errorMessage: '' } : answer
    },
    errorResponse: ({ code }, { topics, allowReplicationFactorChange }) => ({
      throttleTimeMs: 0,
      allowReplicationFactorChange,
      errorCode: code,
      errorMessage: null,
      responses: topics.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode: code, errorMessage: null })),
      })),
    }),
  },
)
