/**
 * DeleteRecords (key 21): moves the start of a log forward, so that the records before it can be read no more. Offset -1
 * means all that is committed. The files go when a whole segment is behind the start.
 *
 * Versions: 2 flexible.
 */
import { mapInTurns } from '@milena/coordinator'
import { DeleteRecordsRequest, DeleteRecordsResponse, Errors } from '@milena/protocol/messages'
import type { Input, KafkaError } from '@milena/protocol/messages'
import { isInternalTopic } from '../replica/internal-topic.ts'
import { toApiError } from '../request/api-error.ts'
import { handler } from '../request/handler.ts'
import type { RequestContext } from '../request/handler.ts'

type PartitionRequest = DeleteRecordsRequest['topics'][number]['partitions'][number]
type PartitionResponse = Input<typeof DeleteRecordsResponse>['topics'][number]['partitions'][number]

export const deleteRecords = handler(DeleteRecordsRequest, DeleteRecordsResponse, {
  versions: { min: 0, max: 2 },
  handle: async ({ topics }, context) => {
    const { clock } = context.services
    const answers = await mapInTurns(clock, [...askedFor(topics)], async ([name, partitions]) => ({
      name,
      partitions: await mapInTurns(clock, [...partitions.values()], (each) => deleteFrom(name, each, context)),
    }))
    return { throttleTimeMs: 0, topics: answers }
  },
  errorResponse: ({ error }, { topics }) => ({
    throttleTimeMs: 0,
    topics: topics.map(({ name, partitions }) => ({ name, partitions: partitions.map((each) => failed(each, error)) })),
  }),
})

/** By topic and partition: what is named twice is done once, as it was named last, and a topic without any is left out. */
function askedFor(topics: DeleteRecordsRequest['topics']): Map<string, Map<number, PartitionRequest>> {
  const byTopic = new Map<string, Map<number, PartitionRequest>>()
  for (const { name, partitions } of topics) {
    for (const each of partitions) {
      const asked = byTopic.get(name) ?? new Map<number, PartitionRequest>()
      byTopic.set(name, asked.set(each.partitionIndex, each))
    }
  }
  return byTopic
}

async function deleteFrom(
  topic: string,
  asked: PartitionRequest,
  { services }: RequestContext,
): Promise<PartitionResponse> {
  const partition = services.replicas.partition(topic, asked.partitionIndex)
  if (partition === undefined) return failed(asked, Errors.UNKNOWN_TOPIC_OR_PARTITION)
  if (isInternalTopic(topic)) return failed(asked, Errors.INVALID_TOPIC_EXCEPTION)
  const error = partition.leadershipError()
  if (error !== undefined) return failed(asked, error)
  try {
    const log = await partition.openLog()
    const lowWatermark = log.deleteRecordsTo(asked.offset)
    return { partitionIndex: asked.partitionIndex, lowWatermark, errorCode: Errors.NONE.code }
  } catch (cause) {
    return failed(asked, toApiError(cause).error)
  }
}

function failed({ partitionIndex }: PartitionRequest, error: KafkaError): PartitionResponse {
  return { partitionIndex, lowWatermark: -1, errorCode: error.code }
}
