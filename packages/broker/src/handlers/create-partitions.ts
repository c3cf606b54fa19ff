/**
 * CreatePartitions (key 37): gives topics more partitions, where the request says or where the controller sees fit.
 *
 * Versions: 2 flexible; 3 THROTTLING_QUOTA_EXCEEDED.
 */
import { CreatePartitionsRequest, CreatePartitionsResponse } from '@milena/protocol/messages'
import { handler } from '../request/handler.ts'

export const createPartitions = handler(CreatePartitionsRequest, CreatePartitionsResponse, {
  versions: { min: 0, max: 3 },
  handle: (request, { apiVersion, services }) => services.metadata.submit('createPartitions', request, { apiVersion }),
  errorResponse: ({ code, message }, { topics }) => ({
    throttleTimeMs: 0,
    results: topics.map(({ name }) => ({ name, errorCode: code, errorMessage: message })),
  }),
})
