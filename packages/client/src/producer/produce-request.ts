import { ZERO_UUID } from '@milena/protocol'
import type { Uuid } from '@milena/protocol'
import type { CompressionType } from '@milena/records'
import type { apis } from '../apis.ts'
import { byTopic } from '../admin/per-key.ts'
import { partitionKey } from '../cluster/cluster-metadata.ts'
import { KafkaError } from '../kafka-error.ts'
import type { RequestBody, ResponseBody, VersionRange } from '../net/api.ts'
import type { PartitionQueue } from './partition-queue.ts'
import type { BatchResult, ProducerBatch } from './producer-batch.ts'

export interface BatchInFlight {
  readonly queue: PartitionQueue
  readonly batch: ProducerBatch
}

/** What became of one batch: a result, or an error. */
export interface PartitionAnswer extends BatchInFlight {
  readonly error?: KafkaError
  readonly result?: BatchResult
}

/** One request for batches of different partitions. Before version 13 topics go by name, from then on by id. */
export function writeProduceRequest(
  batches: readonly BatchInFlight[],
  options: {
    readonly acks: number
    readonly timeoutMs: number
    readonly compression: CompressionType
    readonly topicId: (topic: string) => Uuid | undefined
  },
): { readonly body: RequestBody<typeof apis.produce.request>; readonly versions: Partial<VersionRange> } {
  const { acks, timeoutMs, compression, topicId } = options
  const partitions = batches.map(({ queue, batch }) => ({ topic: queue.topic, partition: queue.partition, batch }))
  const topicData = Array.from(byTopic(partitions), ([name, list]) => ({
    name,
    topicId: topicId(name) ?? ZERO_UUID,
    partitionData: list.map(({ partition, batch }) => ({ index: partition, records: batch.bytes(compression) })),
  }))
  const identified = topicData.every((topic) => topic.topicId !== ZERO_UUID)
  return {
    body: { transactionalId: null, acks, timeoutMs, topicData },
    versions: { min: compression === 'zstd' ? 7 : 3, ...(!identified && { max: 12 }) },
  }
}

/** The broker's answer to each batch; one that it says nothing about is sent again. */
export function readProduceResponse(
  response: ResponseBody<typeof apis.produce.response>,
  batches: readonly BatchInFlight[],
  topicName: (topicId: Uuid) => string | undefined,
): readonly PartitionAnswer[] {
  const answers = new Map<
    string,
    ResponseBody<typeof apis.produce.response>['responses'][number]['partitionResponses'][number]
  >()
  for (const { name, topicId, partitionResponses } of response.responses) {
    const topic = name === '' ? topicName(topicId) : name
    if (topic === undefined) continue
    for (const answer of partitionResponses) answers.set(partitionKey({ topic, partition: answer.index }), answer)
  }
  return batches.map(({ queue, batch }) => {
    const answer = answers.get(partitionKey(queue))
    if (answer === undefined) return { queue, batch, error: KafkaError.of('UNKNOWN_TOPIC_OR_PARTITION') }
    if (answer.errorCode === 0) {
      return { queue, batch, result: { baseOffset: answer.baseOffset, logAppendTimeMs: answer.logAppendTimeMs } }
    }
    const reason = answer.recordErrors.find(({ batchIndexErrorMessage }) => batchIndexErrorMessage !== null)
    const message = reason?.batchIndexErrorMessage ?? answer.errorMessage
    return { queue, batch, error: KafkaError.ofCode(answer.errorCode, message) }
  })
}
