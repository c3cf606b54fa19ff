import type { TxnOffsetCommitRequest, TxnOffsetCommitResponse } from '@milena/protocol/messages'
import { Errors } from '@milena/protocol/messages'
import type { RecordProducer, TransactionEnd } from '../runtime/coordinator-shard.ts'
import { answered } from '../runtime/coordinator-shard.ts'
import type { GroupRecord, GroupRequestContext, GroupResult, GroupState, TopicsView } from './group-types.ts'
import { mergeTopics } from './merge-topics.ts'
import { offsetError, offsetRecord, refusalOf, simpleGroupChanges } from './offset-commit.ts'
import { offsetOf, putOffset } from './offsets.ts'
import { validateOffsetCommit } from './validate-offsets.ts'

type RequestTopic = TxnOffsetCommitRequest['topics'][number]
type ResponseTopic = TxnOffsetCommitResponse['topics'][number]

export interface TransactionalCommit {
  readonly request: TxnOffsetCommitRequest
  readonly producer: RecordProducer
}

/** TxnOffsetCommit: offsets that become the group's when the producer's transaction commits. */
export const commitTransactionalOffsets = (
  state: GroupState,
  { request, producer }: TransactionalCommit,
  context: GroupRequestContext,
): GroupResult<TxnOffsetCommitResponse> => {
  const { memberId, groupInstanceId, generationId, groupId } = request
  const verdict = validateOffsetCommit(state.groups.get(groupId), {
    memberId,
    groupInstanceId,
    generationIdOrMemberEpoch: generationId,
    isTransactional: true,
    apiVersion: context.apiVersion,
  })
  const refusal = refusalOf(request.topics, verdict, context)
  if (refusal !== Errors.NONE.code) return answered(txnCommitError(request, refusal))
  const records: GroupRecord[] = []
  const topics = request.topics.map(({ name, partitions }): ResponseTopic => ({
    name,
    partitions: partitions.map((partition) => {
      const errorCode = offsetError(partition, context)
      if (errorCode === Errors.NONE.code) records.push(offsetRecord({ groupId, topic: name, partition }, context))
      return { partitionIndex: partition.partitionIndex, errorCode }
    }),
  }))
  const changes = records.length === 0 ? simpleGroupChanges(state, groupId, context) : []
  return { records, producer, changes, effects: [], answer: { kind: 'now', value: { throttleTimeMs: 0, topics } } }
}

/** The same error for every partition that was asked for. */
export const txnCommitError = (
  { topics }: Pick<TxnOffsetCommitRequest, 'topics'>,
  errorCode: number,
): TxnOffsetCommitResponse => ({
  throttleTimeMs: 0,
  topics: topics.map(({ name, partitions }) => ({
    name,
    partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode })),
  })),
})

/** Of two commits for a partition the one counts that came later in the log, whichever ended later. */
export const endOffsetTransaction = (state: GroupState, { producerId, isCommit }: TransactionEnd): void => {
  for (const { place, offset } of state.pending.take(producerId)) {
    const known = offsetOf(state, place)
    if (isCommit && (known === undefined || offset.recordOffset > known.recordOffset)) putOffset(state, place, offset)
  }
}

export interface KnownTxnCommits {
  /** The request without what does not exist. */
  readonly accepted: TxnOffsetCommitRequest
  readonly refused: readonly ResponseTopic[]
}

/** Sorts out topics and partitions that do not exist. */
export const knownTxnCommits = (request: TxnOffsetCommitRequest, view: TopicsView): KnownTxnCommits => {
  const accepted: RequestTopic[] = []
  const refused: ResponseTopic[] = []
  const errorCode = Errors.UNKNOWN_TOPIC_OR_PARTITION.code
  for (const { name, partitions } of request.topics) {
    const known = partitions.filter(({ partitionIndex }) => view.hasPartition(name, partitionIndex))
    const unknown = partitions.filter(({ partitionIndex }) => !view.hasPartition(name, partitionIndex))
    if (known.length > 0) accepted.push({ name, partitions: known })
    // A topic that is named without any partition is left out where it exists, and answered as it came where not.
    if (unknown.length > 0 || (partitions.length === 0 && view.topicId(name) === undefined)) {
      refused.push({ name, partitions: unknown.map(({ partitionIndex }) => ({ partitionIndex, errorCode })) })
    }
  }
  return { accepted: { ...request, topics: accepted }, refused }
}

/** One answer of what was refused here and what the group said; a topic appears once. */
export const mergeTxnCommits = (
  refused: readonly ResponseTopic[],
  answer: TxnOffsetCommitResponse,
): TxnOffsetCommitResponse => {
  if (refused.length === 0) return answer
  const topics = mergeTopics<ResponseTopic['partitions'][number], ResponseTopic>(
    [refused, answer.topics],
    ({ name }) => name,
  )
  return { ...answer, topics }
}
