import type { DescribeGroupsResponse } from '@milena/protocol/messages'
import { Errors } from '@milena/protocol/messages'
import type { ClassicGroup } from './classic-group.ts'
import { EMPTY_BYTES, protocolMetadata } from './classic-member.ts'
import type { GroupRequestContext, GroupState } from './group-types.ts'

export type DescribedGroup = DescribeGroupsResponse['groups'][number]

/** Says that the authorized operations were not asked for (KIP-430). */
const NO_AUTHORIZED_OPERATIONS = -2_147_483_648

/** DescribeGroups, for the groups of one partition, as far as the log has committed them. */
export const describeGroups = (
  state: GroupState,
  groupIds: readonly string[],
  { apiVersion }: GroupRequestContext,
): readonly DescribedGroup[] =>
  groupIds.map((groupId) => {
    const group = state.groups.getCommitted(groupId)
    return group?.type !== 'classic' ? missingGroup(groupId, apiVersion) : describe(group)
  })

/** Before v6 a group that does not exist is described as dead (KIP-1043). */
const missingGroup = (groupId: string, apiVersion: number): DescribedGroup =>
  apiVersion >= 6
    ? describeGroupError(groupId, Errors.GROUP_ID_NOT_FOUND.code, `Group ${groupId} not found.`, 'Dead')
    : describeGroupError(groupId, Errors.NONE.code, null, 'Dead')

export const describeGroupError = (
  groupId: string,
  errorCode: number,
  errorMessage: string | null = null,
  groupState = '',
): DescribedGroup => ({
  errorCode,
  errorMessage,
  groupId,
  groupState,
  protocolType: '',
  protocolData: '',
  members: [],
  authorizedOperations: NO_AUTHORIZED_OPERATIONS,
})

/** Only a stable group says which protocol it uses and what its members subscribed to. */
const describe = (group: ClassicGroup): DescribedGroup => {
  const protocolName = group.state === 'Stable' ? group.protocolName : null
  return {
    ...describeGroupError(group.groupId, Errors.NONE.code, null, group.state),
    protocolType: group.protocolType ?? '',
    protocolData: protocolName ?? '',
    members: Array.from(group.members.values(), (member) => ({
      memberId: member.memberId,
      groupInstanceId: member.groupInstanceId,
      clientId: member.clientId,
      clientHost: member.clientHost,
      memberMetadata: protocolName === null ? EMPTY_BYTES : protocolMetadata(member, protocolName),
      memberAssignment: member.assignment,
    })),
  }
}
