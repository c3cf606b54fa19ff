import { apis } from '../apis.ts'
import { partitionKey, type TopicPartition } from '../cluster/cluster-metadata.ts'
import type { KafkaClient } from '../cluster/kafka-client.ts'
import { KafkaError, failure, success, type Outcome } from '../kafka-error.ts'
import type { ResponseBody } from '../net/api.ts'
import { byTopic, type CallOptions } from './per-key.ts'

export interface OffsetAndMetadata {
  readonly offset: number
  /** -1 when not known. */
  readonly leaderEpoch?: number
  readonly metadata?: string
}

export interface CommittedOffset extends TopicPartition {
  readonly offset: number
  readonly leaderEpoch: number
  readonly metadata: string
}

type FetchedTopics = readonly {
  readonly name: string
  readonly partitions: readonly {
    readonly partitionIndex: number
    readonly committedOffset: number
    readonly committedLeaderEpoch: number
    readonly metadata: string | null
    readonly errorCode: number
  }[]
}[]

// Version 10 speaks of topics by id only, which whoever asks for all of a group's offsets does not have.
const byName = { max: 9 }

/** What a group has committed: of the partitions named, or of all. Partitions without a commit are left out. */
export async function listGroupOffsets(
  client: KafkaClient,
  groupId: string,
  options: CallOptions & { readonly partitions?: readonly TopicPartition[]; readonly requireStable?: boolean } = {},
): Promise<Map<string, CommittedOffset>> {
  const topics =
    options.partitions === undefined
      ? null
      : Array.from(byTopic(options.partitions), ([name, list]) => ({
          name,
          partitionIndexes: list.map(({ partition }) => partition),
        }))
  const response = await client.request(
    apis.offsetFetch,
    (version) => ({
      ...(version < 8 ? { groupId, topics } : { groups: [{ groupId, topics }] }),
      requireStable: options.requireStable ?? false,
    }),
    {
      to: { groupId },
      versions: byName,
      deadline: client.deadline(options.timeoutMs),
      ...(options.signal && { signal: options.signal }),
      check: (answer) => {
        const { errorCode, topics: fetched } = groupIn(answer)
        KafkaError.check(errorCode)
        for (const { partitions } of fetched) for (const partition of partitions) checkStable(partition.errorCode)
      },
    },
  )
  const offsets = new Map<string, CommittedOffset>()
  for (const { name: topic, partitions } of groupIn(response).topics) {
    for (const { partitionIndex: partition, committedOffset: offset, ...rest } of partitions) {
      if (rest.errorCode !== 0 || offset < 0) continue
      const entry = { topic, partition, offset, leaderEpoch: rest.committedLeaderEpoch, metadata: rest.metadata ?? '' }
      offsets.set(partitionKey(entry), entry)
    }
  }
  return offsets
}

/** A transaction that commits offsets is still open: asked again. Any other failure leaves the partition out. */
function checkStable(errorCode: number): void {
  const error = KafkaError.ofCode(errorCode)
  if (error.name === 'UNSTABLE_OFFSET_COMMIT') throw error
}

function groupIn(response: ResponseBody<typeof apis.offsetFetch.response>): {
  readonly errorCode: number
  readonly topics: FetchedTopics
} {
  return response.groups[0] ?? response
}

/** Commits for a group that has no members; keyed by `topic-partition`. */
export async function alterGroupOffsets(
  client: KafkaClient,
  groupId: string,
  offsets: readonly (TopicPartition & OffsetAndMetadata)[],
  options: CallOptions = {},
): Promise<Map<string, Outcome<void>>> {
  const response = await client.request(
    apis.offsetCommit,
    {
      groupId,
      generationIdOrMemberEpoch: -1,
      memberId: '',
      topics: Array.from(byTopic(offsets), ([name, partitions]) => ({
        name,
        partitions: partitions.map(({ partition, offset, leaderEpoch = -1, metadata = '' }) => ({
          partitionIndex: partition,
          committedOffset: offset,
          committedLeaderEpoch: leaderEpoch,
          committedMetadata: metadata,
        })),
      })),
    },
    {
      to: { groupId },
      versions: byName,
      deadline: client.deadline(options.timeoutMs),
      check: ({ topics }) => checkCoordinator(topics),
    },
  )
  return verdicts(response.topics)
}

/** Forgets what a group has committed for these partitions; refused while it subscribes to them. */
export async function deleteGroupOffsets(
  client: KafkaClient,
  groupId: string,
  partitions: readonly TopicPartition[],
  options: CallOptions = {},
): Promise<Map<string, Outcome<void>>> {
  const response = await client.request(
    apis.offsetDelete,
    {
      groupId,
      topics: Array.from(byTopic(partitions), ([name, list]) => ({
        name,
        partitions: list.map(({ partition }) => ({ partitionIndex: partition })),
      })),
    },
    {
      to: { groupId },
      deadline: client.deadline(options.timeoutMs),
      check: ({ errorCode }) => KafkaError.check(errorCode),
    },
  )
  return verdicts(response.topics)
}

type PartitionCodes = readonly {
  readonly name: string
  readonly partitions: readonly { readonly partitionIndex: number; readonly errorCode: number }[]
}[]

/** The coordinator's own state is written into every partition; it concerns the request as a whole. */
export function checkCoordinator(topics: PartitionCodes): void {
  const whole = ['NOT_COORDINATOR', 'COORDINATOR_NOT_AVAILABLE', 'COORDINATOR_LOAD_IN_PROGRESS']
  for (const { partitions } of topics) {
    for (const { errorCode } of partitions) {
      const error = KafkaError.ofCode(errorCode)
      if (whole.includes(error.name)) throw error
    }
  }
}

function verdicts(topics: PartitionCodes): Map<string, Outcome<void>> {
  return new Map(
    topics.flatMap(({ name: topic, partitions }) =>
      partitions.map(({ partitionIndex: partition, errorCode }) => [
        partitionKey({ topic, partition }),
        errorCode === 0 ? success<void>(undefined) : failure<void>(KafkaError.ofCode(errorCode)),
      ]),
    ),
  )
}
