/**
 * OffsetForLeaderEpoch (key 23): where a leader epoch ended in the log, by which consumers notice that what they read
 * was cut off (KIP-320). The answer names the largest epoch that is not beyond the one asked for.
 *
 * Versions: 2 the consumer's current leader epoch is checked; 3 replica id; 4 flexible.
 */
import { mapInTurns } from '@milena/coordinator'
import { Errors, OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse } from '@milena/protocol/messages'
import type { Input, KafkaError } from '@milena/protocol/messages'
import { handler } from '../request/handler.ts'
import type { RequestContext } from '../request/handler.ts'

type PartitionRequest = OffsetForLeaderEpochRequest['topics'][number]['partitions'][number]
type PartitionResponse = Input<typeof OffsetForLeaderEpochResponse>['topics'][number]['partitions'][number]

export const offsetForLeaderEpoch = handler(OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse, {
  versions: { min: 2, max: 4 },
  handle: async ({ topics }, context) => {
    const { clock } = context.services
    const answers = await mapInTurns(clock, topics, async ({ topic, partitions }) => ({
      topic,
      partitions: await mapInTurns(clock, partitions, (partition) => endOf(topic, partition, context)),
    }))
    return { topics: answers }
  },
  errorResponse: ({ error }, { topics }) => ({
    topics: topics.map(({ topic, partitions }) => ({
      topic,
      partitions: partitions.map((partition) => failed(partition, error)),
    })),
  }),
})

function endOf(topic: string, asked: PartitionRequest, { services }: RequestContext): PartitionResponse {
  const partition = services.replicas.partition(topic, asked.partition)
  if (partition === undefined) return failed(asked, Errors.UNKNOWN_TOPIC_OR_PARTITION)
  const error = partition.leadershipError(asked.currentLeaderEpoch)
  if (error !== undefined) return failed(asked, error)
  const { leaderEpoch, endOffset } = partition.endOffsetForEpoch(asked.leaderEpoch)
  return { partition: asked.partition, errorCode: Errors.NONE.code, leaderEpoch, endOffset }
}

function failed({ partition }: PartitionRequest, error: KafkaError): PartitionResponse {
  return { partition, errorCode: error.code, leaderEpoch: -1, endOffset: -1 }
}
