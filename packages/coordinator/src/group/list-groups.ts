import type { ListGroupsRequest, ListGroupsResponse } from '@milena/protocol/messages'
import { committedStateOf, protocolTypeOf } from './group-kinds.ts'
import type { GroupState } from './group-types.ts'

export type ListedGroup = ListGroupsResponse['groups'][number]

/** ListGroups, for the groups of one partition. Filters are matched without regard to case; empty ones match all. */
export const listGroups = (
  state: GroupState,
  { statesFilter, typesFilter }: Pick<ListGroupsRequest, 'statesFilter' | 'typesFilter'>,
): readonly ListedGroup[] => {
  const states = new Set(statesFilter.map((name) => name.trim().toLowerCase()))
  const types = new Set(typesFilter.map((name) => name.toLowerCase()))
  const listed: ListedGroup[] = []
  for (const [groupId, group] of state.groups.committedEntries()) {
    if (types.size > 0 && !types.has(group.type)) continue
    const groupState = committedStateOf(group)
    if (states.size > 0 && !states.has(groupState.toLowerCase())) continue
    listed.push({ groupId, protocolType: protocolTypeOf(group), groupState, groupType: group.type })
  }
  return listed
}
