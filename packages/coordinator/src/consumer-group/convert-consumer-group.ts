import type { ClassicGroup } from '../group/classic-group.ts'
import {
  CONSUMER_PROTOCOL_TYPE,
  computeSubscribedTopics,
  newClassicGroup,
  selectProtocol,
} from '../group/classic-group.ts'
import { ClassicGroupDraft } from '../group/classic-group-draft.ts'
import { newMember, protocolMetadata } from '../group/classic-member.ts'
import { GroupOperation } from '../group/group-operation.ts'
import { groupMetadataRecord } from '../group/group-records.ts'
import type { TopicsView } from '../group/group-types.ts'
import { prepareRebalance } from '../group/rebalance.ts'
import type { ConsumerGroupMember, PartitionsByTopic } from './consumer-group-member.ts'
import { usesClassicProtocol } from './consumer-group-member.ts'
import type { ConsumerGroupOperation } from './consumer-group-operation.ts'
import { consumerGroupTombstones, memberTombstones } from './consumer-group-records.ts'
import { embeddedVersion, writeAssignment } from './embedded-protocol.ts'
import { lastTargetOf } from './target-assignment.ts'

/** Would the group be one of classic members alone without these, and may it become a classic group? */
export const canDowngradeWithout = (
  operation: ConsumerGroupOperation,
  leaving: readonly ConsumerGroupMember[],
): boolean => {
  const { group } = operation
  const left = group.members.size - leaving.length
  return left > 0 && mayDowngrade(operation, leaving, left)
}

/** The same, when a classic member takes the place of a static one. */
export const canDowngradeBy = (operation: ConsumerGroupOperation, replaced: ConsumerGroupMember): boolean =>
  mayDowngrade(operation, [replaced], operation.group.members.size)

const mayDowngrade = (
  { group, context }: ConsumerGroupOperation,
  leaving: readonly ConsumerGroupMember[],
  size: number,
): boolean => {
  const classicLeaving = leaving.filter(usesClassicProtocol).length
  if (group.classicMemberCount - classicLeaving !== group.members.size - leaving.length) return false
  const { migrationPolicy } = context.environment.config.consumerGroup
  const isAllowed = migrationPolicy === 'bidirectional' || migrationPolicy === 'downgrade'
  return isAllowed && size <= context.environment.config.groupMaxSize
}

/** Those who stay go on in a classic group; they form a new generation, since partitions are free. */
export const downgradeWithout = (operation: ConsumerGroupOperation, leaving: readonly ConsumerGroupMember[]): void => {
  const gone = new Set(leaving.map(({ memberId }) => memberId))
  const members = [...operation.group.members.values()].filter(({ memberId }) => !gone.has(memberId))
  convert(operation, {
    members,
    partitionsOf: holdings,
    epoch: operation.group.header.groupEpoch,
    rebalance: 'member leaving',
  })
}

export interface JoiningDowngrade {
  /** Takes the place of the static member of the same instance. */
  readonly joining: ConsumerGroupMember
  readonly groupEpoch: number
  readonly mustRebalance: boolean
}

/** The last member of the consumer protocol was restarted with the classic one. */
export const downgradeBy = (
  operation: ConsumerGroupOperation,
  { joining, groupEpoch, mustRebalance }: JoiningDowngrade,
): void => {
  const { group } = operation
  const others = [...group.members.values()].filter(({ instanceId }) => instanceId !== joining.instanceId)
  operation.write(...memberTombstones({ groupId: group.groupId, memberId: joining.memberId }))
  convert(operation, {
    members: [...others, joining],
    partitionsOf: mustRebalance ? holdings : (member) => lastTargetOf(group, member),
    epoch: groupEpoch,
    rebalance: mustRebalance ? 'stale assignment' : undefined,
  })
}

/**
 * What a member may still hold. Kafka writes its target down instead; were the group upgraded again before the members
 * have joined, a partition that one still holds would be taken for another's.
 */
const holdings = ({ assigned, pendingRevocation }: ConsumerGroupMember): PartitionsByTopic => {
  const held = new Map<string, Set<number>>()
  for (const source of [assigned, pendingRevocation]) {
    for (const [topicId, partitions] of source) {
      held.set(topicId, new Set([...(held.get(topicId) ?? []), ...partitions.keys()]))
    }
  }
  return held
}

interface Conversion {
  readonly members: readonly ConsumerGroupMember[]
  /** What stands in the classic group as the member's assignment. */
  readonly partitionsOf: (member: ConsumerGroupMember) => PartitionsByTopic
  readonly epoch: number
  /** Why a new generation must be formed at once; undefined when it need not. */
  readonly rebalance: string | undefined
}

const convert = (operation: ConsumerGroupOperation, conversion: Conversion): void => {
  const { group, context } = operation
  for (const { memberId } of conversion.members) operation.cancelTimers(memberId)
  operation.write(...consumerGroupTombstones(group))
  const classic = new GroupOperation(classicGroup(operation, conversion), context)
  classic.write(groupMetadataRecord(classic.group))
  for (const member of classic.group.members.values()) classic.prolongSession(member)
  classic.log('Converted the consumer group to a classic group.')
  if (conversion.rebalance !== undefined) {
    const reason = `Downgrade group ${group.groupId} from consumer to classic: ${conversion.rebalance}`
    prepareRebalance(classic, reason)
  }
  operation.include(classic.outcome())
}

const classicGroup = (
  { group, context }: ConsumerGroupOperation,
  { members, partitionsOf, epoch }: Conversion,
): ClassicGroup => {
  const { topics } = context.environment
  const draft = new ClassicGroupDraft(newClassicGroup({ groupId: group.groupId, nowMs: context.nowMs }))
  draft.generationId = epoch
  draft.state = 'Stable'
  for (const member of members) draft.addMember(classicMember(group.groupId, member), CONSUMER_PROTOCOL_TYPE)
  draft.protocolName = selectProtocol(draft)
  draft.subscribedTopics = computeSubscribedTopics(draft)
  for (const member of members) {
    const known = draft.members.get(member.memberId)
    if (known === undefined) continue
    const version = embeddedVersion(protocolMetadata(known, draft.protocolName ?? ''))
    draft.setMember({ ...known, assignment: writeAssignment(namedPartitions(partitionsOf(member), topics), version) })
  }
  return draft.finish()
}

const classicMember = (groupId: string, member: ConsumerGroupMember): ReturnType<typeof newMember> =>
  newMember({
    groupId,
    memberId: member.memberId,
    groupInstanceId: member.instanceId,
    clientId: member.clientId,
    clientHost: member.clientHost,
    rebalanceTimeoutMs: member.rebalanceTimeoutMs,
    sessionTimeoutMs: member.classicMetadata?.sessionTimeoutMs ?? member.rebalanceTimeoutMs,
    protocols: member.classicMetadata?.supportedProtocols ?? [],
  })

/** By topic name; topics that are gone are left out. */
export const namedPartitions = (
  partitions: ReadonlyMap<string, { keys(): Iterable<number> }>,
  topics: TopicsView,
): readonly { readonly topic: string; readonly partitions: readonly number[] }[] =>
  Array.from(partitions).flatMap(([topicId, assigned]) => {
    const topic = topics.topicName(topicId)
    return topic === undefined ? [] : [{ topic, partitions: [...assigned.keys()].sort((a, b) => a - b) }]
  })
