import { onConsumerGroupTimer } from '../consumer-group/consumer-group-timers.ts'
import type { CoordinatorOutcome } from '../runtime/coordinator-shard.ts'
import { expireShareSession } from '../share-group/share-group-heartbeat.ts'
import { hasSatisfiedHeartbeat } from './classic-member.ts'
import { expireOffsets } from './expiration.ts'
import { classicGroupOf } from './group-kinds.ts'
import { GroupOperation } from './group-operation.ts'
import type { GroupContext, GroupEvent, GroupState, GroupTypes } from './group-types.ts'
import {
  completeJoin,
  continueWithout,
  failAwaitingSyncs,
  prepareRebalance,
  prolongOrCompleteInitialRebalance,
  removeMember,
} from './rebalance.ts'

type Outcome = CoordinatorOutcome<GroupTypes>
type Handler = (operation: GroupOperation) => void

const NOTHING: Outcome = Object.freeze({ records: [], changes: [], effects: [] })

/** A timer fired. What it was set for may be over by now, in which case nothing happens. */
export const onGroupTimer = (state: GroupState, event: GroupEvent, context: GroupContext): Outcome => {
  switch (event.kind) {
    case 'sessionExpired':
      return onGroup(state, event.groupId, context, (operation) => expireSession(operation, event.memberId))
    case 'initialRebalance':
      return onGroup(state, event.groupId, context, (operation) => {
        if (operation.group.state !== 'PreparingRebalance') return
        prolongOrCompleteInitialRebalance(operation, event.delayMs, event.remainingMs)
      })
    case 'joinExpired':
      return onGroup(state, event.groupId, context, (operation) => {
        if (operation.group.state === 'PreparingRebalance') completeJoin(operation)
      })
    case 'syncExpired':
      return onGroup(state, event.groupId, context, (operation) => expireSync(operation, event.generationId))
    case 'shareSessionExpired':
      return expireShareSession(state, event, context)
    case 'expireOffsets':
      return expireOffsets(state, context)
    case 'syncRefused':
      return NOTHING
    case 'consumerMemberExpired':
    case 'consumerRebalanceExpired':
      return onConsumerGroupTimer(state, event, context)
  }
}

/** The log did not take an assignment: its generation is over, and everybody who waits for it hears why. */
export const onGroupRefused = (
  state: GroupState,
  event: GroupEvent,
  errorCode: number,
  context: GroupContext,
): Outcome => {
  if (event.kind !== 'syncRefused') return NOTHING
  return onGroup(state, event.groupId, context, (operation) => {
    const { group } = operation
    if (group.state !== 'CompletingRebalance' || group.generationId !== event.generationId) return
    failAwaitingSyncs(operation, errorCode)
    prepareRebalance(operation, `error ${errorCode} when storing the group's assignment`)
  })
}

const onGroup = (state: GroupState, groupId: string, context: GroupContext, handle: Handler): Outcome => {
  const group = classicGroupOf(state, groupId)
  if (group === undefined) return NOTHING
  const operation = new GroupOperation(group, context)
  handle(operation)
  return operation.outcome()
}

const expireSession = (operation: GroupOperation, memberId: string): void => {
  const { group } = operation
  if (group.pendingJoin.has(memberId)) {
    operation.log('Pending member has been removed after session timeout expiration.', { member: memberId })
    group.removeMember(memberId)
    if (group.state === 'PreparingRebalance') continueWithout(operation, 'a pending member expired')
    return
  }
  const member = group.members.get(memberId)
  // Whoever waits is not watched: the session starts anew with the answer.
  if (member === undefined || hasSatisfiedHeartbeat(member)) return
  operation.log('Member has failed, removing it from the group.', { member: memberId })
  removeMember(operation, member)
  continueWithout(operation, `removing member ${memberId} on heartbeat expiration`)
}

/** Members that got their join answer and never sent SyncGroup are out, or the others would wait for ever. */
const expireSync = (operation: GroupOperation, generationId: number): void => {
  const { group } = operation
  if (group.generationId !== generationId || group.pendingSync.size === 0) return
  if (group.state !== 'CompletingRebalance' && group.state !== 'Stable') return
  const silent = [...group.pendingSync]
  for (const memberId of silent) {
    const member = group.members.get(memberId)
    if (member !== undefined) removeMember(operation, member)
  }
  prepareRebalance(operation, `removing ${silent.join(', ')} on pending sync request expiration`)
}
