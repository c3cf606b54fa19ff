/**
 * ShareGroupHeartbeat (key 76): a member of a share group joins, is alive, says what it subscribes to and learns which
 * partitions it has, or leaves (KIP-932). The member makes its own id.
 *
 * Versions: 1 the first stable one.
 */
import { Errors, ShareGroupHeartbeatRequest, ShareGroupHeartbeatResponse } from '@milena/protocol/messages'
import { clientContext } from '../coordinators/client-context.ts'
import { ApiError } from '../request/api-error.ts'
import { handler } from '../request/handler.ts'
import { requireShareGroups } from '../request/share-groups.ts'

const MAX_MEMBER_ID_LENGTH = 36

export const shareGroupHeartbeat = handler(ShareGroupHeartbeatRequest, ShareGroupHeartbeatResponse, {
  versions: { min: 1, max: 1 },
  handle(request, context) {
    requireShareGroups(context)
    const { length } = request.memberId
    if (length === 0 || length > MAX_MEMBER_ID_LENGTH) throw new ApiError(Errors.INVALID_REQUEST)
    return context.services.groups.shares.heartbeat(request, clientContext(context))
  },
  // Kafka says why only where the group itself refuses.
  errorResponse: ({ code: errorCode }) => ({
    throttleTimeMs: 0,
    errorCode,
    errorMessage: null,
    memberId: null,
    memberEpoch: 0,
    heartbeatIntervalMs: 0,
    assignment: null,
  }),
})
