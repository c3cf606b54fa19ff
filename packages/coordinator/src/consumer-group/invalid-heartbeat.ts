import type { ConsumerGroupHeartbeatRequest } from '@milena/protocol/messages'
import { Errors } from '@milena/protocol/messages'
import type { ConsumerGroupConfig } from '../group/group-config.ts'
import { LEAVE_EPOCH, STATIC_LEAVE_EPOCH } from './member-lookup.ts'
import { Refusal } from './refusal.ts'

/** Since v1 clients make their member ids themselves (KIP-1082). */
const FIRST_VERSION_WITH_OWN_IDS = 1

/** What is wrong with the form of a heartbeat, whatever the group; undefined when nothing is. */
export const invalidHeartbeat = (
  request: ConsumerGroupHeartbeatRequest,
  apiVersion: number,
  { assignors }: Pick<ConsumerGroupConfig, 'assignors'>,
): Refusal | undefined => {
  const problem = emptyField(request, apiVersion) ?? invalidEpoch(request)
  if (problem !== undefined) return new Refusal(Errors.INVALID_REQUEST, problem)
  const { serverAssignor } = request
  if (serverAssignor === null || assignors.includes(serverAssignor)) return undefined
  const message = `ServerAssignor ${serverAssignor} is not supported. Supported assignors: ${assignors.join(', ')}.`
  return new Refusal(Errors.UNSUPPORTED_ASSIGNOR, message)
}

const emptyField = (request: ConsumerGroupHeartbeatRequest, apiVersion: number): string | undefined => {
  const { memberId, groupId, instanceId, rackId, memberEpoch } = request
  const needsId = apiVersion >= FIRST_VERSION_WITH_OWN_IDS || memberEpoch > 0 || memberEpoch === LEAVE_EPOCH
  if (needsId && isBlank(memberId)) return "MemberId can't be empty."
  if (isBlank(groupId)) return "GroupId can't be empty."
  if (isBlank(instanceId)) return "InstanceId can't be empty."
  return isBlank(rackId) ? "RackId can't be empty." : undefined
}

const invalidEpoch = (request: ConsumerGroupHeartbeatRequest): string | undefined => {
  const { memberEpoch, instanceId } = request
  if (memberEpoch === 0) return invalidJoin(request)
  if (memberEpoch === STATIC_LEAVE_EPOCH) return instanceId === null ? "InstanceId can't be null." : undefined
  return memberEpoch < STATIC_LEAVE_EPOCH ? 'MemberEpoch is invalid.' : undefined
}

const invalidJoin = (request: ConsumerGroupHeartbeatRequest): string | undefined => {
  if (request.rebalanceTimeoutMs === -1) return 'RebalanceTimeoutMs must be provided in first request.'
  if (request.topicPartitions?.length !== 0) return 'TopicPartitions must be empty when (re-)joining.'
  return request.subscribedTopicNames === null && request.subscribedTopicRegex === null
    ? 'Either SubscribedTopicNames or SubscribedTopicRegex must be non-null when (re-)joining.'
    : undefined
}

/** Java's trim takes away whatever is not above a space. */
const isBlank = (value: string | null): boolean => {
  for (let index = 0; index < (value?.length ?? 0); index++) if ((value?.charCodeAt(index) ?? 0) > 0x20) return false
  return value !== null
}
