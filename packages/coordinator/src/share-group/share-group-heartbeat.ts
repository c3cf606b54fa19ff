import type { ShareGroupHeartbeatRequest, ShareGroupHeartbeatResponse } from '@milena/protocol/messages'
import { Errors } from '@milena/protocol/messages'
import type {
  GroupChange,
  GroupContext,
  GroupEffect,
  GroupRecord,
  GroupRequestContext,
  GroupResult,
  GroupState,
} from '../group/group-types.ts'
import type { CoordinatorOutcome } from '../runtime/coordinator-shard.ts'
import { answered } from '../runtime/coordinator-shard.ts'
import type { GroupTypes } from '../group/group-types.ts'
import { ShareGroup } from './share-group.ts'
import type { Refusal } from './share-group-lookup.ts'
import { isRefusal, refusal, shareGroupOf } from './share-group-lookup.ts'
import type { PartitionsByTopic, ShareGroupMember } from './share-group-member.ts'
import { newShareGroupMember, sameNames, samePartitions, sameSet } from './share-group-member.ts'
import {
  shareAssignmentRecord,
  shareGroupEpochRecord,
  shareMemberRecord,
  shareMemberTombstones,
  writtenPartitions,
} from './share-group-records.ts'
import type { ShareGroupConfig } from './share-group-config.ts'
import { shareGroupConfigOf } from './share-group-config.ts'
import { beginInitialization } from './share-state-initialization.ts'
import { updateTarget } from './share-target-assignment.ts'
import { topicsHash } from './topics-hash.ts'

const JOIN_EPOCH = 0
const LEAVE_EPOCH = -1

/** ShareGroupHeartbeat (KIP-932): a member joins, is alive, says what it subscribes to, or leaves. */
export const shareGroupHeartbeat = (
  state: GroupState,
  request: ShareGroupHeartbeatRequest,
  context: GroupRequestContext,
): GroupResult<ShareGroupHeartbeatResponse> => {
  const result = request.memberEpoch === LEAVE_EPOCH ? leave(state, request, context) : beat(state, request, context)
  return isRefusal(result) ? answered(shareHeartbeatError(result.error.code, result.message)) : result
}

export const shareHeartbeatError = (
  errorCode: number,
  errorMessage: string | null = null,
): ShareGroupHeartbeatResponse => ({
  throttleTimeMs: 0,
  errorCode,
  errorMessage,
  memberId: null,
  memberEpoch: 0,
  heartbeatIntervalMs: 0,
  assignment: null,
})

const shareSessionTimerKey = (groupId: string, memberId: string): string => `session-${groupId}-${memberId}`

export const shareSessionTimer = (groupId: string, memberId: string, config: ShareGroupConfig): GroupEffect => ({
  kind: 'setTimer',
  key: shareSessionTimerKey(groupId, memberId),
  delayMs: config.sessionTimeoutMs,
  event: { kind: 'shareSessionExpired', groupId, memberId },
})

const beat = (
  state: GroupState,
  request: ShareGroupHeartbeatRequest,
  context: GroupRequestContext,
): GroupResult<ShareGroupHeartbeatResponse> | Refusal => {
  const { groupId, memberId } = request
  const config = shareGroupConfigOf(context.environment, groupId)
  const group = groupToJoin(state, request)
  if (isRefusal(group)) return group
  const member = memberOf(group, request, config)
  if (isRefusal(member)) return member

  const records: GroupRecord[] = []
  const changes: GroupChange[] = []
  const effects: GroupEffect[] = []
  const told = withRequest(member, request, context)
  if (!saysTheSame(member, told)) records.push(shareMemberRecord(groupId, told))
  const { groupEpoch, isBumped, topics } = nextEpoch(group, member, told, context, records)
  const target = updateTarget({ group, groupEpoch, member: told, config, context }, records)
  const updated = reconcile(told, target, isBumped, context)
  if (updated !== told) records.push(shareAssignmentRecord(groupId, updated))
  beginInitialization({ group, groupEpoch, topics, config, context }, { records, changes, effects })
  effects.unshift(shareSessionTimer(groupId, memberId, config))
  const isFull = request.memberEpoch === JOIN_EPOCH || request.subscribedTopicNames !== null
  const value: ShareGroupHeartbeatResponse = {
    ...shareHeartbeatError(Errors.NONE.code),
    memberId,
    memberEpoch: updated.memberEpoch,
    heartbeatIntervalMs: config.heartbeatIntervalMs,
    assignment:
      isFull || !samePartitions(member.assigned, updated.assigned)
        ? { topicPartitions: writtenPartitions(updated.assigned) }
        : null,
  }
  return { records, changes, effects, answer: { kind: 'now', value } }
}

/** Only who joins may name a group that is not there. A group of another kind stays what it is, also when it is empty. */
const groupToJoin = (state: GroupState, { groupId, memberEpoch }: ShareGroupHeartbeatRequest): ShareGroup | Refusal =>
  memberEpoch === JOIN_EPOCH && !state.groups.has(groupId)
    ? new ShareGroup(groupId, state.clock)
    : shareGroupOf(state, groupId)

const memberOf = (
  group: ShareGroup,
  { memberId, memberEpoch }: ShareGroupHeartbeatRequest,
  { maxSize }: ShareGroupConfig,
): ShareGroupMember | Refusal => {
  const known = group.members.get(memberId)
  if (known === undefined && group.members.size >= maxSize) {
    return refusal(Errors.GROUP_MAX_SIZE_REACHED, `The share group is full: it may have ${maxSize} members.`)
  }
  if (known === undefined) {
    return memberEpoch === JOIN_EPOCH ? newShareGroupMember(memberId) : unknownMember(group, memberId)
  }
  if (memberEpoch === JOIN_EPOCH || memberEpoch === known.memberEpoch) return known
  // The answer to its last heartbeat may have been lost: the epoch before is as good.
  if (memberEpoch < known.memberEpoch && memberEpoch === known.previousMemberEpoch) return known
  return refusal(
    Errors.FENCED_MEMBER_EPOCH,
    `The member is in epoch ${known.memberEpoch}, not ${memberEpoch}: it must give up its partitions and rejoin.`,
  )
}

const unknownMember = ({ groupId }: ShareGroup, memberId: string): Refusal =>
  refusal(Errors.UNKNOWN_MEMBER_ID, `Member ${memberId} is not a member of group ${groupId}.`)

const withRequest = (
  member: ShareGroupMember,
  { rackId, subscribedTopicNames }: ShareGroupHeartbeatRequest,
  { clientId, clientHost }: GroupRequestContext,
): ShareGroupMember => ({
  ...member,
  rackId: rackId ?? member.rackId,
  clientId,
  clientHost,
  subscribedTopicNames:
    subscribedTopicNames === null ? member.subscribedTopicNames : [...new Set(subscribedTopicNames)].sort(),
})

const saysTheSame = (a: ShareGroupMember, b: ShareGroupMember): boolean =>
  a.rackId === b.rackId &&
  a.clientId === b.clientId &&
  a.clientHost === b.clientHost &&
  sameNames(a.subscribedTopicNames, b.subscribedTopicNames)

interface NextEpoch {
  readonly groupEpoch: number
  readonly isBumped: boolean
  /** The topics that members subscribe to. */
  readonly topics: Iterable<string>
}

/** A new epoch begins when a subscription or a topic has changed, or when partitions have become ready to be given. */
const nextEpoch = (
  group: ShareGroup,
  member: ShareGroupMember,
  told: ShareGroupMember,
  { environment }: GroupContext,
  records: GroupRecord[],
): NextEpoch => {
  const { groupEpoch, assignmentEpoch, metadataHash } = group.header
  const topics = [...group.topicsWith(told.memberId, told).keys()]
  const hash = topicsHash(topics, environment.topics)
  const isBumped =
    !sameNames(member.subscribedTopicNames, told.subscribedTopicNames) ||
    (assignmentEpoch >= groupEpoch && hasUnassigned(group)) ||
    hash !== metadataHash
  if (!isBumped) return { groupEpoch, isBumped, topics }
  records.push(shareGroupEpochRecord(group.groupId, groupEpoch + 1, hash))
  return { groupEpoch: groupEpoch + 1, isBumped, topics }
}

/** Are there partitions of subscribed topics that are initialised and that no member has, or that are gone? */
const hasUnassigned = (group: ShareGroup): boolean => {
  const assigned = new Map<string, Set<number>>()
  for (const target of group.targetAssignment.values()) {
    for (const [topicId, partitions] of target) {
      const all = assigned.get(topicId)
      if (all === undefined) assigned.set(topicId, new Set(partitions))
      else for (const partition of partitions) all.add(partition)
    }
  }
  for (const [topicId, { name, partitions }] of group.statePartitions.initialized) {
    if (group.topicSubscriptions.has(name) && !sameSet(partitions, assigned.get(topicId))) return true
  }
  return false
}

/** The member takes over its target assignment at once: nobody else has to give anything up for it. */
const reconcile = (
  member: ShareGroupMember,
  target: { readonly epoch: number; readonly partitions: PartitionsByTopic },
  isBumped: boolean,
  context: GroupContext,
): ShareGroupMember => {
  const isNewEpoch = member.memberEpoch !== target.epoch
  if (!isNewEpoch && !isBumped) return member
  const { topics } = context.environment
  const subscribed = new Set(member.subscribedTopicNames.map((name) => topics.topicId(name)))
  const assigned = new Map([...target.partitions].filter(([topicId]) => subscribed.has(topicId)))
  if (isNewEpoch) {
    return { ...member, memberEpoch: target.epoch, previousMemberEpoch: member.memberEpoch, assigned }
  }
  return samePartitions(member.assigned, assigned) ? member : { ...member, assigned }
}

const leave = (
  state: GroupState,
  { groupId, memberId, memberEpoch }: ShareGroupHeartbeatRequest,
  context: GroupRequestContext,
): GroupResult<ShareGroupHeartbeatResponse> | Refusal => {
  const group = shareGroupOf(state, groupId)
  if (isRefusal(group)) return group
  if (!group.members.has(memberId)) return unknownMember(group, memberId)
  const value = { ...shareHeartbeatError(Errors.NONE.code), memberId, memberEpoch }
  return { ...removeMember(group, memberId, 'has left the share group', context), answer: { kind: 'now', value } }
}

/** The member's session is over: it has not been heard of for too long. */
export const expireShareSession = (
  state: GroupState,
  { groupId, memberId }: { readonly groupId: string; readonly memberId: string },
  context: GroupContext,
): CoordinatorOutcome<GroupTypes> => {
  const group = shareGroupOf(state, groupId)
  if (isRefusal(group) || !group.members.has(memberId)) return { records: [], changes: [], effects: [] }
  return removeMember(group, memberId, 'has failed, its session expired', context)
}

const removeMember = (
  group: ShareGroup,
  memberId: string,
  what: string,
  { environment }: GroupContext,
): CoordinatorOutcome<GroupTypes> => {
  const { groupId } = group
  const hash = topicsHash(group.topicsWith(memberId, null).keys(), environment.topics)
  return {
    records: [
      ...shareMemberTombstones({ groupId, memberId }),
      shareGroupEpochRecord(groupId, group.header.groupEpoch + 1, hash),
    ],
    changes: [],
    effects: [
      { kind: 'cancelTimer', key: shareSessionTimerKey(groupId, memberId) },
      { kind: 'log', level: 'info', message: `A member ${what}.`, fields: { group: groupId, member: memberId } },
    ],
  }
}

/** Members that the log knows get a full session. */
export const shareSessionsAfterLoad = (group: ShareGroup, { environment }: GroupContext): readonly GroupEffect[] => {
  const config = shareGroupConfigOf(environment, group.groupId)
  return Array.from(group.members.keys(), (memberId) => shareSessionTimer(group.groupId, memberId, config))
}
