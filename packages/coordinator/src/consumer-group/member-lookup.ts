import { Errors } from '@milena/protocol/messages'
import type { ConsumerGroup } from './consumer-group.ts'
import type { ConsumerGroupMember } from './consumer-group-member.ts'
import { newConsumerGroupMember, usesClassicProtocol } from './consumer-group-member.ts'
import type { ConsumerGroupOperation } from './consumer-group-operation.ts'
import {
  currentAssignmentRecord,
  memberMetadataRecord,
  memberTombstones,
  targetAssignmentRecord,
} from './consumer-group-records.ts'
import type { OwnedPartitions } from './current-assignment.ts'
import { Refusal } from './refusal.ts'
import { lastTargetOf } from './target-assignment.ts'

/** The epochs of requests that say something else. */
export const LEAVE_EPOCH = -1
export const STATIC_LEAVE_EPOCH = -2

export const knownMember = (group: ConsumerGroup, memberId: string): ConsumerGroupMember | Refusal =>
  group.members.get(memberId) ??
  new Refusal(Errors.UNKNOWN_MEMBER_ID, `Member ${memberId} is not a member of group ${group.groupId}.`)

/** The member of the instance, which must be the one that asks. */
export const staticMember = (
  group: ConsumerGroup,
  instanceId: string,
  memberId: string,
): ConsumerGroupMember | Refusal => {
  const member = memberOfInstance(group, instanceId)
  if (member === undefined) return new Refusal(Errors.UNKNOWN_MEMBER_ID, `Instance id ${instanceId} is unknown.`)
  if (member.memberId === memberId) return member
  const message = `Static member ${memberId} with instance id ${instanceId} was fenced by member ${member.memberId}.`
  return new Refusal(Errors.FENCED_INSTANCE_ID, message)
}

export const memberOfInstance = (group: ConsumerGroup, instanceId: string | null): ConsumerGroupMember | undefined => {
  const memberId = instanceId === null ? undefined : group.staticMembers.get(instanceId)
  return memberId === undefined ? undefined : group.members.get(memberId)
}

export interface AskingMember {
  readonly memberId: string
  readonly instanceId: string | null
  readonly memberEpoch: number
  readonly owned: OwnedPartitions | null
}

/** The member that sends a heartbeat; one that joins may be new, or a static member that comes back. */
export const memberForHeartbeat = (
  operation: ConsumerGroupOperation,
  asking: AskingMember,
): ConsumerGroupMember | Refusal => {
  const { group } = operation
  const { memberId, instanceId } = asking
  if (asking.memberEpoch === 0) {
    if (instanceId === null) return group.members.get(memberId) ?? newConsumerGroupMember(memberId)
    return joiningStaticMember(operation, { memberId, instanceId, usesClassicProtocol: false })
  }
  const member = instanceId === null ? knownMember(group, memberId) : staticMember(group, instanceId, memberId)
  if (member instanceof Refusal) return member
  return invalidEpoch(member, asking) ?? member
}

export interface JoiningStaticMember {
  readonly memberId: string
  readonly instanceId: string
  readonly usesClassicProtocol: boolean
}

/** A static member comes under a new member id: it takes the place of its former self, if that has left. */
export const joiningStaticMember = (
  operation: ConsumerGroupOperation,
  joining: JoiningStaticMember,
): ConsumerGroupMember | Refusal => {
  const { group } = operation
  const { memberId, instanceId } = joining
  const former = memberOfInstance(group, instanceId)
  if (former === undefined) return group.members.get(memberId) ?? newConsumerGroupMember(memberId)
  const mustHaveLeft = !joining.usesClassicProtocol && !usesClassicProtocol(former)
  if (mustHaveLeft && former.memberEpoch !== STATIC_LEAVE_EPOCH) {
    const message =
      `Static member ${memberId} with instance id ${instanceId} cannot join the group because the instance id ` +
      `is owned by ${former.memberId} member.`
    return new Refusal(Errors.UNRELEASED_INSTANCE_ID, message)
  }
  return replaceMember(operation, former, { ...former, memberId, memberEpoch: 0, previousMemberEpoch: 0 })
}

const replaceMember = (
  operation: ConsumerGroupOperation,
  former: ConsumerGroupMember,
  member: ConsumerGroupMember,
): ConsumerGroupMember => {
  const { group } = operation
  const { groupId } = group
  const { memberId } = member
  operation.log('Static member has come back.', { former: former.memberId, member: memberId })
  operation.cancelTimers(former.memberId)
  operation.write(
    ...memberTombstones({ groupId, memberId: former.memberId }),
    memberMetadataRecord(groupId, member),
    targetAssignmentRecord({ groupId, memberId }, lastTargetOf(group, member)),
    currentAssignmentRecord(groupId, member),
  )
  return member
}

/** A member may repeat the heartbeat whose answer it lost: it has the epoch before, and no more than it was given. */
const invalidEpoch = (member: ConsumerGroupMember, { memberEpoch, owned }: AskingMember): Refusal | undefined => {
  if (memberEpoch === member.memberEpoch) return undefined
  const isRepeated = memberEpoch === member.previousMemberEpoch && holdsOnly(owned, member)
  if (memberEpoch < member.memberEpoch && isRepeated) return undefined
  const message =
    `The consumer group member has a ${memberEpoch > member.memberEpoch ? 'greater' : 'smaller'} member epoch ` +
    `(${memberEpoch}) than the one known by the group coordinator (${member.memberEpoch}). The member must abandon ` +
    `all its partitions and rejoin.`
  return new Refusal(Errors.FENCED_MEMBER_EPOCH, message)
}

const holdsOnly = (owned: OwnedPartitions | null, { assigned }: ConsumerGroupMember): boolean =>
  owned !== null &&
  owned.every(({ topicId, partitions }) => {
    const mine = assigned.get(topicId)
    return mine !== undefined && partitions.every((partition) => mine.has(partition))
  })
