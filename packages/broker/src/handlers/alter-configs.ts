/**
 * AlterConfigs (key 33): replaces all configs of a resource, so that what is not named goes back to its default.
 * Clients have IncrementalAlterConfigs instead since 2.3, but old ones still send this.
 *
 * Versions: 1 throttle time after the answer; 2 flexible.
 */
import { AlterConfigsRequest, AlterConfigsResponse } from '@milena/protocol/messages'
import { handler } from '../request/handler.ts'
import { MAX_ELEMENTS_TO_DECIDE } from '../request/request-limits.ts'

export const alterConfigs = handler(AlterConfigsRequest, AlterConfigsResponse, {
  versions: { min: 0, max: 2 },
  maxElements: MAX_ELEMENTS_TO_DECIDE,
  handle: (request, { apiVersion, services }) => services.metadata.submit('alterConfigs', request, { apiVersion }),
  errorResponse: ({ code, message }, { resources }) => ({
    throttleTimeMs: 0,
    responses: resources.map(({ resourceType, resourceName }) => ({
      errorCode: code,
      errorMessage: message,
      resourceType,
      resourceName,
    })),
  }),
})
