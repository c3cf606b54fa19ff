import { Errors } from '@milena/protocol/messages'
import type { ClassicGroup } from '../group/classic-group.ts'
import { isConsumerGroup } from '../group/classic-group.ts'
import type { ClassicMember } from '../group/classic-member.ts'
import { EMPTY_BYTES, sessionTimerKey } from '../group/classic-member.ts'
import { groupTombstone } from '../group/group-records.ts'
import { joinError, syncError } from '../group/group-responses.ts'
import type { GroupContext, TopicsView } from '../group/group-types.ts'
import { joinTimerKey, syncTimerKey } from '../group/rebalance.ts'
import type { ConsumerGroup } from './consumer-group.ts'
import type { ConsumerGroupMember, PartitionsByTopic } from './consumer-group-member.ts'
import { newConsumerGroupMember } from './consumer-group-member.ts'
import { ConsumerGroupOperation } from './consumer-group-operation.ts'
import {
  currentAssignmentRecord,
  groupEpochRecord,
  memberMetadataRecord,
  targetAssignmentEpochRecord,
  targetAssignmentRecord,
} from './consumer-group-records.ts'
import { readAssignment, readSubscription } from './embedded-protocol.ts'
import { draftConsumerGroup } from './group-lookup.ts'
import { Refusal } from './refusal.ts'
import { metadataHash, subscriptionAfter } from './subscription.ts'

/**
 * A classic group of consumers becomes a consumer group whose members speak the classic protocol: everyone keeps what
 * it has, in the generation that it has, which is the group's epoch now. Whoever waits is told to join again.
 */
export const upgradeToConsumerGroup = (
  classic: ClassicGroup,
  context: GroupContext,
): ConsumerGroupOperation | Refusal => {
  const refusal = cannotUpgrade(classic, context)
  if (refusal !== undefined) return refusal
  const group = draftConsumerGroup(classic.groupId)
  group.setHeader({ groupEpoch: classic.generationId, assignmentEpoch: classic.generationId })
  for (const classicMember of classic.members.values()) {
    const converted = convertedMember(classic, classicMember, context.environment.topics)
    if (converted instanceof Refusal) return converted
    group.targetAssignment.set(classicMember.memberId, converted.target)
    group.setMember(converted.member)
  }
  const subscription = subscriptionAfter(group, { removed: [], added: [] })
  group.setHeader({ metadataHash: metadataHash(subscription, group.resolvedRegexes, context.environment.topics) })
  const operation = new ConsumerGroupOperation(group, context)
  endClassicGroup(operation, classic)
  writeGroup(operation)
  operation.log('Converted the classic group to a consumer group.')
  return operation
}

const cannotUpgrade = (classic: ClassicGroup, { environment }: GroupContext): Refusal | undefined => {
  const { migrationPolicy, maxSize } = environment.config.consumerGroup
  const refuse = (why: string): Refusal =>
    new Refusal(
      Errors.GROUP_ID_NOT_FOUND,
      `Cannot upgrade classic group ${classic.groupId} to consumer group because ${why}.`,
    )
  if (migrationPolicy !== 'bidirectional' && migrationPolicy !== 'upgrade') return refuse('online upgrade is disabled')
  if (!isConsumerGroup(classic)) return refuse('the group does not use the consumer embedded protocol')
  if (classic.members.size > maxSize) return refuse('the group size exceeds the consumer group maximum size')
  return undefined
}

interface ConvertedMember {
  readonly member: ConsumerGroupMember
  readonly target: PartitionsByTopic
}

/** Before its first generation a group has no protocol: then what the member would like best speaks for it. */
const subscriptionBytes = ({ protocolName }: ClassicGroup, member: ClassicMember): Uint8Array => {
  const elected = member.protocols.find(({ name }) => name === protocolName)
  return (elected ?? member.protocols[0])?.metadata ?? EMPTY_BYTES
}

const convertedMember = (
  classic: ClassicGroup,
  member: ClassicMember,
  topics: TopicsView,
): ConvertedMember | Refusal => {
  const { generationId, groupId } = classic
  const subscription = readSubscription(subscriptionBytes(classic, member))
  const assignment = readAssignment(member.assignment)
  if (subscription === undefined || assignment === undefined) {
    const why = `because the embedded consumer protocol is malformed.`
    return new Refusal(Errors.GROUP_ID_NOT_FOUND, `Cannot upgrade classic group ${groupId} to consumer group ${why}`)
  }
  if (assignment.hasUserData) {
    const why =
      'because an unsupported custom assignor is in use. Please refer to the documentation or switch to a default ' +
      'assignor before re-attempting the upgrade.'
    return new Refusal(Errors.GROUP_ID_NOT_FOUND, `Cannot upgrade classic group ${groupId} to consumer group ${why}`)
  }
  const target = new Map<string, ReadonlySet<number>>()
  for (const { topic, partitions } of assignment.partitions) {
    const topicId = topics.topicId(topic)
    if (topicId !== undefined) target.set(topicId, new Set(partitions))
  }
  return {
    target,
    member: {
      ...newConsumerGroupMember(member.memberId),
      instanceId: member.groupInstanceId,
      rackId: subscription.rackId,
      clientId: member.clientId,
      clientHost: member.clientHost,
      subscribedTopicNames: [...new Set(subscription.topics)].sort(),
      rebalanceTimeoutMs: member.rebalanceTimeoutMs,
      classicMetadata: { sessionTimeoutMs: member.sessionTimeoutMs, supportedProtocols: member.protocols },
      memberEpoch: generationId,
      previousMemberEpoch: generationId,
      assigned: new Map(
        Array.from(target, ([topicId, partitions]) => [
          topicId,
          new Map(Array.from(partitions, (partition) => [partition, generationId])),
        ]),
      ),
    },
  }
}

/** Timers and waiting requests of the classic kind end with it. */
const endClassicGroup = (operation: ConsumerGroupOperation, classic: ClassicGroup): void => {
  const { groupId } = classic
  operation.write(groupTombstone(groupId))
  operation.cancelTimer(joinTimerKey(groupId))
  operation.cancelTimer(syncTimerKey(groupId))
  for (const memberId of classic.pendingJoin) operation.cancelTimer(sessionTimerKey(groupId, memberId))
  const errorCode = Errors.REBALANCE_IN_PROGRESS.code
  for (const { memberId, awaitingJoin, awaitingSync } of classic.members.values()) {
    if (awaitingJoin !== null) {
      operation.effect({ kind: 'reply', requestId: awaitingJoin, value: joinError(memberId, errorCode) })
    }
    if (awaitingSync !== null) {
      operation.effect({ kind: 'reply', requestId: awaitingSync, value: syncError(errorCode) })
    }
  }
}

const writeGroup = (operation: ConsumerGroupOperation): void => {
  const group: ConsumerGroup = operation.group
  const { groupId, header } = group
  const members = [...group.members.values()]
  operation.write(
    ...members.map((member) => memberMetadataRecord(groupId, member)),
    groupEpochRecord(groupId, header.groupEpoch, header.metadataHash),
    ...Array.from(group.targetAssignment.entries(), ([memberId, target]) =>
      targetAssignmentRecord({ groupId, memberId }, target),
    ),
    targetAssignmentEpochRecord(groupId, header.assignmentEpoch, header.assignmentTimestampMs),
    ...members.map((member) => currentAssignmentRecord(groupId, member)),
  )
  for (const member of members) operation.prolongSession(member)
}
