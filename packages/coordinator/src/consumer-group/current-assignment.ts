import type { AssignedPartitions, ConsumerGroupMember, PartitionsByTopic } from './consumer-group-member.ts'
import { NO_PARTITIONS } from './consumer-group-member.ts'

/** What a member says it holds. */
export type OwnedPartitions = readonly { readonly topicId: string; readonly partitions: readonly number[] }[]

export interface Reconciliation {
  readonly targetEpoch: number
  readonly target: PartitionsByTopic
  /** Ids of the topics that the member is subscribed to now. */
  readonly subscribedTopicIds: ReadonlySet<string>
  readonly hasSubscriptionChanged: boolean
  /** What the member says it holds; null when it did not say. */
  readonly owned: OwnedPartitions | null
  /** The epoch of the member that holds a partition; −1 when it is free. */
  readonly partitionEpoch: (topicId: string, partition: number) => number
}

/**
 * The member's next step to its target assignment (Kafka's `CurrentAssignmentBuilder`): first it gives up what it must
 * not keep and says so, then it gets what is free; what others still hold it waits for.
 *
 * @returns undefined for a member in a state of a later version, which must rejoin with nothing.
 */
export const reconcile = (member: ConsumerGroupMember, step: Reconciliation): ConsumerGroupMember | undefined => {
  switch (member.state) {
    case 'STABLE':
      if (member.memberEpoch !== step.targetEpoch) return nextAssignment(member, member.memberEpoch, step)
      return step.hasSubscriptionChanged ? withoutUnsubscribed(member, step) : member
    case 'UNREVOKED_PARTITIONS':
      if (!holdsAny(step.owned, member.pendingRevocation)) return nextAssignment(member, member.memberEpoch, step)
      return step.hasSubscriptionChanged ? withoutUnsubscribed(member, step) : member
    case 'UNRELEASED_PARTITIONS':
      return nextAssignment(member, member.memberEpoch, step)
    case 'UNKNOWN':
      return step.owned?.length === 0 ? nextAssignment(member, step.targetEpoch, step) : undefined
  }
}

/** A member that does not say what it holds may hold everything. */
const holdsAny = (owned: OwnedPartitions | null, partitions: AssignedPartitions): boolean =>
  owned === null ||
  owned.some(({ topicId, partitions: held }) => held.some((partition) => partitions.get(topicId)?.has(partition)))

/** What is subscribed to no longer is taken away at once, before there is a new target. */
const withoutUnsubscribed = (member: ConsumerGroupMember, step: Reconciliation): ConsumerGroupMember => {
  const kept = new Map<string, ReadonlyMap<number, number>>()
  const revoked = new Map(member.pendingRevocation)
  for (const [topicId, partitions] of member.assigned) {
    if (step.subscribedTopicIds.has(topicId)) kept.set(topicId, partitions)
    else revoked.set(topicId, new Map([...(revoked.get(topicId) ?? []), ...partitions]))
  }
  if (kept.size === member.assigned.size) return member
  const previousMemberEpoch = member.memberEpoch
  if (!holdsAny(step.owned, revoked)) return { ...member, previousMemberEpoch, assigned: kept }
  return {
    ...member,
    state: 'UNREVOKED_PARTITIONS',
    previousMemberEpoch,
    assigned: kept,
    pendingRevocation: revoked,
  }
}

interface TopicStep {
  readonly kept: Map<number, number>
  readonly revoked: Map<number, number>
  readonly added: number[]
  readonly isWaiting: boolean
}

const nextAssignment = (
  member: ConsumerGroupMember,
  memberEpoch: number,
  step: Reconciliation,
): ConsumerGroupMember => {
  const assigned = new Map<string, Map<number, number>>()
  const revoked = new Map<string, ReadonlyMap<number, number>>()
  const added = new Map<string, readonly number[]>()
  let isWaiting = false
  for (const topicId of new Set([...step.target.keys(), ...member.assigned.keys()])) {
    const topic = topicStep(member, topicId, step)
    if (topic.kept.size > 0) assigned.set(topicId, topic.kept)
    if (topic.revoked.size > 0) revoked.set(topicId, topic.revoked)
    if (topic.added.length > 0) added.set(topicId, topic.added)
    isWaiting ||= topic.isWaiting
  }
  const previousMemberEpoch = member.memberEpoch
  if (revoked.size > 0 && holdsAny(step.owned, revoked)) {
    const state = 'UNREVOKED_PARTITIONS'
    return { ...member, state, memberEpoch, previousMemberEpoch, assigned, pendingRevocation: revoked }
  }
  for (const [topicId, partitions] of added) {
    const epochs = assigned.get(topicId) ?? new Map<number, number>()
    for (const partition of partitions) epochs.set(partition, step.targetEpoch)
    assigned.set(topicId, epochs)
  }
  return {
    ...member,
    state: isWaiting ? 'UNRELEASED_PARTITIONS' : 'STABLE',
    memberEpoch: step.targetEpoch,
    previousMemberEpoch,
    assigned,
    pendingRevocation: NO_PARTITIONS,
  }
}

const topicStep = (member: ConsumerGroupMember, topicId: string, step: Reconciliation): TopicStep => {
  const target = step.subscribedTopicIds.has(topicId) ? step.target.get(topicId) : undefined
  const kept = new Map<number, number>()
  const revoked = new Map<number, number>()
  for (const [partition, epoch] of member.assigned.get(topicId) ?? []) {
    if (target?.has(partition) === true) kept.set(partition, epoch)
    else revoked.set(partition, epoch)
  }
  const added: number[] = []
  let isWaiting = false
  for (const partition of target ?? []) {
    if (kept.has(partition)) continue
    const isOwn = member.pendingRevocation.get(topicId)?.has(partition) === true
    if (isOwn || step.partitionEpoch(topicId, partition) === -1) added.push(partition)
    else isWaiting = true
  }
  return { kept, revoked, added, isWaiting }
}
