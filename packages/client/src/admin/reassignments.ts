import { apis } from '../apis.ts'
import { partitionKey, type TopicPartition } from '../cluster/cluster-metadata.ts'
import type { KafkaClient } from '../cluster/kafka-client.ts'
import { KafkaError, failure, success, type Outcome } from '../kafka-error.ts'
import { byTopic, type CallOptions } from './per-key.ts'

const electionTypes = { preferred: 0, unclean: 1 } as const
export type ElectionType = keyof typeof electionTypes

const verdict = (code: number, message: string | null): Outcome<void> =>
  code === 0 ? success(undefined) : failure(KafkaError.ofCode(code, message))

/**
 * Lets partitions have the leader that they should have, or with `unclean` any that is alive; of all partitions only
 * those are in the answer for which something was to be done. Keyed by `topic-partition`.
 */
export async function electLeaders(
  client: KafkaClient,
  type: ElectionType,
  partitions: readonly TopicPartition[] | 'all',
  options: CallOptions = {},
): Promise<Map<string, Outcome<void>>> {
  const deadline = client.deadline(options.timeoutMs)
  const topicPartitions =
    partitions === 'all'
      ? null
      : Array.from(byTopic(partitions), ([topic, list]) => ({
          topic,
          partitions: list.map(({ partition }) => partition),
        }))
  const response = await client.request(
    apis.electLeaders,
    (version) => ({
      ...(version > 0 && { electionType: electionTypes[type] }),
      topicPartitions,
      timeoutMs: Math.ceil(deadline.remainingMs),
    }),
    {
      to: 'controller',
      call: 'electLeaders',
      deadline,
      ...(type === 'unclean' && { versions: { min: 1 } }),
      ...(options.signal && { signal: options.signal }),
      check: ({ errorCode }) => KafkaError.check(errorCode),
    },
  )
  return new Map(
    response.replicaElectionResults.flatMap(({ topic, partitionResult }) =>
      partitionResult.map(({ partitionId, errorCode, errorMessage }) => [
        partitionKey({ topic, partition: partitionId }),
        verdict(errorCode, errorMessage),
      ]),
    ),
  )
}

/** Where the replicas of a partition shall be. */
export interface NewPartitionReassignment extends TopicPartition {
  /** The first is the preferred leader; absent to give up the reassignment that is under way. */
  readonly replicas?: readonly number[]
}

/** Begins to move partitions, or gives that up; keyed by `topic-partition`. */
export async function alterPartitionReassignments(
  client: KafkaClient,
  reassignments: readonly NewPartitionReassignment[],
  options: CallOptions & { readonly allowReplicationFactorChange?: boolean } = {},
): Promise<Map<string, Outcome<void>>> {
  const deadline = client.deadline(options.timeoutMs)
  const { allowReplicationFactorChange = true } = options
  const topics = Array.from(byTopic(reassignments), ([name, list]) => ({
    name,
    partitions: list.map(({ partition, replicas = null }) => ({ partitionIndex: partition, replicas })),
  }))
  const response = await client.request(
    apis.alterPartitionReassignments,
    (version) => ({
      timeoutMs: Math.ceil(deadline.remainingMs),
      ...(version > 0 && { allowReplicationFactorChange }),
      topics,
    }),
    {
      to: 'controller',
      call: 'alterPartitionReassignments',
      deadline,
      ...(!allowReplicationFactorChange && { versions: { min: 1 } }),
      // Every other failure is that of the partitions.
      check: ({ errorCode, errorMessage }) => {
        if (KafkaError.ofCode(errorCode).name === 'NOT_CONTROLLER') KafkaError.check(errorCode, errorMessage)
      },
    },
  )
  const whole = verdict(response.errorCode, response.errorMessage)
  const single = new Map(
    response.responses.flatMap(({ name: topic, partitions }) =>
      partitions.map(({ partitionIndex, errorCode, errorMessage }) => [
        partitionKey({ topic, partition: partitionIndex }),
        verdict(errorCode, errorMessage),
      ]),
    ),
  )
  return new Map(
    reassignments.map((each) => {
      const key = partitionKey(each)
      return [key, whole.ok ? (single.get(key) ?? unanswered) : whole]
    }),
  )
}

const unanswered: Outcome<void> = failure(
  KafkaError.client('MALFORMED_RESPONSE', 'alterPartitionReassignments: no answer'),
)
