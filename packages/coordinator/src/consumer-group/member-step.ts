import { Errors } from '@milena/protocol/messages'
import type { ConsumerGroupMember, PartitionsByTopic } from './consumer-group-member.ts'
import { isReconciledTo, usesClassicProtocol } from './consumer-group-member.ts'
import type { ConsumerGroupOperation } from './consumer-group-operation.ts'
import { rebalanceTimerKey } from './consumer-group-operation.ts'
import { currentAssignmentRecord, memberMetadataRecord } from './consumer-group-records.ts'
import type { OwnedPartitions } from './current-assignment.ts'
import { reconcile } from './current-assignment.ts'
import { Refusal } from './refusal.ts'
import { updateRegexes } from './regular-expressions.ts'
import { updateSubscriptionMetadata } from './subscription-metadata.ts'
import { subscribedTopicIds } from './subscription.ts'
import { updateTargetAssignment } from './target-assignment.ts'
import { memberOfInstance } from './member-lookup.ts'

export interface MemberStep {
  /** As it was, or as its former self was, or new and empty. */
  readonly member: ConsumerGroupMember
  /** With what the request said. */
  readonly updatedMember: ConsumerGroupMember
  readonly owned: OwnedPartitions | null
}

/** What became of a member's subscription, and of the group by it. */
export interface SubscriptionStep {
  readonly groupEpoch: number
  readonly isHomogeneous: () => boolean
  readonly hasChanged: boolean
}

/** The whole of what a heartbeat does for a member: subscription, group epoch, target, and its step towards it. */
export const advanceMember = (operation: ConsumerGroupOperation, step: MemberStep): ConsumerGroupMember | Refusal => {
  const { member, updatedMember, owned } = step
  const subscription = updateSubscription(operation, step)
  if (subscription instanceof Refusal) return subscription
  const { groupEpoch, isHomogeneous, hasChanged } = subscription
  const target = updateTargetAssignment(operation, { groupEpoch, isHomogeneous, member, updatedMember })
  return reconcileMember(operation, { ...step, owned, updatedMember, target, hasChanged })
}

export const updateSubscription = (
  operation: ConsumerGroupOperation,
  { member, updatedMember }: MemberStep,
): SubscriptionStep | Refusal => {
  const { group } = operation
  if (!sameMetadata(member, updatedMember)) operation.write(memberMetadataRecord(group.groupId, updatedMember))
  const namesChanged = !sameNames(member.subscribedTopicNames, updatedMember.subscribedTopicNames)
  const regexes = updateRegexes(operation, member, updatedMember)
  if (regexes instanceof Refusal) return regexes
  // An expression that nobody has resolved yet changes nothing until it is; one of a classic member is only dropped.
  const mustBump = namesChanged || regexes.isResolved || (regexes.isChanged && usesClassicProtocol(updatedMember))
  const known = group.members.get(member.memberId) ?? memberOfInstance(group, updatedMember.instanceId)
  const { groupEpoch, isHomogeneous } = updateSubscriptionMetadata(operation, { known, updatedMember, mustBump })
  return { groupEpoch, isHomogeneous, hasChanged: namesChanged || regexes.isChanged }
}

export interface ReconcileStep {
  readonly updatedMember: ConsumerGroupMember
  readonly owned: OwnedPartitions | null
  readonly target: { readonly epoch: number; readonly partitions: PartitionsByTopic }
  readonly hasChanged: boolean
}

export const reconcileMember = (
  operation: ConsumerGroupOperation,
  { updatedMember, owned, target, hasChanged }: ReconcileStep,
): ConsumerGroupMember | Refusal => {
  const { group, context } = operation
  const { groupId } = group
  if (!hasChanged && isReconciledTo(updatedMember, target.epoch)) return updatedMember
  const reconciled = reconcile(updatedMember, {
    targetEpoch: target.epoch,
    target: target.partitions,
    subscribedTopicIds: subscribedTopicIds(updatedMember, group.resolvedRegexes, context.environment.topics),
    hasSubscriptionChanged: hasChanged,
    owned,
    partitionEpoch: (topicId, partition) => group.partitionEpoch(topicId, partition),
  })
  if (reconciled === undefined) {
    const message =
      'The consumer group member is in a unknown state. The member must abandon all its partitions and rejoin.'
    return new Refusal(Errors.FENCED_MEMBER_EPOCH, message)
  }
  if (sameAssignment(reconciled, updatedMember)) return reconciled
  operation.write(currentAssignmentRecord(groupId, reconciled))
  if (usesClassicProtocol(reconciled)) return reconciled
  if (reconciled.state === 'UNREVOKED_PARTITIONS') operation.setRebalanceTimer(reconciled)
  else operation.cancelTimer(rebalanceTimerKey(groupId, reconciled.memberId))
  return reconciled
}

const sameNames = (left: readonly string[], right: readonly string[]): boolean =>
  left.length === right.length && left.every((name, index) => name === right[index])

const sameMetadata = (left: ConsumerGroupMember, right: ConsumerGroupMember): boolean =>
  left.instanceId === right.instanceId &&
  left.rackId === right.rackId &&
  left.clientId === right.clientId &&
  left.clientHost === right.clientHost &&
  left.rebalanceTimeoutMs === right.rebalanceTimeoutMs &&
  left.serverAssignor === right.serverAssignor &&
  left.subscribedTopicRegex === right.subscribedTopicRegex &&
  sameNames(left.subscribedTopicNames, right.subscribedTopicNames) &&
  sameClassicMetadata(left.classicMetadata, right.classicMetadata)

type ClassicMetadata = ConsumerGroupMember['classicMetadata']

const sameClassicMetadata = (left: ClassicMetadata, right: ClassicMetadata): boolean => {
  if (left === null || right === null) return left === right
  if (left.sessionTimeoutMs !== right.sessionTimeoutMs) return false
  if (left.supportedProtocols.length !== right.supportedProtocols.length) return false
  return left.supportedProtocols.every(({ name, metadata }, index) => {
    const other = right.supportedProtocols[index]
    return (
      other?.name === name &&
      other.metadata.length === metadata.length &&
      metadata.every((byte, position) => byte === other.metadata[position])
    )
  })
}

const sameAssignment = (left: ConsumerGroupMember, right: ConsumerGroupMember): boolean =>
  left === right ||
  (left.state === right.state &&
    left.memberEpoch === right.memberEpoch &&
    left.previousMemberEpoch === right.previousMemberEpoch &&
    sameAssigned(left.assigned, right.assigned) &&
    sameAssigned(left.pendingRevocation, right.pendingRevocation))

const sameAssigned = (left: ConsumerGroupMember['assigned'], right: ConsumerGroupMember['assigned']): boolean => {
  if (left === right) return true
  if (left.size !== right.size) return false
  for (const [topicId, partitions] of left) {
    const others = right.get(topicId)
    if (others === undefined || others.size !== partitions.size) return false
    for (const [partition, epoch] of partitions) if (others.get(partition) !== epoch) return false
  }
  return true
}
