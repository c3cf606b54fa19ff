import type { DeleteGroupsResponse } from '@milena/protocol/messages'
import { Errors } from '@milena/protocol/messages'
import { groupTombstones, isEmptyGroup } from './group-kinds.ts'
import { offsetTombstone } from './group-records.ts'
import type { GroupRecord, GroupResult, GroupState } from './group-types.ts'
import { offsetOf, offsetsOfGroup } from './offsets.ts'

export type DeletedGroup = DeleteGroupsResponse['results'][number]

/** DeleteGroups, for the groups of one partition. */
export const deleteGroups = (state: GroupState, groupIds: readonly string[]): GroupResult<readonly DeletedGroup[]> => {
  const records: GroupRecord[] = []
  const value = groupIds.map((groupId): DeletedGroup => {
    const group = state.groups.get(groupId)
    if (group === undefined) return { groupId, errorCode: Errors.GROUP_ID_NOT_FOUND.code }
    if (!isEmptyGroup(group)) return { groupId, errorCode: Errors.NON_EMPTY_GROUP.code }
    for (const [place] of offsetsOfGroup(state, groupId)) records.push(offsetTombstone(place))
    for (const place of state.pending.placesOf(groupId)) {
      if (offsetOf(state, place) === undefined) records.push(offsetTombstone(place))
    }
    records.push(...groupTombstones(group))
    return { groupId, errorCode: Errors.NONE.code }
  })
  return { records, changes: [], effects: [], answer: { kind: 'now', value } }
}
