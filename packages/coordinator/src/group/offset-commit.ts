import type { ErrorCode, OffsetCommitRequest, OffsetCommitResponse } from '@milena/protocol/messages'
import { Errors, ZERO_UUID } from '@milena/protocol/messages'
import { answered } from '../runtime/coordinator-shard.ts'
import { newClassicGroup } from './classic-group.ts'
import { offsetCommitRecord } from './group-records.ts'
import type {
  Group,
  GroupChange,
  GroupEffect,
  GroupRecord,
  GroupRequestContext,
  GroupResult,
  GroupState,
} from './group-types.ts'
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
  const refusal = refusalOf(request.topics, verdict, context)
  if (refusal !== Errors.NONE.code) return answered(commitError(request, refusal))
  const records: GroupRecord[] = []
  const topics = request.topics.map((topic): ResponseTopic => {
    const partitions = topic.partitions.map((partition) => {
      const errorCode = offsetError(partition, context)
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
    changes: records.length === 0 ? simpleGroupChanges(state, request.groupId, context) : [],
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

/** Whoever commits from outside any group makes a simple one, also with offsets of which none can be taken. */
export const simpleGroupChanges = (
  state: GroupState,
  groupId: string,
  { nowMs }: GroupRequestContext,
): readonly GroupChange[] =>
  state.groups.has(groupId) ? [] : [{ kind: 'setGroup', group: newClassicGroup({ groupId, nowMs }) }]

interface RequestTopic {
  readonly name: string
  readonly partitions: readonly RequestPartition[]
}

/** Why the request is not taken as a whole: an epoch that is too old for one partition is so for all. */
export const refusalOf = (
  topics: readonly RequestTopic[],
  { errorCode, partitionError }: CommitVerdict,
  context: GroupRequestContext,
): ErrorCode => {
  if (errorCode !== Errors.NONE.code || partitionError === undefined) return errorCode
  for (const { name, partitions } of topics) {
    const topicId = context.environment.topics.topicId(name) ?? ZERO_UUID
    for (const partition of partitions) {
      if (offsetError(partition, context) !== Errors.NONE.code) continue
      const error = partitionError(topicId, partition.partitionIndex)
      if (error !== Errors.NONE.code) return error
    }
  }
  return Errors.NONE.code
}

/** Why a partition's offset is not taken, of a request that is taken as a whole. */
export const offsetError = ({ committedMetadata }: RequestPartition, { environment }: GroupRequestContext): ErrorCode =>
  (committedMetadata?.length ?? 0) > environment.config.offsetMetadataMaxBytes
    ? Errors.OFFSET_METADATA_TOO_LARGE.code
    : Errors.NONE.code

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
