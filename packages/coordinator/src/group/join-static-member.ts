import type { JoinGroupRequest } from '@milena/protocol/messages'
import { Errors } from '@milena/protocol/messages'
import { computeSubscribedTopics, selectProtocol } from './classic-group.ts'
import type { GroupOperation } from './group-operation.ts'
import { groupMetadataRecord } from './group-records.ts'
import { joinError, joined, syncError } from './group-responses.ts'
import type { GroupRequestContext } from './group-types.ts'
import type { JoinResult } from './join-request.ts'
import { reasonOf, updateMember } from './join-request.ts'
import { completeJoinIfReady, prepareRebalance } from './rebalance.ts'

/**
 * A static member joins without a member id while its instance is in the group: it was restarted. It takes the place
 * of its former self, which is fenced from now on, and a stable group stays stable if nothing else changed (KIP-345).
 */
export const joinAsKnownStaticMember = (
  operation: GroupOperation,
  request: JoinGroupRequest,
  context: GroupRequestContext,
  { existing, memberId }: { readonly existing: string; readonly memberId: string },
): JoinResult => {
  const { group } = operation
  const old = group.members.get(existing)
  if (old === undefined) return operation.answerNow(joinError(memberId, Errors.UNKNOWN_MEMBER_ID.code))
  const leaderBefore = group.leaderId
  if (old.awaitingJoin !== null) operation.reply(old.awaitingJoin, joinError(existing, Errors.FENCED_INSTANCE_ID.code))
  if (old.awaitingSync !== null) operation.reply(old.awaitingSync, syncError(Errors.FENCED_INSTANCE_ID.code))
  operation.cancelTimer(old.sessionTimerKey)
  const replaced = group.replaceStaticMember(old, memberId)
  operation.prolongSession(replaced)
  updateMember(operation, request, context, replaced)
  const why = `static member ${memberId} with instance id ${request.groupInstanceId} joined; client reason: ${reasonOf(request)}`
  switch (group.state) {
    case 'Stable':
      if (group.protocolName === selectProtocol(group)) stayStable(operation, context, memberId, leaderBefore)
      else prepareRebalance(operation, `the protocol changes because ${why}`)
      break
    case 'CompletingRebalance':
      // The leader may already be assigning partitions to the former self.
      prepareRebalance(operation, why)
      break
    case 'PreparingRebalance':
      completeJoinIfReady(operation)
      break
    case 'Empty':
      break
  }
  return operation.answerLater()
}

/** Only the member id changes. It is written before the member learns it, or a failover would not know the member. */
const stayStable = (
  operation: GroupOperation,
  context: GroupRequestContext,
  memberId: string,
  leaderBefore: string | null,
): void => {
  const { group } = operation
  group.subscribedTopics = computeSubscribedTopics(group)
  operation.write(groupMetadataRecord(group))
  const member = group.members.get(memberId)
  if (member !== undefined) group.setMember({ ...member, awaitingJoin: null })
  const isLeader = group.leaderId === memberId
  // Before v9 a leader cannot be told to leave the assignment alone, so it is told that another one leads (KIP-814).
  const response =
    context.apiVersion >= 9
      ? joined(group, memberId, { withMembers: isLeader, skipAssignment: isLeader })
      : joined(group, memberId, { withMembers: false, leaderId: leaderBefore })
  operation.reply(context.requestId, response)
}
