/**
 * CreatePartitions (key 37): gives topics more partitions, where the request says or where the controller sees fit.
 *
 * Versions: 2 flexible; 3 THROTTLING_QUOTA_EXCEEDED.
 */
import { CreatePartitionsRequest, CreatePartitionsResponse } from '@milena/protocol/messages'
import { handler } from '../request/handler.ts'
import { MAX_ELEMENTS_TO_DECIDE } from '../request/request-limits.ts'
import { mutationQuota } from '../request/quota-client.ts'

const FIRST_VERSION_WITH_QUOTA_ERROR = 3

export const createPartitions = handler(CreatePartitionsRequest, CreatePartitionsResponse, {
  versions: { min: 0, max: 3 },
  maxElements: MAX_ELEMENTS_TO_DECIDE,
  async handle(request, context) {
    const { apiVersion, services } = context
    const { recordMutations, throttleTimeMs } = mutationQuota(context, FIRST_VERSION_WITH_QUOTA_ERROR)
    const answer = await services.metadata.submit('createPartitions', request, { apiVersion, recordMutations })
    return { ...answer, throttleTimeMs: throttleTimeMs() }
  },
  errorResponse: ({ code, message }, { topics }) => ({
    throttleTimeMs: 0,
    results: topics.map(({ name }) => ({ name, errorCode: code, errorMessage: message })),
  }),
})
