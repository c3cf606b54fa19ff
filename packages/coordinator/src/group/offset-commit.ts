import type { OffsetCommitRequest, OffsetCommitResponse } from '@milena/protocol/messages'
import { Errors, ZERO_UUID } from '@milena/protocol/messages'
import { answered } from '../runtime/coordinator-shard.ts'
import type { ClassicGroup } from './classic-group.ts'
import { validateMember } from './classic-group.ts'
import { offsetCommitRecord } from './group-records.ts'
import type { GroupEffect, GroupRecord, GroupRequestContext, GroupResult, GroupState } from './group-types.ts'

type CommitResult = GroupResult<OffsetCommitResponse>
type RequestTopic = OffsetCommitRequest['topics'][number]
type RequestPartition = RequestTopic['partitions'][number]
type ResponseTopic = OffsetCommitResponse['topics'][number]

/** OffsetCommit. Topics are taken as they come: the service has already refused those that do not exist. */
export const commitOffsets = (
  state: GroupState,
  request: OffsetCommitRequest,
  context: GroupRequestContext,
): CommitResult => {
  const group = state.groups.get(request.groupId)
  const error = group === undefined ? validateWithoutGroup(request, context) : validateCommit(group, request)
  if (error !== Errors.NONE.code) return answered(commitError(request, error))
  const records: GroupRecord[] = []
  const topics = request.topics.map((topic): ResponseTopic => {
    const partitions = topic.partitions.map((partition) => {
      const tooLarge = (partition.committedMetadata?.length ?? 0) > context.environment.config.offsetMetadataMaxBytes
      if (!tooLarge) records.push(recordOf(request, topic, partition, context))
      const errorCode = tooLarge ? Errors.OFFSET_METADATA_TOO_LARGE.code : Errors.NONE.code
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

/** Without a generation it is a consumer that only stores offsets here, or an administrator: a simple group begins. */
const validateWithoutGroup = (request: OffsetCommitRequest, context: GroupRequestContext): number => {
  if (request.generationIdOrMemberEpoch < 0) return Errors.NONE.code
  return context.apiVersion >= 9 ? Errors.GROUP_ID_NOT_FOUND.code : Errors.ILLEGAL_GENERATION.code
}

const validateCommit = (group: ClassicGroup, request: OffsetCommitRequest): number => {
  const { memberId, groupInstanceId, generationIdOrMemberEpoch: generationId } = request
  if (generationId < 0 && group.state === 'Empty') return Errors.NONE.code
  if (generationId < 0 && memberId === '' && groupInstanceId === null) return Errors.UNKNOWN_MEMBER_ID.code
  const error = validateMember(group, request)
  if (error !== Errors.NONE.code) return error
  if (generationId !== group.generationId) return Errors.ILLEGAL_GENERATION.code
  // The member has been told of the new generation but has no assignment in it: it may own nothing that it commits.
  return group.state === 'CompletingRebalance' ? Errors.REBALANCE_IN_PROGRESS.code : Errors.NONE.code
}

/** A commit shows that the member lives, as a heartbeat does. */
const sessionEffects = (group: ClassicGroup, memberId: string): GroupEffect[] => {
  const member = group.members.get(memberId)
  if (member === undefined) return []
  return [
    { kind: 'setTimer', key: member.sessionTimerKey, delayMs: member.sessionTimeoutMs, event: member.sessionEvent },
  ]
}

const recordOf = (
  { groupId, retentionTimeMs }: OffsetCommitRequest,
  { name }: RequestTopic,
  partition: RequestPartition,
  { nowMs, environment }: GroupRequestContext,
): GroupRecord =>
  offsetCommitRecord(
    { groupId, topic: name, partition: partition.partitionIndex },
    {
      committedOffset: partition.committedOffset,
      leaderEpoch: partition.committedLeaderEpoch,
      metadata: partition.committedMetadata ?? '',
      commitTimestampMs: nowMs,
      topicId: environment.topics.topicId(name) ?? ZERO_UUID,
      expireTimestampMs: retentionTimeMs === -1 ? -1 : nowMs + retentionTimeMs,
    },
  )
