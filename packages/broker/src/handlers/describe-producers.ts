/**
 * DescribeProducers (key 61, KIP-664): the producers that a partition remembers, with where their transactions begin
 * that are open, so that one that hangs can be found and aborted.
 */
import { mapInTurns } from '@milena/coordinator'
import { topicNameProblem } from '@milena/metadata'
import { DescribeProducersRequest, DescribeProducersResponse, Errors } from '@milena/protocol/messages'
import type { Input } from '@milena/protocol/messages'
import { handler } from '../request/handler.ts'
import type { RequestContext } from '../request/handler.ts'

type PartitionResponse = Input<typeof DescribeProducersResponse>['topics'][number]['partitions'][number]
type Failure = Pick<PartitionResponse, 'errorCode' | 'errorMessage'>

export const describeProducers = handler(DescribeProducersRequest, DescribeProducersResponse, {
  versions: { min: 0, max: 0 },
  handle: async (request, context) => {
    const { clock } = context.services
    const topics = await mapInTurns(clock, request.topics, async ({ name, partitionIndexes }) => {
      const failure = topicFailure(name, context)
      const partitions = await mapInTurns(clock, partitionIndexes, (index) =>
        failure === undefined ? describe(name, index, context) : failed(index, failure),
      )
      return { name, partitions }
    })
    return { throttleTimeMs: 0, topics }
  },
  errorResponse: ({ code: errorCode, message: errorMessage }, { topics }) => ({
    throttleTimeMs: 0,
    topics: topics.map(({ name, partitionIndexes }) => ({
      name,
      partitions: partitionIndexes.map((index) => failed(index, { errorCode, errorMessage })),
    })),
  }),
})

function topicFailure(name: string, { services }: RequestContext): Failure | undefined {
  const problem = topicNameProblem(name)
  if (problem !== null) return { errorCode: Errors.INVALID_TOPIC_EXCEPTION.code, errorMessage: problem }
  if (services.metadata.image.topics.has(name)) return undefined
  const errorMessage = 'This server does not host this topic-partition.'
  return { errorCode: Errors.UNKNOWN_TOPIC_OR_PARTITION.code, errorMessage }
}

function describe(topic: string, partitionIndex: number, { services }: RequestContext): PartitionResponse {
  const partition = services.replicas.partition(topic, partitionIndex)
  const error = partition === undefined ? Errors.UNKNOWN_TOPIC_OR_PARTITION : partition.leadershipError()
  if (error !== undefined) return failed(partitionIndex, { errorCode: error.code, errorMessage: null })
  return {
    partitionIndex,
    errorCode: Errors.NONE.code,
    activeProducers: (partition?.log?.activeProducers() ?? []).map((producer) => ({
      producerId: producer.producerId,
      producerEpoch: producer.producerEpoch,
      lastSequence: producer.lastSequence,
      lastTimestamp: producer.lastTimestamp,
      coordinatorEpoch: producer.coordinatorEpoch,
      currentTxnStartOffset: producer.currentTxnFirstOffset ?? -1,
    })),
  }
}

function failed(partitionIndex: number, failure: Failure): PartitionResponse {
  return { partitionIndex, ...failure, activeProducers: [] }
}
