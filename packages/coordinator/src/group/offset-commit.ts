import type { OffsetCommitRequest, OffsetCommitResponse } from '@milena/protocol/messages'
import { Errors, ZERO_UUID } from '@milena/protocol/messages'
import { answered } from '../runtime/coordinator-shard.ts'
import { offsetCommitRecord } from './group-records.ts'
import type { Group, GroupEffect, GroupRecord, GroupRequestContext, GroupResult, GroupState } from './group-types.ts'
import type { CommitVerdict } from './validate-offsets.ts'
import { validateOffsetCommit } from './validate-offsets.ts'

type CommitResult = GroupResult<OffsetCommitResponse>
/** What is committed for one partition. */
type RequestPartition = Omit<OffsetCommitRequest['topics'][number]['partitions'][number], 'commitTimestamp'>
type ResponseTopic = OffsetCommitResponse['topics'][number]

/** OffsetCommit. Topics are taken as they come: the service has already refused those that do not exist. */
export const commitOffsets = (
  state: GroupState,
  request: OffsetCommitRequest,
  context: GroupRequestContext,
): CommitResult => {
  const group = state.groups.get(request.groupId)
  const verdict = validateOffsetCommit(group, { ...request, isTransactional: false, apiVersion: context.apiVersion })
  if (verdict.errorCode !== Errors.NONE.code) return answered(commitError(request, verdict.errorCode))
  const records: GroupRecord[] = []
  const topics = request.topics.map((topic): ResponseTopic => {
    const partitions = topic.partitions.map((partition) => {
      const errorCode = offsetError(topic.name, partition, verdict, context)
      if (errorCode === Errors.NONE.code) {
        const { groupId, retentionTimeMs } = request
        records.push(offsetRecord({ groupId, topic: topic.name, partition, retentionTimeMs }, context))
      }
      return { partitionIndex: partition.partitionIndex, errorCode }
    })
    return { name: topic.name, topicId: topic.topicId, partitions }
  })
  return {
    records,
    changes: [],
    effects: group === undefined ? [] : sessionEffects(group, request.memberId),
    answer: { kind: 'now', value: { throttleTimeMs: 0, topics } },
  }
}

/** The same error for every partition that was asked for. */
export const commitError = (request: OffsetCommitRequest, errorCode: number): OffsetCommitResponse => ({
  throttleTimeMs: 0,
  topics: request.topics.map(({ name, topicId, partitions }) => ({
    name,
    topicId,
    partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode })),
  })),
})

/** A commit shows that the member lives, as a heartbeat does. */
const sessionEffects = (group: Group, memberId: string): GroupEffect[] => {
  const member = group.type === 'classic' ? group.members.get(memberId) : undefined
  if (member === undefined) return []
  return [
    { kind: 'setTimer', key: member.sessionTimerKey, delayMs: member.sessionTimeoutMs, event: member.sessionEvent },
  ]
}

/** Why a partition's offset is not taken, of a request that is taken as a whole. */
export const offsetError = (
  topic: string,
  { partitionIndex, committedMetadata }: RequestPartition,
  verdict: CommitVerdict,
  { environment }: GroupRequestContext,
): number => {
  const error = verdict.partitionError?.(environment.topics.topicId(topic) ?? ZERO_UUID, partitionIndex)
  if (error !== undefined && error !== Errors.NONE.code) return error
  const tooLarge = (committedMetadata?.length ?? 0) > environment.config.offsetMetadataMaxBytes
  return tooLarge ? Errors.OFFSET_METADATA_TOO_LARGE.code : Errors.NONE.code
}

export interface CommittedPartition {
  readonly groupId: string
  readonly topic: string
  readonly partition: RequestPartition
  /** Of the request; -1 or absent for that of the broker. */
  readonly retentionTimeMs?: number
}

export const offsetRecord = (
  { groupId, topic, partition, retentionTimeMs = -1 }: CommittedPartition,
  { nowMs, environment }: GroupRequestContext,
): GroupRecord =>
  offsetCommitRecord(
    { groupId, topic, partition: partition.partitionIndex },
    {
      committedOffset: partition.committedOffset,
      leaderEpoch: partition.committedLeaderEpoch,
      metadata: partition.committedMetadata ?? '',
      commitTimestampMs: nowMs,
      topicId: environment.topics.topicId(topic) ?? ZERO_UUID,
      expireTimestampMs: retentionTimeMs === -1 ? -1 : nowMs + retentionTimeMs,
    },
  )
