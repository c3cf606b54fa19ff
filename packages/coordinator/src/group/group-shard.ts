import type { CoordinatorOutcome, CoordinatorShard } from '../runtime/coordinator-shard.ts'
import { TimelineMap } from '../runtime/timeline-map.ts'
import { nextExpiration } from './expiration.ts'
import { GroupOperation } from './group-operation.ts'
import { onGroupRefused, onGroupTimer } from './group-timers.ts'
import type { GroupChange, GroupContext, GroupEffect, GroupState, GroupTypes } from './group-types.ts'
import { prepareRebalance } from './rebalance.ts'
import { applyGroupChange, replayGroupRecord } from './replay.ts'

/** Members that the log knows get a full session; a group over a lowered `group.max.size` rebalances. */
const onLoaded = (state: GroupState, context: GroupContext): CoordinatorOutcome<GroupTypes> => {
  const changes: GroupChange[] = []
  const effects: GroupEffect[] = [nextExpiration(context)]
  for (const group of state.groups.values()) {
    if (group.type !== 'classic') continue
    for (const { sessionTimerKey: key, sessionTimeoutMs: delayMs, sessionEvent: event } of group.members.values()) {
      effects.push({ kind: 'setTimer', key, delayMs, event })
    }
    if (group.members.size <= context.environment.config.groupMaxSize) continue
    const operation = new GroupOperation(group, context)
    prepareRebalance(operation, `loaded with ${group.members.size} members, which is over capacity`)
    const outcome = operation.outcome()
    changes.push(...outcome.changes)
    effects.push(...outcome.effects)
  }
  return { records: [], changes, effects }
}

/** The group coordinator of one partition of `__consumer_offsets`. */
export const groupShard: CoordinatorShard<GroupTypes> = {
  initial: (clock) => ({ clock, groups: new TimelineMap(clock), offsets: new TimelineMap(clock) }),
  onTimer: onGroupTimer,
  onRefused: onGroupRefused,
  replay: replayGroupRecord,
  apply: applyGroupChange,
  onLoaded,
}
