import type { CoordinatorOutcome } from '../runtime/coordinator-shard.ts'
import type { ClassicGroup } from './classic-group.ts'
import { isConsumerGroup, isSubscribedToTopic } from './classic-group.ts'
import { groupTombstone, offsetTombstone } from './group-records.ts'
import type {
  GroupContext,
  GroupEffect,
  GroupRecord,
  GroupState,
  GroupTypes,
  OffsetAndMetadata,
} from './group-types.ts'
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
    if (allExpired && group.state === 'Empty') records.push(groupTombstone(group.groupId))
  }
  return { records, changes: [], effects: [nextExpiration(context)], divisible: true }
}

/** @returns true when no offset of the group is left. */
const expireOffsetsOfGroup = (
  state: GroupState,
  group: ClassicGroup,
  { nowMs, environment }: GroupContext,
  records: GroupRecord[],
): boolean => {
  const baseTimestamp = retentionStart(group)
  let allExpired = true
  for (const [place, offset] of offsetsOfGroup(state, group.groupId)) {
    const isExpired =
      baseTimestamp !== undefined &&
      !isSubscribedToTopic(group, place.topic) &&
      (offset.expireTimestampMs === -1
        ? nowMs - baseTimestamp(offset) >= environment.config.offsetsRetentionMs
        : nowMs >= offset.expireTimestampMs)
    if (isExpired && !hasPendingTransactionalOffset(state, place)) records.push(offsetTombstone(place))
    else allExpired = false
  }
  return allExpired
}

/**
 * From when the retention of a commit counts: from the commit in a group without members of its own (a simple group)
 * and for topics that a stable group of consumers has left; from the last member's leaving in an empty group. Offsets
 * of other groups stay.
 */
const retentionStart = (group: ClassicGroup): ((offset: OffsetAndMetadata) => number) | undefined => {
  if (group.protocolType === null) return ({ commitTimestampMs }) => commitTimestampMs
  if (group.state === 'Empty') {
    return ({ commitTimestampMs }) => (group.stateTimestampMs === -1 ? commitTimestampMs : group.stateTimestampMs)
  }
  const knowsTopics = isConsumerGroup(group) && group.subscribedTopics !== null
  return knowsTopics && group.state === 'Stable' ? ({ commitTimestampMs }) => commitTimestampMs : undefined
}
