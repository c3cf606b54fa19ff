/**
 * ShareGroupDescribe (key 77): state and members of share groups.
 *
 * Versions: 1 the first stable one.
 */
import { Errors, ShareGroupDescribeRequest, ShareGroupDescribeResponse } from '@milena/protocol/messages'
import { clientContext } from '../coordinators/client-context.ts'
import { allOperations, OPERATIONS_NOT_ASKED } from '../request/authorized-operations.ts'
import { handler } from '../request/handler.ts'
import { requireShareGroups } from '../request/share-groups.ts'

export const shareGroupDescribe = handler(ShareGroupDescribeRequest, ShareGroupDescribeResponse, {
  versions: { min: 1, max: 1 },
  async handle({ groupIds, includeAuthorizedOperations }, context) {
    requireShareGroups(context)
    const groups = await context.services.groups.shares.describe(groupIds, clientContext(context))
    if (!includeAuthorizedOperations) return { throttleTimeMs: 0, groups }
    return {
      throttleTimeMs: 0,
      groups: groups.map((group) =>
        group.errorCode === Errors.NONE.code ? { ...group, authorizedOperations: allOperations.group } : group,
      ),
    }
  },
  // Kafka says why only of a group that was looked for.
  errorResponse: ({ code: errorCode }, { groupIds }) => ({
    throttleTimeMs: 0,
    groups: groupIds.map((groupId) => ({
      errorCode,
      errorMessage: null,
      groupId,
      groupState: '',
      groupEpoch: 0,
      assignmentEpoch: 0,
      assignorName: '',
      members: [],
      authorizedOperations: OPERATIONS_NOT_ASKED,
    })),
  }),
})
