import type { GroupChange, GroupResult, GroupState } from '../group/group-types.ts'

/** Topics appeared, grew or vanished: the groups that are subscribed to them look again at their next heartbeat. */
export const topicsChanged = (state: GroupState, topics: ReadonlySet<string>): GroupResult<void> => {
  const groupIds = new Set<string>()
  for (const topic of topics) for (const groupId of state.subscribers.groupsOf(topic)) groupIds.add(groupId)
  const changes = Array.from(groupIds, (groupId): GroupChange => ({ kind: 'requestMetadataRefresh', groupId }))
  return { records: [], changes, effects: [], answer: { kind: 'now', value: undefined } }
}
