import type { CoordinatorOutcome } from '../runtime/coordinator-shard.ts'
import { groupTombstones, isEmptyGroup, isGroupSubscribedToTopic, retentionStart } from './group-kinds.ts'
import { offsetTombstone } from './group-records.ts'
import type { Group, GroupContext, GroupEffect, GroupRecord, GroupState, GroupTypes } from './group-types.ts'
import { hasPendingTransactionalOffset, offsetsOfGroup } from './offsets.ts'

/** The timer of the cleaning round, one per partition. */
export const EXPIRATION_TIMER_KEY = 'expire-offsets'

export const nextExpiration = ({ environment }: GroupContext): GroupEffect => ({
  kind: 'setTimer',
  key: EXPIRATION_TIMER_KEY,
  delayMs: environment.config.offsetsRetentionCheckIntervalMs,
  event: { kind: 'expireOffsets' },
})

/** Forgets offsets that nobody needs any more, and empty groups that are left without one (KIP-211). */
export const expireOffsets = (state: GroupState, context: GroupContext): CoordinatorOutcome<GroupTypes> => {
  const records: GroupRecord[] = []
  for (const group of state.groups.values()) {
    const allExpired = expireOffsetsOfGroup(state, group, context, records)
    // A transaction that has not ended may yet bring it an offset.
    if (allExpired && isEmptyGroup(group) && !state.pending.hasGroup(group.groupId))
      records.push(...groupTombstones(group))
  }
  return { records, changes: [], effects: [nextExpiration(context)], divisible: true }
}

/** @returns true when no offset of the group is left. */
const expireOffsetsOfGroup = (
  state: GroupState,
  group: Group,
  { nowMs, environment }: GroupContext,
  records: GroupRecord[],
): boolean => {
  const baseTimestamp = retentionStart(group)
  let allExpired = true
  for (const [place, offset] of offsetsOfGroup(state, group.groupId)) {
    const isExpired =
      baseTimestamp !== undefined &&
      !isGroupSubscribedToTopic(group, place.topic) &&
      (offset.expireTimestampMs === -1
        ? nowMs - baseTimestamp(offset) >= environment.config.offsetsRetentionMs
        : nowMs >= offset.expireTimestampMs)
    if (isExpired && !hasPendingTransactionalOffset(state, place)) records.push(offsetTombstone(place))
    else allExpired = false
  }
  return allExpired
}
