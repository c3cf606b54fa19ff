/** Commits and fetches of one partition's offset, in any version. */
import { OffsetCommitRequest, OffsetCommitResponse, OffsetFetchRequest, OffsetFetchResponse } from '@milena/protocol'
import { FindCoordinatorRequest, FindCoordinatorResponse } from '@milena/protocol'
import type { WireClient } from './wire-client.ts'

interface Place {
  readonly groupId: string
  readonly topic: { readonly name: string; readonly id: string }
  readonly partition: number
}

export interface Commit extends Place {
  readonly memberId: string
  readonly generationId: number
  readonly offset: number
}

const TOPIC_IDS_MIN_VERSION = 10
const SEVERAL_GROUPS_MIN_VERSION = 8

/** Makes the coordinator's topic, as each client's first question does. */
export async function findCoordinator(client: WireClient, groupId: string): Promise<number> {
  return (await client.send(FindCoordinatorRequest, FindCoordinatorResponse, 0, { key: groupId })).errorCode
}

function named({ name, id }: Place['topic'], version: number): { name: string } | { topicId: string } {
  return version >= TOPIC_IDS_MIN_VERSION ? { topicId: id } : { name }
}

/** Returns the partition's error code. */
export async function commitOffset(client: WireClient, version: number, commit: Commit): Promise<number> {
  const { groupId, memberId, topic, partition } = commit
  const { topics } = await client.send(OffsetCommitRequest, OffsetCommitResponse, version, {
    groupId,
    memberId,
    generationIdOrMemberEpoch: commit.generationId,
    topics: [
      {
        ...named(topic, version),
        partitions: [{ partitionIndex: partition, committedOffset: commit.offset, committedMetadata: 'note' }],
      },
    ],
  })
  return topics[0]!.partitions[0]!.errorCode
}

/** Returns the offset, -1 for none; throws for an error. */
export async function fetchOffset(client: WireClient, version: number, place: Place): Promise<number> {
  const topics = [{ ...named(place.topic, version), partitionIndexes: [place.partition] }]
  const body =
    version < SEVERAL_GROUPS_MIN_VERSION
      ? { groupId: place.groupId, topics: [{ name: place.topic.name, partitionIndexes: [place.partition] }] }
      : { groups: [{ groupId: place.groupId, topics }] }
  const response = await client.send(OffsetFetchRequest, OffsetFetchResponse, version, body)
  const answered = version < SEVERAL_GROUPS_MIN_VERSION ? response : response.groups[0]!
  const fetched = answered.topics[0]?.partitions[0]
  const errorCode = answered.errorCode === 0 ? fetched?.errorCode : answered.errorCode
  if (errorCode !== 0) throw new Error(`OffsetFetch: error ${errorCode}`)
  return fetched!.committedOffset
}
