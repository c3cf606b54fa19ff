import type { SyncGroupRequest, SyncGroupResponse } from '@milena/protocol/messages'
import { Errors } from '@milena/protocol/messages'
import { syncConsumerGroup } from '../consumer-group/classic-members.ts'
import { answered } from '../runtime/coordinator-shard.ts'
import type { ClassicGroup } from './classic-group.ts'
import { validateMember } from './classic-group.ts'
import type { ClassicMember } from './classic-member.ts'
import { EMPTY_BYTES } from './classic-member.ts'
import { GroupOperation } from './group-operation.ts'
import { groupMetadataRecord } from './group-records.ts'
import { syncError, synced } from './group-responses.ts'
import type { GroupRequestContext, GroupResult, GroupState } from './group-types.ts'
import { syncTimerKey } from './rebalance.ts'

type SyncResult = GroupResult<SyncGroupResponse>

/** SyncGroup: the leader brings everyone's assignment, the others wait for it. */
export const syncGroup = (state: GroupState, request: SyncGroupRequest, context: GroupRequestContext): SyncResult => {
  const group = state.groups.get(request.groupId)
  if (group?.type === 'consumer') return syncConsumerGroup(group, request, context)
  if (group?.type !== 'classic' || group.state === 'Empty') return answered(syncError(Errors.UNKNOWN_MEMBER_ID.code))
  const error = validate(group, request)
  const member = group.members.get(request.memberId)
  if (error !== Errors.NONE.code || member === undefined) return answered(syncError(error))
  switch (group.state) {
    case 'PreparingRebalance':
      return answered(syncError(Errors.REBALANCE_IN_PROGRESS.code))
    case 'CompletingRebalance':
      return awaitAssignment(new GroupOperation(group, context), request, context, member)
    case 'Stable':
      return answerStable(group, member, context)
  }
}

const validate = (group: ClassicGroup, request: SyncGroupRequest): number => {
  const error = validateMember(group, request)
  if (error !== Errors.NONE.code) return error
  if (request.generationId !== group.generationId) return Errors.ILLEGAL_GENERATION.code
  const differs = (asked: string | null, actual: string | null): boolean =>
    asked !== null && actual !== null && asked !== actual
  if (differs(request.protocolType, group.protocolType) || differs(request.protocolName, group.protocolName)) {
    return Errors.INCONSISTENT_GROUP_PROTOCOL.code
  }
  return Errors.NONE.code
}

const answerStable = (group: ClassicGroup, member: ClassicMember, context: GroupRequestContext): SyncResult => {
  if (!group.pendingSync.has(member.memberId)) return answered(synced(group, member))
  const operation = new GroupOperation(group, context)
  removePendingSync(operation, member.memberId)
  return operation.answerNow(synced(operation.group, member))
}

const awaitAssignment = (
  operation: GroupOperation,
  request: SyncGroupRequest,
  context: GroupRequestContext,
  member: ClassicMember,
): SyncResult => {
  const { group } = operation
  if (member.awaitingSync !== null) {
    // A client asks again only after it has given up on its first request.
    operation.reply(member.awaitingSync, syncError(Errors.REBALANCE_IN_PROGRESS.code))
  }
  group.setMember({ ...member, awaitingSync: context.requestId })
  removePendingSync(operation, member.memberId)
  if (group.leaderId === member.memberId) assign(operation, request)
  return operation.answerLater()
}

/** The assignment is in the log before anyone learns it: after a failover all members are told the same. */
const assign = (operation: GroupOperation, request: SyncGroupRequest): void => {
  const { group, context } = operation
  const assignments = new Map(request.assignments.map(({ memberId, assignment }) => [memberId, assignment]))
  for (const member of group.members.values()) {
    group.setMember({ ...member, assignment: assignments.get(member.memberId)?.slice() ?? EMPTY_BYTES })
  }
  operation.log('Assignment received from leader.', {
    leader: request.memberId,
    generation: group.generationId,
    members: group.members.size,
    staticMembers: group.staticMembers.size,
  })
  group.transitionTo('Stable', context.nowMs)
  operation.write(groupMetadataRecord(group))
  operation.ifRefused({ kind: 'syncRefused', groupId: group.groupId, generationId: group.generationId })
  for (const member of group.members.values()) {
    if (member.awaitingSync === null) continue
    operation.reply(member.awaitingSync, synced(group, member))
    group.setMember({ ...member, awaitingSync: null })
    operation.prolongSession(member)
  }
}

const removePendingSync = (operation: GroupOperation, memberId: string): void => {
  const { group } = operation
  group.removePendingSync(memberId)
  if (group.pendingSync.size === 0) operation.cancelTimer(syncTimerKey(group.groupId))
}
