/**
 * CreateTopics (key 19): creates topics, or says whether it could. The controller decides; when the answer arrives the
 * topics are durable and this broker leads their partitions.
 *
 * Versions: 4 -1 partitions or replicas stand for the broker's defaults; 5 flexible, the topic's configs in the answer;
 * 6 THROTTLING_QUOTA_EXCEEDED; 7 topic ids.
 */
import { CreateTopicsRequest, CreateTopicsResponse } from '@milena/protocol/messages'
import { handler } from '../request/handler.ts'
import { MAX_ELEMENTS_TO_DECIDE } from '../request/request-limits.ts'
import { mutationQuota } from '../request/quota-client.ts'

const FIRST_VERSION_WITH_QUOTA_ERROR = 6

export const createTopics = handler(CreateTopicsRequest, CreateTopicsResponse, {
  versions: { min: 2, max: 7 },
  maxElements: MAX_ELEMENTS_TO_DECIDE,
  async handle(request, context) {
    const { apiVersion, services } = context
    const { recordMutations, throttleTimeMs } = mutationQuota(context, FIRST_VERSION_WITH_QUOTA_ERROR)
    const answer = await services.metadata.submit('createTopics', request, { apiVersion, recordMutations })
    return { ...answer, throttleTimeMs: throttleTimeMs() }
  },
  errorResponse: ({ code, message }, { topics }) => ({
    throttleTimeMs: 0,
    topics: topics.map(({ name }) => ({ name, errorCode: code, errorMessage: message })),
  }),
})
