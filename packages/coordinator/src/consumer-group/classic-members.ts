/** The classic protocol on a consumer group: members that have not been upgraded yet (KIP-848, migration). */
import type {
  HeartbeatRequest,
  HeartbeatResponse,
  JoinGroupRequest,
  SyncGroupRequest,
  SyncGroupResponse,
} from '@milena/protocol/messages'
import { Errors } from '@milena/protocol/messages'
import { CONSUMER_PROTOCOL_TYPE } from '../group/classic-group.ts'
import { joinError, syncError, UNKNOWN_MEMBER_ID } from '../group/group-responses.ts'
import { keptProtocols } from '../group/classic-member.ts'
import type { JoinResult } from '../group/join-request.ts'
import type { GroupRequestContext, GroupResult } from '../group/group-types.ts'
import { answered } from '../runtime/coordinator-shard.ts'
import type { ConsumerGroup } from './consumer-group.ts'
import { fullGroup } from './consumer-group-heartbeat.ts'
import type { ClassicMemberMetadata, ConsumerGroupMember } from './consumer-group-member.ts'
import { isReconciledTo, newConsumerGroupMember } from './consumer-group-member.ts'
import { ConsumerGroupOperation, classicSyncTimerKey } from './consumer-group-operation.ts'
import { canDowngradeBy, downgradeBy, namedPartitions } from './convert-consumer-group.ts'
import type { OwnedPartitions } from './current-assignment.ts'
import type { EmbeddedSubscription } from './embedded-protocol.ts'
import { embeddedVersion, readSubscription, writeAssignment } from './embedded-protocol.ts'
import { joiningStaticMember, knownMember, memberOfInstance, staticMember } from './member-lookup.ts'
import { advanceMember, reconcileMember, updateSubscription } from './member-step.ts'
import { Refusal } from './refusal.ts'
import { standingTargetOf } from './target-assignment.ts'

/** JoinGroup on a consumer group with members: the member is served at once, in the epoch of the group. */
export const joinConsumerGroup = (
  group: ConsumerGroup,
  request: JoinGroupRequest,
  context: GroupRequestContext,
): JoinResult => {
  const refuse = (errorCode: number, memberId = ''): JoinResult => answered(joinError(memberId, errorCode))
  const { migrationPolicy } = context.environment.config.consumerGroup
  if (migrationPolicy === 'disabled') return refuse(Errors.INCONSISTENT_GROUP_PROTOCOL.code)
  const isUnknown = request.memberId === UNKNOWN_MEMBER_ID
  const memberId = isUnknown ? context.nextUuid() : request.memberId
  const operation = new ConsumerGroupOperation(group, context)
  const full = fullGroup(operation, memberId)
  if (full !== undefined) return refuse(full.errorCode)
  if (!supportsProtocols(group, request)) return refuse(Errors.INCONSISTENT_GROUP_PROTOCOL.code)
  if (isUnknown && request.groupInstanceId === null && context.apiVersion >= 4) {
    return refuse(Errors.MEMBER_ID_REQUIRED.code, memberId)
  }
  const replaced = memberOfInstance(group, request.groupInstanceId)
  const downgrades = replaced !== undefined && canDowngradeBy(operation, replaced)
  const member = joiningMember(operation, memberId, request)
  if (member instanceof Refusal) return refuse(member.errorCode)
  const subscription = readSubscription(request.protocols[0]?.metadata ?? new Uint8Array(0))
  if (subscription === undefined) return refuse(Errors.UNKNOWN_SERVER_ERROR.code)
  const updatedMember = withSubscription(member, { request, subscription, context })
  const owned = ownedPartitions(subscription, context)
  const joined = downgrades
    ? joinByDowngrade(operation, { member, updatedMember, owned })
    : joinAsClassicMember(operation, { member, updatedMember, owned })
  if (joined instanceof Refusal) return refuse(joined.errorCode)
  return operation.answerNow({
    ...joinError(joined.memberId, Errors.NONE.code),
    generationId: joined.memberEpoch,
    protocolType: CONSUMER_PROTOCOL_TYPE,
    protocolName: request.protocols[0]?.name ?? '',
  })
}

interface Joining {
  readonly member: ConsumerGroupMember
  readonly updatedMember: ConsumerGroupMember
  readonly owned: OwnedPartitions
}

const joinAsClassicMember = (operation: ConsumerGroupOperation, joining: Joining): ConsumerGroupMember | Refusal => {
  const joined = advanceMember(operation, joining)
  if (joined instanceof Refusal) return joined
  operation.stopAwaitingJoin(joined.memberId)
  operation.prolongSession(joined)
  operation.awaitSync(joined)
  return joined
}

/** With it, nobody of the consumer protocol is left. */
const joinByDowngrade = (operation: ConsumerGroupOperation, joining: Joining): ConsumerGroupMember | Refusal => {
  const { group } = operation
  const { updatedMember, owned } = joining
  const subscription = updateSubscription(operation, joining)
  if (subscription instanceof Refusal) return subscription
  const { groupEpoch, hasChanged } = subscription
  const { assignmentEpoch } = group.header
  const others = [...group.members.values()].filter(({ instanceId }) => instanceId !== updatedMember.instanceId)
  // A classic group hands out assignments as they stand: whoever is not there yet must make everyone join.
  const mustRebalance =
    assignmentEpoch < groupEpoch || !others.every((member) => isReconciledTo(member, assignmentEpoch))
  const target = { epoch: assignmentEpoch, partitions: standingTargetOf(group, updatedMember) }
  const joined = mustRebalance
    ? updatedMember
    : reconcileMember(operation, { updatedMember, owned, target, hasChanged })
  if (joined instanceof Refusal) return joined
  downgradeBy(operation, { joining: joined, groupEpoch: group.header.groupEpoch, mustRebalance })
  return joined
}

const supportsProtocols = (group: ConsumerGroup, { protocolType, protocols }: JoinGroupRequest): boolean =>
  protocolType === CONSUMER_PROTOCOL_TYPE &&
  protocols.some(({ name }) => group.classicProtocols.get(name) === group.classicMemberCount)

const joiningMember = (
  operation: ConsumerGroupOperation,
  memberId: string,
  { groupInstanceId: instanceId, memberId: asked }: JoinGroupRequest,
): ConsumerGroupMember | Refusal => {
  const { group } = operation
  if (instanceId === null) return group.members.get(memberId) ?? newConsumerGroupMember(memberId)
  if (asked === UNKNOWN_MEMBER_ID) {
    return joiningStaticMember(operation, { memberId, instanceId, usesClassicProtocol: true })
  }
  return staticMember(group, instanceId, memberId)
}

interface Subscribing {
  readonly request: JoinGroupRequest
  readonly subscription: EmbeddedSubscription
  readonly context: GroupRequestContext
}

const withSubscription = (
  member: ConsumerGroupMember,
  { request, subscription, context }: Subscribing,
): ConsumerGroupMember => ({
  ...member,
  instanceId: request.groupInstanceId ?? member.instanceId,
  rackId: subscription.rackId ?? member.rackId,
  rebalanceTimeoutMs: request.rebalanceTimeoutMs === -1 ? member.rebalanceTimeoutMs : request.rebalanceTimeoutMs,
  subscribedTopicNames: [...new Set(subscription.topics)].sort(),
  subscribedTopicRegex: '',
  clientId: context.clientId,
  clientHost: context.clientHost,
  classicMetadata: {
    sessionTimeoutMs: request.sessionTimeoutMs,
    supportedProtocols: keptProtocols(request.protocols),
  },
})

const ownedPartitions = ({ owned }: EmbeddedSubscription, { environment }: GroupRequestContext): OwnedPartitions =>
  owned.flatMap(({ topic, partitions }) => {
    const topicId = environment.topics.topicId(topic)
    return topicId === undefined ? [] : [{ topicId, partitions }]
  })

type ClassicRequest = Pick<HeartbeatRequest, 'memberId' | 'groupInstanceId' | 'generationId'>

interface AskingClassicMember {
  readonly member: ConsumerGroupMember
  readonly metadata: ClassicMemberMetadata
}

/** The member of the classic protocol that asks, in the epoch that it is in. */
const classicMemberOf = (
  group: ConsumerGroup,
  { memberId, groupInstanceId, generationId }: ClassicRequest,
): AskingClassicMember | Refusal => {
  const member =
    groupInstanceId === null ? knownMember(group, memberId) : staticMember(group, groupInstanceId, memberId)
  if (member instanceof Refusal) return member
  const metadata = member.classicMetadata
  if (metadata === null) {
    return new Refusal(Errors.UNKNOWN_MEMBER_ID, `Member ${memberId} does not use the classic protocol.`)
  }
  if (member.memberEpoch === generationId) return { member, metadata }
  const message = `The request generation id ${generationId} is not equal to the member epoch ${member.memberEpoch}.`
  return new Refusal(Errors.ILLEGAL_GENERATION, message)
}

/** SyncGroup on a consumer group: the assignment has been known since the member joined. */
export const syncConsumerGroup = (
  group: ConsumerGroup,
  request: SyncGroupRequest,
  context: GroupRequestContext,
): GroupResult<SyncGroupResponse> => {
  const asking = classicMemberOf(group, request)
  if (asking instanceof Refusal) return answered(syncError(asking.errorCode))
  const { member, metadata } = asking
  const [protocol] = metadata.supportedProtocols
  const differs = (asked: string | null, actual: string): boolean => asked !== null && asked !== actual
  if (differs(request.protocolType, CONSUMER_PROTOCOL_TYPE) || differs(request.protocolName, protocol?.name ?? '')) {
    return answered(syncError(Errors.INCONSISTENT_GROUP_PROTOCOL.code))
  }
  const operation = new ConsumerGroupOperation(group, context)
  if (group.header.assignmentEpoch > member.memberEpoch && member.state !== 'UNREVOKED_PARTITIONS') {
    operation.awaitJoin(member)
    return operation.answerNow(syncError(Errors.REBALANCE_IN_PROGRESS.code))
  }
  operation.cancelTimer(classicSyncTimerKey(group.groupId, member.memberId))
  operation.prolongSession(member)
  const version = embeddedVersion(protocol?.metadata ?? new Uint8Array(0))
  const { protocolType, protocolName } = request
  const assignment = writeAssignment(namedPartitions(member.assigned, context.environment.topics), version)
  return operation.answerNow({ ...syncError(Errors.NONE.code), protocolType, protocolName, assignment })
}

/** Heartbeat on a consumer group: a member that has a step to take is told to join again. */
export const heartbeatOfClassicMember = (
  group: ConsumerGroup,
  request: HeartbeatRequest,
  context: GroupRequestContext,
): GroupResult<HeartbeatResponse> => {
  const asking = classicMemberOf(group, request)
  if (asking instanceof Refusal) return answered({ throttleTimeMs: 0, errorCode: asking.errorCode })
  const { member } = asking
  const operation = new ConsumerGroupOperation(group, context)
  operation.prolongSession(member)
  const mustJoin =
    member.memberEpoch < group.header.assignmentEpoch ||
    member.state === 'UNREVOKED_PARTITIONS' ||
    (member.state === 'UNRELEASED_PARTITIONS' && !isWaiting(group, member))
  if (mustJoin) operation.awaitJoin(member)
  const errorCode = mustJoin ? Errors.REBALANCE_IN_PROGRESS.code : Errors.NONE.code
  return operation.answerNow({ throttleTimeMs: 0, errorCode })
}

/** Is a partition of the member's target still held by someone else? */
const isWaiting = (group: ConsumerGroup, member: ConsumerGroupMember): boolean => {
  for (const [topicId, partitions] of group.targetAssignment.get(member.memberId) ?? []) {
    for (const partition of partitions) {
      const isOwn = member.assigned.get(topicId)?.has(partition) === true
      if (!isOwn && group.partitionEpoch(topicId, partition) !== -1) return true
    }
  }
  return false
}
