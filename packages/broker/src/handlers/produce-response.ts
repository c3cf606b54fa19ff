/** What a produce request is answered, once it is known what became of each of its batches. */
import { Errors } from '@milena/protocol/messages'
import type { Input, ProduceResponse } from '@milena/protocol/messages'
import { brokerNode } from '../request/broker-nodes.ts'
import type { BrokerNode } from '../request/broker-nodes.ts'
import type { RequestContext } from '../request/handler.ts'
import type { ProduceEntry } from './produce-entry.ts'

const FIRST_VERSION_WITH_CURRENT_LEADER = 10
const FIRST_VERSION_WITH_TOPIC_IDS = 13

type Response = Input<typeof ProduceResponse>
type TopicResponse = Response['responses'][number]
type PartitionResponse = TopicResponse['partitionResponses'][number]

export function produceResponse(entries: readonly ProduceEntry[], context: RequestContext): Response {
  const responses = new Map<
    ProduceEntry['topic'],
    { name: string; topicId: string; partitionResponses: PartitionResponse[] }
  >()
  const leaders = new Map<number, BrokerNode>()
  for (const entry of entries) {
    const { topic } = entry
    let response = responses.get(topic)
    if (response === undefined) {
      response = { name: topic.name, topicId: topic.topicId, partitionResponses: [] }
      responses.set(topic, response)
    }
    response.partitionResponses.push({
      ...partitionResponse(entry.refusedTwin ?? entry),
      ...currentLeader(entry, context, leaders),
    })
  }
  return { responses: [...responses.values()], throttleTimeMs: 0, nodeEndpoints: [...leaders.values()] }
}

function partitionResponse(entry: ProduceEntry): PartitionResponse {
  const { index, error, errorMessage, recordErrors, appended, logStartOffset } = entry
  if (error !== undefined || appended === undefined) {
    return {
      index,
      errorCode: error?.code ?? Errors.UNKNOWN_SERVER_ERROR.code,
      baseOffset: -1,
      logStartOffset,
      recordErrors: recordErrors.map(({ batchIndex, message }) => ({ batchIndex, batchIndexErrorMessage: message })),
      errorMessage,
    }
  }
  return {
    index,
    errorCode: Errors.NONE.code,
    baseOffset: appended.firstOffset,
    logAppendTimeMs: appended.logAppendTime,
    logStartOffset: appended.logStartOffset,
    recordErrors: [],
  }
}

/** Who leads instead, for producers that can make use of it at once (KIP-951). */
function currentLeader(
  { error, topic, index }: ProduceEntry,
  context: RequestContext,
  leaders: Map<number, BrokerNode>,
): Pick<PartitionResponse, 'currentLeader'> {
  if (error !== Errors.NOT_LEADER_OR_FOLLOWER || context.apiVersion < FIRST_VERSION_WITH_CURRENT_LEADER) return {}
  const { image } = context.services.metadata
  const usesTopicIds = context.apiVersion >= FIRST_VERSION_WITH_TOPIC_IDS
  const name = usesTopicIds ? image.topicNamesById.get(topic.topicId) : topic.name
  const partition = image.topics.get(name ?? '')?.partitions[index]
  if (partition === undefined) return {}
  const node = brokerNode(context, partition.leader)
  if (node !== undefined) leaders.set(node.nodeId, node)
  return { currentLeader: { leaderId: partition.leader, leaderEpoch: partition.leaderEpoch } }
}
