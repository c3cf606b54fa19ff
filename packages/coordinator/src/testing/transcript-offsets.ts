import type {
  OffsetCommitRequest,
  OffsetDeleteRequest,
  OffsetDeleteResponse,
  TxnOffsetCommitRequest,
} from '@milena/protocol/messages'
import { ZERO_UUID } from '@milena/protocol/messages'
import type { EndTransactionMarker } from '../edge/ports.ts'
import type { GroupRecord } from '../group/group-types.ts'
import type { FetchedGroup, FetchGroup } from '../group/offset-fetch.ts'
import type { RecordProducer } from '../runtime/coordinator-shard.ts'
import type { Command, NamedPartition } from './transcript-commands.ts'
import { byTopic, errorName, shownRecord } from './transcript-commands.ts'

/** Who commits, as a member of its group. */
export interface OffsetCommitter {
  readonly groupId: string
  readonly generationId: number
  readonly memberId: string
  readonly groupInstanceId: string | null
}

/** `pid=7 producer-epoch=0`: whose transaction it is. */
export const producerOf = (command: Command): RecordProducer => ({
  producerId: command.number('pid', 1),
  producerEpoch: command.number('producer-epoch', 0),
})

/** `end commit pid=7`: what a transaction coordinator says of a producer's transaction. */
export const endMarker = (command: Command): EndTransactionMarker => ({
  ...producerOf(command),
  isCommit: command.words[0] === 'commit',
  coordinatorEpoch: 0,
  transactionVersion: 2,
})

export const commitRequest = (
  command: Command,
  { groupId, generationId, memberId, groupInstanceId }: OffsetCommitter,
): OffsetCommitRequest => ({
  groupId,
  generationIdOrMemberEpoch: generationId,
  memberId,
  groupInstanceId,
  retentionTimeMs: command.number('retention', -1),
  topics: committedTopics(command).map((topic) => ({ ...topic, topicId: ZERO_UUID })),
})

export const txnCommitRequest = (command: Command, committer: OffsetCommitter): TxnOffsetCommitRequest => ({
  ...committer,
  ...producerOf(command),
  transactionalId: 'tx',
  topics: committedTopics(command),
})

const committedTopics = (command: Command): TxnOffsetCommitRequest['topics'] =>
  Array.from(byTopic(command.words.slice(1)), ([name, partitions]) => ({
    name,
    partitions: partitions.map(({ partition, offset }) => ({
      partitionIndex: partition,
      committedOffset: offset,
      committedLeaderEpoch: command.number('epoch', -1),
      committedMetadata: command.option('metadata') ?? null,
    })),
  }))

export const deleteRequest = (command: Command, groupId: string): OffsetDeleteRequest => ({
  groupId,
  topics: Array.from(byTopic(command.words.slice(1)), ([name, partitions]) => ({
    name,
    partitions: partitions.map(({ partition }) => ({ partitionIndex: partition })),
  })),
})

/** Without words, everything that the group has. */
export const fetchRequest = ({ words }: Command, groupId: string): FetchGroup => {
  const named = (partitions: readonly NamedPartition[]): number[] => partitions.map(({ partition }) => partition)
  const topics = Array.from(byTopic(words), ([name, partitions]) => ({
    name,
    topicId: ZERO_UUID,
    partitionIndexes: named(partitions),
  }))
  return { groupId, memberId: null, memberEpoch: -1, topics: words.length === 0 ? null : topics }
}

interface CommittedTopic {
  readonly name: string
  readonly partitions: readonly { readonly partitionIndex: number; readonly errorCode: number }[]
}

const shownPartitions = ({ name, partitions }: CommittedTopic): string[] =>
  partitions.map(({ partitionIndex, errorCode }) => `${name}:${partitionIndex}=${errorName(errorCode)}`)

export const shownCommit = ({ topics }: { readonly topics: readonly CommittedTopic[] }): string =>
  topics.flatMap(shownPartitions).join(' ')

export const shownDeletion = ({ errorCode, topics }: OffsetDeleteResponse): string =>
  [errorName(errorCode), ...topics.flatMap(shownPartitions)].join(' ')

export const shownFetch = ({ errorCode, topics }: FetchedGroup): string =>
  [
    errorName(errorCode),
    ...topics.flatMap(({ name, partitions }) =>
      partitions.map((partition) => {
        const error = partition.errorCode === 0 ? '' : ` ${errorName(partition.errorCode)}`
        return `${name}:${partition.partitionIndex}@${partition.committedOffset}${error}`
      }),
    ),
  ].join(' ')

/** What was written to the log: a record, in a producer's transaction or not, or the marker that ends one. */
export const shownLogged = (record: object, producer: RecordProducer | undefined): string => {
  if (producer === undefined) return shownRecord(record as GroupRecord)
  const transaction = `${producer.producerId}:${producer.producerEpoch}`
  if ('isCommit' in record) return `${record.isCommit === true ? 'commit' : 'abort'} marker of ${transaction}`
  return `${shownRecord(record as GroupRecord)} in ${transaction}`
}
