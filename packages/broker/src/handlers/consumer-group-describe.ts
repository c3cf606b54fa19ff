/**
 * ConsumerGroupDescribe (key 69): state, epochs and members of consumer groups, with what each member holds and what
 * it shall hold (KIP-848). Groups of another kind are not found.
 *
 * Versions: 1 whether a member speaks the classic protocol (KIP-1099).
 */
import { ConsumerGroupDescribeRequest, ConsumerGroupDescribeResponse, Errors } from '@milena/protocol/messages'
import { clientContext } from '../coordinators/client-context.ts'
import { allOperations } from '../request/authorized-operations.ts'
import { requireConsumerGroups } from '../request/consumer-groups.ts'
import { handler } from '../request/handler.ts'

export const consumerGroupDescribe = handler(ConsumerGroupDescribeRequest, ConsumerGroupDescribeResponse, {
  versions: { min: 0, max: 1 },
  async handle(request, context) {
    requireConsumerGroups(context)
    const response = await context.services.groups.consumerGroupDescribe(request, clientContext(context))
    if (!request.includeAuthorizedOperations) return response
    const groups = response.groups.map((group) =>
      group.errorCode === Errors.NONE.code ? { ...group, authorizedOperations: allOperations.group } : group,
    )
    return { ...response, groups }
  },
  errorResponse: ({ code }, { groupIds }) => ({
    throttleTimeMs: 0,
    groups: groupIds.map((groupId) => ({
      errorCode: code,
      groupId,
      groupState: '',
      groupEpoch: 0,
      assignmentEpoch: 0,
      assignorName: '',
      members: [],
    })),
  }),
})
