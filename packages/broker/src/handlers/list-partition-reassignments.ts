/**
 * ListPartitionReassignments (key 46): the moves of partitions that are under way (KIP-455).
 */
import { listPartitionReassignments as list } from '@milena/metadata'
import { ListPartitionReassignmentsRequest, ListPartitionReassignmentsResponse } from '@milena/protocol/messages'
import { handler } from '../request/handler.ts'

export const listPartitionReassignments = handler(
  ListPartitionReassignmentsRequest,
  ListPartitionReassignmentsResponse,
  {
    versions: { min: 0, max: 0 },
    handle: (request, { services }) => list(services.metadata.image, request),
  },
)
