/**
 * DescribeAcls (key 29): the access control lists that a filter finds. Without an authorizer there are none to be asked
 * for: SECURITY_DISABLED.
 *
 * Versions: 1 kinds of pattern (KIP-290); 2 flexible; 3 users (KIP-373).
 */
import { DescribeAclsRequest, DescribeAclsResponse, Errors } from '@milena/protocol/messages'
import { ApiError } from '../request/api-error.ts'
import { CLOSE_CONNECTION, handler } from '../request/handler.ts'

export const describeAcls = handler(DescribeAclsRequest, DescribeAclsResponse, {
  versions: { min: 1, max: 3 },
  handle({ resourceTypeFilter, patternTypeFilter, operation, permissionType }) {
    // Kafka cannot make a filter of something unknown (0), and hangs up.
    if ([resourceTypeFilter, patternTypeFilter, operation, permissionType].includes(0)) return CLOSE_CONNECTION
    throw new ApiError(Errors.SECURITY_DISABLED, 'No Authorizer is configured on the broker')
  },
})
