import { apis } from '../apis.ts'
import type { Broker, TopicPartition } from '../cluster/cluster-metadata.ts'
import type { KafkaClient } from '../cluster/kafka-client.ts'
import { decodeAssignment } from '../consumer/consumer-protocol.ts'
import { KafkaError, failure, success, type Outcome } from '../kafka-error.ts'
import type { ResponseBody } from '../net/api.ts'
import { byCoordinator, perKey, type CallOptions } from './per-key.ts'

export interface MemberDescription {
  readonly memberId: string
  readonly groupInstanceId: string | null
  readonly clientId: string
  readonly host: string
  readonly assignment: readonly TopicPartition[]
  /** What the coordinator wants it to have; consumer groups only. */
  readonly targetAssignment?: readonly TopicPartition[]
  readonly memberEpoch?: number
  /** Whether the member of a consumer group speaks the consumer protocol; absent when unknown. */
  readonly upgraded?: boolean
}

export interface GroupDescription {
  readonly groupId: string
  readonly type: 'classic' | 'consumer'
  /** `consumer`, `connect`, …; '' for a group that only commits offsets. */
  readonly protocolType: string
  readonly state: string
  readonly coordinator: Broker
  /** The assignor in use; '' when the group has none. */
  readonly partitionAssignor: string
  readonly members: readonly MemberDescription[]
  readonly groupEpoch?: number
  readonly targetAssignmentEpoch?: number
}

/** Consumer groups of either protocol: the new one is asked about first, and what it does not know, the classic one. */
export async function describeConsumerGroups(
  client: KafkaClient,
  groupIds: readonly string[],
  options: CallOptions = {},
): Promise<Map<string, Outcome<GroupDescription>>> {
  const deadline = client.deadline(options.timeoutMs)
  const attempt = async (pending: readonly string[]): Promise<Map<string, Outcome<GroupDescription>>> => {
    const results = await byCoordinator(client, pending, (coordinator, ids) => askConsumer(client, coordinator, ids))
    const others = pending.filter((groupId) => isOther(results.get(groupId)))
    if (others.length > 0) {
      const classic = await byCoordinator(client, others, (coordinator, ids) => askClassic(client, coordinator, ids))
      for (const [groupId, outcome] of classic) results.set(groupId, onlyConsumers(groupId, outcome))
    }
    return results
  }
  return perKey({ client, call: 'describeConsumerGroups', keys: groupIds, deadline, signal: options.signal, attempt })
}

/** Classic groups of any protocol type. */
export async function describeClassicGroups(
  client: KafkaClient,
  groupIds: readonly string[],
  options: CallOptions = {},
): Promise<Map<string, Outcome<GroupDescription>>> {
  const attempt = (pending: readonly string[]): Promise<Map<string, Outcome<GroupDescription>>> =>
    byCoordinator(client, pending, (coordinator, ids) => askClassic(client, coordinator, ids))
  const deadline = client.deadline(options.timeoutMs)
  return perKey({ client, call: 'describeClassicGroups', keys: groupIds, deadline, signal: options.signal, attempt })
}

const isOther = (outcome: Outcome<GroupDescription> | undefined): boolean =>
  outcome?.ok === false && ['GROUP_ID_NOT_FOUND', 'UNSUPPORTED_VERSION'].includes(outcome.error.name)

/** A classic group of another kind, such as Connect's workers, is no consumer group. */
function onlyConsumers(groupId: string, outcome: Outcome<GroupDescription>): Outcome<GroupDescription> {
  if (!outcome.ok || ['consumer', ''].includes(outcome.value.protocolType)) return outcome
  return failure(
    KafkaError.client(
      'INVALID_ARGUMENT',
      `GroupId ${groupId} is not a consumer group (${outcome.value.protocolType}).`,
    ),
  )
}

type ConsumerGroup = ResponseBody<typeof apis.consumerGroupDescribe.response>['groups'][number]
type ConsumerAssignment = ConsumerGroup['members'][number]['assignment']

async function askConsumer(
  client: KafkaClient,
  coordinator: Broker,
  groupIds: readonly string[],
): Promise<Map<string, Outcome<GroupDescription>>> {
  const response = await client.send(
    apis.consumerGroupDescribe,
    { groupIds, includeAuthorizedOperations: false },
    { to: { nodeId: coordinator.nodeId } },
  )
  return new Map(
    response.groups.map((group) => [
      group.groupId,
      group.errorCode === 0
        ? success(fromConsumer(group, coordinator))
        : failure<GroupDescription>(KafkaError.ofCode(group.errorCode, group.errorMessage)),
    ]),
  )
}

function fromConsumer(group: ConsumerGroup, coordinator: Broker): GroupDescription {
  return {
    groupId: group.groupId,
    type: 'consumer',
    protocolType: 'consumer',
    state: group.groupState,
    coordinator,
    partitionAssignor: group.assignorName,
    groupEpoch: group.groupEpoch,
    targetAssignmentEpoch: group.assignmentEpoch,
    members: group.members.map((member) => ({
      memberId: member.memberId,
      groupInstanceId: member.instanceId,
      clientId: member.clientId,
      host: member.clientHost,
      assignment: flatten(member.assignment),
      targetAssignment: flatten(member.targetAssignment),
      memberEpoch: member.memberEpoch,
      ...(member.memberType >= 0 && { upgraded: member.memberType === 1 }),
    })),
  }
}

const flatten = ({ topicPartitions }: ConsumerAssignment): readonly TopicPartition[] =>
  topicPartitions.flatMap(({ topicName, partitions }) =>
    partitions.map((partition) => ({ topic: topicName, partition })),
  )

type ClassicGroup = ResponseBody<typeof apis.describeGroups.response>['groups'][number]

async function askClassic(
  client: KafkaClient,
  coordinator: Broker,
  groups: readonly string[],
): Promise<Map<string, Outcome<GroupDescription>>> {
  const response = await client.send(
    apis.describeGroups,
    { groups, includeAuthorizedOperations: false },
    { to: { nodeId: coordinator.nodeId } },
  )
  return new Map(
    response.groups.map((group) => [
      group.groupId,
      group.errorCode === 0
        ? success(fromClassic(group, coordinator))
        : failure<GroupDescription>(KafkaError.ofCode(group.errorCode, group.errorMessage)),
    ]),
  )
}

function fromClassic(group: ClassicGroup, coordinator: Broker): GroupDescription {
  const isConsumer = group.protocolType === 'consumer'
  return {
    groupId: group.groupId,
    type: 'classic',
    protocolType: group.protocolType,
    state: group.groupState,
    coordinator,
    partitionAssignor: group.protocolData,
    members: group.members.map((member) => ({
      memberId: member.memberId,
      groupInstanceId: member.groupInstanceId,
      clientId: member.clientId,
      host: member.clientHost,
      assignment:
        isConsumer && member.memberAssignment.length > 0 ? decodeAssignment(member.memberAssignment).partitions : [],
    })),
  }
}
