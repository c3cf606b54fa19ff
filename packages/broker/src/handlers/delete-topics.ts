/**
 * DeleteTopics (key 20): deletes topics by name or by id. Their partitions are gone for clients at once; the files
 * follow later (`file.delete.delay.ms`), and so do the offsets that groups committed for them.
 *
 * Versions: 4 flexible; 5 error messages and THROTTLING_QUOTA_EXCEEDED; 6 topic ids.
 */
import { DeleteTopicsRequest, DeleteTopicsResponse } from '@milena/protocol/messages'
import { handler } from '../request/handler.ts'
import { MAX_ELEMENTS_TO_DECIDE } from '../request/request-limits.ts'
import { mutationQuota } from '../request/quota-client.ts'

const FIRST_VERSION_WITH_QUOTA_ERROR = 5

export const deleteTopics = handler(DeleteTopicsRequest, DeleteTopicsResponse, {
  versions: { min: 1, max: 6 },
  maxElements: MAX_ELEMENTS_TO_DECIDE,
  async handle(request, context) {
    const { apiVersion, services } = context
    const { recordMutations, throttleTimeMs } = mutationQuota(context, FIRST_VERSION_WITH_QUOTA_ERROR)
    const answer = await services.metadata.submit('deleteTopics', request, { apiVersion, recordMutations })
    return { ...answer, throttleTimeMs: throttleTimeMs() }
  },
  errorResponse: ({ code, message }, { topics, topicNames }) => ({
    throttleTimeMs: 0,
    responses: [...topics, ...topicNames.map((name) => ({ name }))].map((topic) => ({
      ...topic,
      errorCode: code,
      errorMessage: message,
    })),
  }),
})
