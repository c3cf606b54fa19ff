import type { ErrorCode, JoinGroupResponse, SyncGroupResponse } from '@milena/protocol/messages'
import { Errors } from '@milena/protocol/messages'
import type { ReadableGroup } from './classic-group.ts'
import type { ClassicMember } from './classic-member.ts'
import { EMPTY_BYTES, protocolMetadata } from './classic-member.ts'

export const UNKNOWN_MEMBER_ID = ''
export const UNKNOWN_GENERATION_ID = -1

export const joinError = (memberId: string, errorCode: ErrorCode): JoinGroupResponse => ({
  throttleTimeMs: 0,
  errorCode,
  generationId: UNKNOWN_GENERATION_ID,
  protocolType: null,
  protocolName: null,
  leader: '',
  skipAssignment: false,
  memberId,
  members: [],
})

export interface JoinedOptions {
  /** With the metadata of all members, which only the leader gets. */
  withMembers: boolean
  skipAssignment?: boolean
  /** Said instead of the present leader. */
  leaderId?: string | null
}

/** The answer to a member that is in the current generation. */
export const joined = (group: ReadableGroup, memberId: string, options: JoinedOptions): JoinGroupResponse => ({
  throttleTimeMs: 0,
  errorCode: Errors.NONE.code,
  generationId: group.generationId,
  protocolType: group.protocolType,
  protocolName: group.protocolName,
  leader: (options.leaderId === undefined ? group.leaderId : options.leaderId) ?? '',
  skipAssignment: options.skipAssignment ?? false,
  memberId,
  members: options.withMembers ? memberList(group) : [],
})

const memberList = (group: ReadableGroup): JoinGroupResponse['members'] =>
  Array.from(group.members.values(), (member) => ({
    memberId: member.memberId,
    groupInstanceId: member.groupInstanceId,
    metadata: group.protocolName === null ? EMPTY_BYTES : protocolMetadata(member, group.protocolName),
  }))

export const syncError = (errorCode: ErrorCode): SyncGroupResponse => ({
  throttleTimeMs: 0,
  errorCode,
  protocolType: null,
  protocolName: null,
  assignment: EMPTY_BYTES,
})

export const synced = (group: ReadableGroup, member: ClassicMember): SyncGroupResponse => ({
  throttleTimeMs: 0,
  errorCode: Errors.NONE.code,
  protocolType: group.protocolType,
  protocolName: group.protocolName,
  assignment: member.assignment,
})
