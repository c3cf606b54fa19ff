import { onConsumerGroupLoaded } from '../consumer-group/consumer-group-timers.ts'
import { TopicSubscribers } from '../consumer-group/topic-subscribers.ts'
import type { CoordinatorOutcome, CoordinatorShard } from '../runtime/coordinator-shard.ts'
import { TimelineMap } from '../runtime/timeline-map.ts'
import { shareSessionsAfterLoad } from '../share-group/share-group-heartbeat.ts'
import type { ClassicGroup } from './classic-group.ts'
import { nextExpiration } from './expiration.ts'
import { GroupOperation } from './group-operation.ts'
import { onGroupRefused, onGroupTimer } from './group-timers.ts'
import type { Group, GroupChange, GroupContext, GroupEffect, GroupState, GroupTypes } from './group-types.ts'
import { PendingOffsets } from './pending-offsets.ts'
import { prepareRebalance } from './rebalance.ts'
import { applyGroupChange, replayGroupRecord } from './replay.ts'
import { endOffsetTransaction } from './txn-offset-commit.ts'

const onLoaded = (state: GroupState, context: GroupContext): CoordinatorOutcome<GroupTypes> => {
  const changes: GroupChange[] = []
  const effects: GroupEffect[] = [nextExpiration(context)]
  for (const group of state.groups.values()) {
    const outcome = onGroupLoaded(group, context)
    for (const change of outcome.changes) changes.push(change)
    for (const effect of outcome.effects) effects.push(effect)
  }
  return { records: [], changes, effects }
}

const onGroupLoaded = (group: Group, context: GroupContext): CoordinatorOutcome<GroupTypes> => {
  switch (group.type) {
    case 'classic':
      return onClassicGroupLoaded(group, context)
    case 'consumer':
      return onConsumerGroupLoaded(group, context)
    case 'share':
      return { records: [], changes: [], effects: shareSessionsAfterLoad(group, context) }
  }
}

/** Members that the log knows get a full session; a group over a lowered `group.max.size` rebalances. */
const onClassicGroupLoaded = (group: ClassicGroup, context: GroupContext): CoordinatorOutcome<GroupTypes> => {
  const operation = new GroupOperation(group, context)
  for (const member of group.members.values()) operation.prolongSession(member)
  if (group.members.size > context.environment.config.groupMaxSize) {
    prepareRebalance(operation, `loaded with ${group.members.size} members, which is over capacity`)
    return operation.outcome()
  }
  return { ...operation.outcome(), changes: [] }
}

/** The group coordinator of one partition of `__consumer_offsets`. */
export const groupShard: CoordinatorShard<GroupTypes> = {
  initial: (clock) => ({
    clock,
    groups: new TimelineMap(clock),
    subscribers: new TopicSubscribers(),
    offsets: new TimelineMap(clock),
    pending: new PendingOffsets(),
  }),
  onTimer: onGroupTimer,
  onRefused: onGroupRefused,
  replay: replayGroupRecord,
  endTransaction: endOffsetTransaction,
  apply: applyGroupChange,
  onLoaded,
}
