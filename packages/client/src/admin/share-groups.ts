import { apis } from '../apis.ts'
import { partitionKey, type Broker, type TopicPartition } from '../cluster/cluster-metadata.ts'
import type { KafkaClient } from '../cluster/kafka-client.ts'
import { KafkaError, failure, success, type Outcome } from '../kafka-error.ts'
import type { ResponseBody } from '../net/api.ts'
import { byCoordinator, byTopic, perKey, type CallOptions } from './per-key.ts'

export interface ShareMemberDescription {
  readonly memberId: string
  readonly clientId: string
  readonly host: string
  readonly memberEpoch: number
  readonly assignment: readonly TopicPartition[]
}

export interface ShareGroupDescription {
  readonly groupId: string
  readonly state: string
  readonly coordinator: Broker
  readonly groupEpoch: number
  readonly targetAssignmentEpoch: number
  readonly members: readonly ShareMemberDescription[]
}

type Group = ResponseBody<typeof apis.shareGroupDescribe.response>['groups'][number]

/** Share groups (KIP-932); any other kind is GROUP_ID_NOT_FOUND. */
export async function describeShareGroups(
  client: KafkaClient,
  groupIds: readonly string[],
  options: CallOptions = {},
): Promise<Map<string, Outcome<ShareGroupDescription>>> {
  const ask = async (coordinator: Broker, ids: readonly string[]) => {
    const { groups } = await client.send(
      apis.shareGroupDescribe,
      { groupIds: ids, includeAuthorizedOperations: false },
      { to: { nodeId: coordinator.nodeId } },
    )
    return new Map(
      groups.map((group) => [
        group.groupId,
        group.errorCode === 0
          ? success(described(group, coordinator))
          : failure<ShareGroupDescription>(KafkaError.ofCode(group.errorCode, group.errorMessage)),
      ]),
    )
  }
  return perKey({
    client,
    call: 'describeShareGroups',
    keys: groupIds,
    deadline: client.deadline(options.timeoutMs),
    signal: options.signal,
    attempt: (pending) => byCoordinator(client, pending, ask),
  })
}

const described = (group: Group, coordinator: Broker): ShareGroupDescription => ({
  groupId: group.groupId,
  state: group.groupState,
  coordinator,
  groupEpoch: group.groupEpoch,
  targetAssignmentEpoch: group.assignmentEpoch,
  members: group.members.map(({ memberId, clientId, clientHost, memberEpoch, assignment }) => ({
    memberId,
    clientId,
    host: clientHost,
    memberEpoch,
    assignment: assignment.topicPartitions.flatMap(({ topicName, partitions }) =>
      partitions.map((partition) => ({ topic: topicName, partition })),
    ),
  })),
})

/** Where a share group stands in a partition. */
export interface SharePartitionOffset extends TopicPartition {
  /** The first record that is not done with; absent while the group has not begun with the partition. */
  readonly startOffset?: number
  readonly leaderEpoch?: number
  /** How many records are not done with; absent where the broker does not know. */
  readonly lag?: number
}

/** Of all partitions that the group has begun with or is subscribed to; those that fail are left out. */
export async function listShareGroupOffsets(
  client: KafkaClient,
  groupId: string,
  options: CallOptions = {},
): Promise<readonly SharePartitionOffset[]> {
  const response = await client.request(
    apis.describeShareGroupOffsets,
    { groups: [{ groupId, topics: null }] },
    {
      to: { groupId },
      call: 'listShareGroupOffsets',
      deadline: client.deadline(options.timeoutMs),
      ...(options.signal && { signal: options.signal }),
      check: ({ groups: [group] }) => KafkaError.check(group?.errorCode ?? 0, group?.errorMessage),
    },
  )
  return (response.groups[0]?.topics ?? []).flatMap(({ topicName, partitions }) =>
    partitions
      .filter(({ errorCode }) => errorCode === 0)
      .map(({ partitionIndex, startOffset, leaderEpoch, lag }) => ({
        topic: topicName,
        partition: partitionIndex,
        ...(startOffset >= 0 && { startOffset }),
        ...(startOffset >= 0 && leaderEpoch >= 0 && { leaderEpoch }),
        ...(startOffset >= 0 && lag >= 0 && { lag }),
      })),
  )
}

const retries = (error: KafkaError): boolean => error.retriable || error.name === 'REBALANCE_IN_PROGRESS'

/** Lets a group without members go on elsewhere; keyed by `topic-partition`. */
export async function alterShareGroupOffsets(
  client: KafkaClient,
  groupId: string,
  offsets: readonly (TopicPartition & { readonly offset: number })[],
  options: CallOptions = {},
): Promise<Map<string, Outcome<void>>> {
  const response = await client.request(
    apis.alterShareGroupOffsets,
    {
      groupId,
      topics: Array.from(byTopic(offsets), ([topicName, partitions]) => ({
        topicName,
        partitions: partitions.map(({ partition, offset }) => ({ partitionIndex: partition, startOffset: offset })),
      })),
    },
    {
      to: { groupId },
      call: 'alterShareGroupOffsets',
      deadline: client.deadline(options.timeoutMs),
      retries,
      check: ({ errorCode, errorMessage }) => KafkaError.check(errorCode, errorMessage),
    },
  )
  return new Map(
    response.responses.flatMap(({ topicName, partitions }) =>
      partitions.map(({ partitionIndex, errorCode, errorMessage }) => [
        partitionKey({ topic: topicName, partition: partitionIndex }),
        errorCode === 0 ? success<void>(undefined) : failure<void>(KafkaError.ofCode(errorCode, errorMessage)),
      ]),
    ),
  )
}

/** Lets a group without members begin anew with these topics; keyed by topic. */
export async function deleteShareGroupOffsets(
  client: KafkaClient,
  groupId: string,
  topics: readonly string[],
  options: CallOptions = {},
): Promise<Map<string, Outcome<void>>> {
  const response = await client.request(
    apis.deleteShareGroupOffsets,
    { groupId, topics: topics.map((topicName) => ({ topicName })) },
    {
      to: { groupId },
      call: 'deleteShareGroupOffsets',
      deadline: client.deadline(options.timeoutMs),
      retries,
      check: ({ errorCode, errorMessage }) => KafkaError.check(errorCode, errorMessage),
    },
  )
  return new Map(
    response.responses.map(({ topicName, errorCode, errorMessage }) => [
      topicName,
      errorCode === 0 ? success<void>(undefined) : failure<void>(KafkaError.ofCode(errorCode, errorMessage)),
    ]),
  )
}
