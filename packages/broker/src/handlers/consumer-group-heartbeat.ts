/**
 * ConsumerGroupHeartbeat (key 68): a member of a consumer group joins, is alive, says what it subscribes to and what
 * it holds, learns what it gets, or leaves (KIP-848).
 *
 * Versions: 1 regular expressions, and member ids made by clients (KIP-1082).
 */
import { ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse } from '@milena/protocol/messages'
import { clientContext } from '../coordinators/client-context.ts'
import { requireConsumerGroups } from '../request/consumer-groups.ts'
import { handler } from '../request/handler.ts'

export const consumerGroupHeartbeat = handler(ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse, {
  versions: { min: 0, max: 1 },
  handle(request, context) {
    requireConsumerGroups(context)
    return context.services.groups.consumerGroupHeartbeat(request, clientContext(context))
  },
  // Kafka has no words for what stops a heartbeat before it reaches its group.
  errorResponse: ({ code }) => ({
    throttleTimeMs: 0,
    errorCode: code,
    errorMessage: null,
    memberId: null,
    memberEpoch: 0,
    heartbeatIntervalMs: 0,
    assignment: null,
  }),
})
