/**
 * DeleteAcls (key 31): takes from the access control lists. Without an authorizer there are none: SECURITY_DISABLED.
 *
 * Versions: 1 kinds of pattern (KIP-290); 2 flexible; 3 users (KIP-373).
 */
import { DeleteAclsRequest, DeleteAclsResponse, Errors } from '@milena/protocol/messages'
import { ApiError } from '../request/api-error.ts'
import { CLOSE_CONNECTION, handler } from '../request/handler.ts'

type Filter = DeleteAclsRequest['filters'][number]

/** Kafka cannot make a filter of something unknown (0), and hangs up. */
function hasUnknown({ resourceTypeFilter, patternTypeFilter, operation, permissionType }: Filter): boolean {
  return [resourceTypeFilter, patternTypeFilter, operation, permissionType].includes(0)
}

export const deleteAcls = handler(DeleteAclsRequest, DeleteAclsResponse, {
  versions: { min: 1, max: 3 },
  handle({ filters }) {
    if (filters.some(hasUnknown)) return CLOSE_CONNECTION
    throw new ApiError(Errors.SECURITY_DISABLED, 'No Authorizer is configured.')
  },
  errorResponse: ({ code, message }, { filters }) => ({
    throttleTimeMs: 0,
    filterResults: filters.map(() => ({ errorCode: code, errorMessage: message, matchingAcls: [] })),
  }),
})
