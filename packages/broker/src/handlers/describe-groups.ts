/**
 * DescribeGroups (key 15): state and members of classic groups.
 *
 * Versions: 1 throttle time; 3 authorized operations (KIP-430); 4 static instance ids (KIP-345); 5 flexible; 6 an
 * unknown group is GROUP_ID_NOT_FOUND with a message (KIP-1043), before it is a group in state Dead.
 */
import { DescribeGroupsRequest, DescribeGroupsResponse, Errors } from '@milena/protocol/messages'
import { clientContext } from '../coordinators/client-context.ts'
import { allOperations } from '../request/authorized-operations.ts'
import { handler } from '../request/handler.ts'

export const describeGroups = handler(DescribeGroupsRequest, DescribeGroupsResponse, {
  versions: { min: 0, max: 6 },
  async handle(request, context) {
    const response = await context.services.groups.describeGroups(request, clientContext(context))
    if (!request.includeAuthorizedOperations) return response
    const groups = response.groups.map((group) =>
      group.errorCode === Errors.NONE.code ? { ...group, authorizedOperations: allOperations.group } : group,
    )
    return { ...response, groups }
  },
})
