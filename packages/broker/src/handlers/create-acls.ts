/**
 * CreateAcls (key 30): adds to the access control lists. Without an authorizer there are none: SECURITY_DISABLED.
 *
 * Versions: 1 kinds of pattern (KIP-290); 2 flexible; 3 users (KIP-373).
 */
import { CreateAclsRequest, CreateAclsResponse, Errors } from '@milena/protocol/messages'
import { ApiError } from '../request/api-error.ts'
import { CLOSE_CONNECTION, handler } from '../request/handler.ts'

type Creation = CreateAclsRequest['creations'][number]

/** Kafka cannot make an entry of something unknown (0), and hangs up. */
function hasUnknown({ resourceType, resourcePatternType, operation, permissionType }: Creation): boolean {
  return [resourceType, resourcePatternType, operation, permissionType].includes(0)
}

export const createAcls = handler(CreateAclsRequest, CreateAclsResponse, {
  versions: { min: 1, max: 3 },
  handle({ creations }) {
    if (creations.some(hasUnknown)) return CLOSE_CONNECTION
    throw new ApiError(Errors.SECURITY_DISABLED, 'No Authorizer is configured.')
  },
  errorResponse: ({ code, message }, { creations }) => ({
    throttleTimeMs: 0,
    results: creations.map(() => ({ errorCode: code, errorMessage: message })),
  }),
})
