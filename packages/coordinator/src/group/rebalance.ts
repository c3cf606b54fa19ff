import { Errors } from '@milena/protocol/messages'
import { hasAllMembersJoined, rebalanceTimeoutMs } from './classic-group.ts'
import type { ClassicMember } from './classic-member.ts'
import { EMPTY_BYTES } from './classic-member.ts'
import type { GroupOperation } from './group-operation.ts'
import { groupMetadataRecord } from './group-records.ts'
import { UNKNOWN_MEMBER_ID, joinError, joined, syncError } from './group-responses.ts'

export const joinTimerKey = (groupId: string): string => `join-${groupId}`
export const syncTimerKey = (groupId: string): string => `sync-${groupId}`

/** Starts a rebalance where one can start; otherwise a member less or more may complete the one that runs. */
export const rebalanceOrCompleteJoin = (operation: GroupOperation, reason: string): void => {
  if (operation.group.state === 'PreparingRebalance') completeJoinIfReady(operation)
  else prepareRebalance(operation, reason)
}

/** Everybody has to join again. Those who wait for their assignment are told so, the others learn by heartbeat. */
export const prepareRebalance = (operation: GroupOperation, reason: string): void => {
  const { group, context } = operation
  if (group.state === 'CompletingRebalance') failAwaitingSyncs(operation, Errors.REBALANCE_IN_PROGRESS.code)
  group.clearPendingSync()
  operation.cancelTimer(syncTimerKey(group.groupId))
  const isInitial = group.state === 'Empty'
  group.transitionTo('PreparingRebalance', context.nowMs)
  operation.log('Preparing to rebalance group.', { oldGeneration: group.generationId, reason })
  if (isInitial) {
    const delayMs = context.environment.config.groupInitialRebalanceDelayMs
    const remainingMs = Math.max(rebalanceTimeoutMs(group) - delayMs, 0)
    setInitialRebalanceTimer(operation, delayMs, remainingMs)
  } else if (hasAllMembersJoined(group)) completeJoin(operation)
  else setJoinTimer(operation)
}

/** The first rebalance of a group waits for members that start at the same time, longer while more of them come. */
export const prolongOrCompleteInitialRebalance = (
  operation: GroupOperation,
  delayMs: number,
  remainingMs: number,
): void => {
  const { group, context } = operation
  if (!group.newMemberAdded || remainingMs === 0) return completeJoin(operation)
  group.newMemberAdded = false
  const nextDelayMs = Math.min(context.environment.config.groupInitialRebalanceDelayMs, remainingMs)
  setInitialRebalanceTimer(operation, nextDelayMs, Math.max(remainingMs - delayMs, 0))
}

const setInitialRebalanceTimer = (operation: GroupOperation, delayMs: number, remainingMs: number): void => {
  const { groupId } = operation.group
  operation.setTimer(joinTimerKey(groupId), delayMs, { kind: 'initialRebalance', groupId, delayMs, remainingMs })
}

const setJoinTimer = (operation: GroupOperation): void => {
  const { group } = operation
  const event = { kind: 'joinExpired', groupId: group.groupId } as const
  operation.setTimer(joinTimerKey(group.groupId), rebalanceTimeoutMs(group), event)
}

/** An initial rebalance ends by its timer only. */
export const completeJoinIfReady = (operation: GroupOperation): void => {
  const { group } = operation
  if (group.state !== 'PreparingRebalance' || group.previousState === 'Empty') return
  if (hasAllMembersJoined(group)) completeJoin(operation)
}

/** The next generation begins with those who came; dynamic members that did not are out. */
export const completeJoin = (operation: GroupOperation): void => {
  const { group, context } = operation
  operation.cancelTimer(joinTimerKey(group.groupId))
  const late = [...group.members.values()].filter(
    (member) => member.awaitingJoin === null && member.groupInstanceId === null,
  )
  for (const member of late) {
    group.removeMember(member.memberId)
    operation.cancelTimer(member.sessionTimerKey)
  }
  if (!group.electJoinedLeader() && group.members.size > 0) {
    // Only static members are left and none came: their sessions decide how long the group waits for them.
    setJoinTimer(operation)
    return
  }
  group.startNextGeneration(context.nowMs)
  if (group.state === 'Empty') {
    operation.log('Group is now empty.', { generation: group.generationId })
    operation.write(groupMetadataRecord(group))
    return
  }
  operation.log('Stabilized group.', { generation: group.generationId, members: group.members.size })
  for (const member of group.members.values()) answerJoin(operation, member)
  operation.setTimer(syncTimerKey(group.groupId), rebalanceTimeoutMs(group), {
    kind: 'syncExpired',
    groupId: group.groupId,
    generationId: group.generationId,
  })
}

const answerJoin = (operation: GroupOperation, member: ClassicMember): void => {
  const { group } = operation
  if (member.awaitingJoin !== null) {
    const withMembers = member.memberId === group.leaderId
    operation.reply(member.awaitingJoin, joined(group, member.memberId, { withMembers }))
  }
  group.setMember({ ...member, awaitingJoin: null, isNew: false })
  group.addPendingSync(member.memberId)
  operation.prolongSession(member)
}

/** No assignment came of this generation: whoever waits for one is sent away with the error. */
export const failAwaitingSyncs = (operation: GroupOperation, errorCode: number): void => {
  const { group } = operation
  for (const member of group.members.values()) {
    if (member.awaitingSync !== null) {
      operation.reply(member.awaitingSync, syncError(errorCode))
      operation.prolongSession(member)
    }
    group.setMember({ ...member, assignment: EMPTY_BYTES, awaitingSync: null })
  }
}

/** Takes a member out; what it waits for is answered so that a client that still lives joins anew. */
export const removeMember = (operation: GroupOperation, member: ClassicMember): void => {
  const { group } = operation
  if (member.awaitingJoin !== null) {
    operation.reply(member.awaitingJoin, joinError(UNKNOWN_MEMBER_ID, Errors.UNKNOWN_MEMBER_ID.code))
  }
  if (member.awaitingSync !== null) operation.reply(member.awaitingSync, syncError(Errors.UNKNOWN_MEMBER_ID.code))
  group.removeMember(member.memberId)
  operation.cancelTimer(member.sessionTimerKey)
}

/** The group goes on without a member or a pending member that was just removed. */
export const continueWithout = (operation: GroupOperation, reason: string): void => {
  const { group } = operation
  if (group.state === 'Stable' || group.state === 'CompletingRebalance') prepareRebalance(operation, reason)
  else if (group.state === 'PreparingRebalance' && hasAllMembersJoined(group)) completeJoin(operation)
}
