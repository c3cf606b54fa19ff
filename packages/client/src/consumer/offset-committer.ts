import { apis } from '../apis.ts'
import { byTopic } from '../admin/per-key.ts'
import { checkCoordinator, type OffsetAndMetadata } from '../admin/group-offsets.ts'
import type { TopicPartition } from '../cluster/cluster-metadata.ts'
import type { KafkaClient } from '../cluster/kafka-client.ts'
import type { Deadline } from '../deadline.ts'
import { KafkaError } from '../kafka-error.ts'

export type OffsetToCommit = TopicPartition & OffsetAndMetadata

/** In whose name offsets are committed; generation -1 outside of a membership. */
export interface CommitIdentity {
  readonly groupId: string
  readonly generationId: number
  readonly memberId: string
  readonly groupInstanceId: string | null
}

/** Commits offsets; throws when one of them was not taken. */
export async function commitOffsets(
  client: KafkaClient,
  identity: CommitIdentity,
  offsets: readonly OffsetToCommit[],
  deadline: Deadline,
): Promise<void> {
  if (offsets.length === 0) return
  await client.request(
    apis.offsetCommit,
    {
      groupId: identity.groupId,
      generationIdOrMemberEpoch: identity.generationId,
      memberId: identity.memberId,
      groupInstanceId: identity.groupInstanceId,
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
      to: { groupId: identity.groupId },
      // Version 10 speaks of topics by id, which whoever commits for a topic that is gone does not have.
      versions: { max: 9 },
      deadline,
      check: ({ topics }) => {
        checkCoordinator(topics)
        for (const { partitions } of topics) for (const { errorCode } of partitions) KafkaError.check(errorCode)
      },
    },
  )
}
