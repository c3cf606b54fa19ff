/**
 * ShareAcknowledge (key 79): a member of a share group says what became of records that it acquired (KIP-932): accepted,
 * given back, rejected, not there (gap), or not ready yet (renew). With the epoch -1 its session ends, and what it still
 * holds goes back.
 *
 * Versions: 1 the first stable one; 2 renewing locks (KIP-1222).
 */
import { Errors, ShareAcknowledgeRequest, ShareAcknowledgeResponse } from '@milena/protocol/messages'
import { ApiError } from '../request/api-error.ts'
import { handler } from '../request/handler.ts'
import { MAX_ELEMENTS_TO_ACKNOWLEDGE } from '../request/request-limits.ts'
import { acknowledgeAll } from '../share/share-acknowledgements.ts'
import { acknowledgeSession } from '../share/share-fetch-context.ts'
import { byTopic, CurrentLeaders, sessionKeyOf } from '../share/share-request.ts'
import { FINAL_EPOCH } from '../share/share-session.ts'

const FIRST_VERSION_WITH_RENEWAL = 2

export const shareAcknowledge = handler(ShareAcknowledgeRequest, ShareAcknowledgeResponse, {
  versions: { min: 1, max: 2 },
  maxElements: MAX_ELEMENTS_TO_ACKNOWLEDGE,
  handle: async (request, context) => {
    const key = sessionKeyOf(request, context)
    const { shareSessionEpoch } = request
    const { sharePartitions: manager, metadata } = context.services
    const error = acknowledgeSession(manager, key, shareSessionEpoch)
    if (error !== undefined) throw new ApiError(error)
    const supportsRenew = context.apiVersion >= FIRST_VERSION_WITH_RENEWAL
    const results = await acknowledgeAll(request, { manager, image: metadata.image, key, supportsRenew })
    // The answer does not wait for what goes back.
    if (shareSessionEpoch === FINAL_EPOCH) void manager.closeSession(key)
    const leaders = new CurrentLeaders(context)
    const responses = byTopic(results, ({ topic, partition, errorCode, errorMessage }) => ({
      partitionIndex: partition,
      errorCode,
      errorMessage,
      currentLeader: { leaderId: 0, leaderEpoch: 0, ...leaders.of(topic, partition, errorCode).currentLeader },
    }))
    return {
      throttleTimeMs: 0,
      errorCode: Errors.NONE.code,
      acquisitionLockTimeoutMs: supportsRenew ? manager.configOf(key.groupId).recordLockDurationMs : 0,
      responses,
      nodeEndpoints: leaders.nodes,
    }
  },
  // As in Kafka, without words.
  errorResponse: ({ code }) => ({
    throttleTimeMs: 0,
    errorCode: code,
    acquisitionLockTimeoutMs: 0,
    responses: [],
    nodeEndpoints: [],
  }),
})
