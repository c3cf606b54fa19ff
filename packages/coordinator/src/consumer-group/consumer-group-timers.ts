import type { GroupContext, GroupState, GroupTypes } from '../group/group-types.ts'
import type { CoordinatorOutcome } from '../runtime/coordinator-shard.ts'
import type { ConsumerGroup } from './consumer-group.ts'
import { expireMember } from './consumer-group-leave.ts'
import { ConsumerGroupOperation } from './consumer-group-operation.ts'
import type { ConsumerGroupChange, ConsumerGroupEvent } from './consumer-group-types.ts'

type Outcome = CoordinatorOutcome<GroupTypes>

const NOTHING: Outcome = Object.freeze({ records: [], changes: [], effects: [] })

/** A timer of a member fired. What it was set for may be over by now, in which case nothing happens. */
export const onConsumerGroupTimer = (state: GroupState, event: ConsumerGroupEvent, context: GroupContext): Outcome => {
  const group = state.groups.get(event.groupId)
  if (group?.type !== 'consumer') return NOTHING
  if (event.kind === 'consumerMemberExpired') {
    return expireMember(group, event.memberId, event.reason, context)?.outcome() ?? NOTHING
  }
  if (group.members.get(event.memberId)?.memberEpoch !== event.memberEpoch) return NOTHING
  const reason = `it failed to transition from epoch ${event.memberEpoch} in time`
  return expireMember(group, event.memberId, reason, context)?.outcome() ?? NOTHING
}

export const applyConsumerGroupChange = (state: GroupState, change: ConsumerGroupChange): void => {
  const group = state.groups.get(change.groupId)
  if (group?.type !== 'consumer') return
  switch (change.kind) {
    case 'requestMetadataRefresh':
      group.requestMetadataRefresh()
      break
    case 'setMetadataDeadline':
      group.metadataDeadline = { deadlineMs: change.deadlineMs, epoch: change.epoch }
      break
    case 'setResolvingRegexes':
      group.isResolvingRegexes = change.isResolving
      break
    case 'setAwaitedJoin':
      if (change.isAwaited) group.awaitedJoins.add(change.memberId)
      else group.awaitedJoins.delete(change.memberId)
  }
}

/** Members that the log knows get a full session, and as long as before to give up what they lose. */
export const onConsumerGroupLoaded = (group: ConsumerGroup, context: GroupContext): Outcome => {
  const operation = new ConsumerGroupOperation(group, context)
  for (const member of group.members.values()) {
    operation.prolongSession(member)
    if (member.state === 'UNREVOKED_PARTITIONS') operation.setRebalanceTimer(member)
  }
  return operation.outcome()
}
