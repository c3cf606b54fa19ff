import type { ErrorCode } from '@milena/protocol/messages'
import { Errors } from '@milena/protocol/messages'
import type { ConsumerGroup } from '../consumer-group/consumer-group.ts'
import { usesClassicProtocol } from '../consumer-group/consumer-group-member.ts'
import type { ClassicGroup } from './classic-group.ts'
import { validateMember } from './classic-group.ts'
import type { Group } from './group-types.ts'

/** Who commits offsets, and how. */
export interface OffsetCommitter {
  readonly memberId: string
  readonly groupInstanceId: string | null
  readonly generationIdOrMemberEpoch: number
  readonly isTransactional: boolean
  readonly apiVersion: number
}

export interface CommitVerdict {
  /** Of the whole request. */
  readonly errorCode: ErrorCode
  /** Of one partition, where the request as a whole is accepted; absent when all of them are. */
  readonly partitionError?: (topicId: string, partition: number) => ErrorCode
}

const ACCEPTED: CommitVerdict = { errorCode: Errors.NONE.code }

/** May the committer commit for this group? OffsetCommit and TxnOffsetCommit ask, for every kind of group. */
export const validateOffsetCommit = (group: Group | undefined, committer: OffsetCommitter): CommitVerdict => {
  switch (group?.type) {
    case undefined:
      return { errorCode: validateWithoutGroup(committer) }
    case 'classic':
      return { errorCode: validateClassicCommit(group, committer) }
    case 'consumer':
      return validateConsumerCommit(group, committer)
    case 'share':
      // Share groups keep no offsets here.
      return { errorCode: Errors.GROUP_ID_NOT_FOUND.code }
  }
}

/** Without a generation it is a consumer that only stores offsets here, or an administrator: a simple group begins. */
const validateWithoutGroup = (committer: OffsetCommitter): ErrorCode => {
  if (committer.generationIdOrMemberEpoch < 0) return Errors.NONE.code
  const knowsError = !committer.isTransactional && committer.apiVersion >= 9
  return knowsError ? Errors.GROUP_ID_NOT_FOUND.code : Errors.ILLEGAL_GENERATION.code
}

const validateClassicCommit = (group: ClassicGroup, committer: OffsetCommitter): ErrorCode => {
  const { memberId, groupInstanceId, generationIdOrMemberEpoch: generationId, isTransactional } = committer
  if (generationId < 0 && group.state === 'Empty') return Errors.NONE.code
  const isAnonymous = generationId < 0 && memberId === '' && groupInstanceId === null
  if (isAnonymous) return isTransactional ? Errors.NONE.code : Errors.UNKNOWN_MEMBER_ID.code
  const error = validateMember(group, committer)
  if (error !== Errors.NONE.code) return error
  if (generationId !== group.generationId) return Errors.ILLEGAL_GENERATION.code
  // The member has been told of the new generation but has no assignment in it: it may own nothing that it commits.
  const isBetween = group.state === 'CompletingRebalance' && !isTransactional
  return isBetween ? Errors.REBALANCE_IN_PROGRESS.code : Errors.NONE.code
}

/**
 * A member may commit for a partition with any epoch since it got that partition (KIP-1251): a heartbeat can raise the
 * epoch while the commit is on its way.
 */
const validateConsumerCommit = (group: ConsumerGroup, committer: OffsetCommitter): CommitVerdict => {
  const { memberId, groupInstanceId, generationIdOrMemberEpoch: epoch, isTransactional, apiVersion } = committer
  if (epoch < 0 && group.members.size === 0) return ACCEPTED
  if (isTransactional && epoch === -1 && memberId === '' && groupInstanceId === null) return ACCEPTED
  const member = group.members.get(memberId)
  if (member === undefined) return { errorCode: Errors.UNKNOWN_MEMBER_ID.code }
  const isClassic = usesClassicProtocol(member)
  if (!isTransactional && !isClassic && apiVersion < 9) return { errorCode: Errors.UNSUPPORTED_VERSION.code }
  if (epoch === member.memberEpoch) return ACCEPTED
  const knowsError = !isClassic && !isTransactional && apiVersion >= 9
  const stale = knowsError ? Errors.STALE_MEMBER_EPOCH.code : Errors.ILLEGAL_GENERATION.code
  if (epoch > member.memberEpoch) return { errorCode: stale }
  return {
    errorCode: Errors.NONE.code,
    partitionError: (topicId, partition) => {
      const assignedAt =
        member.assigned.get(topicId)?.get(partition) ?? member.pendingRevocation.get(topicId)?.get(partition)
      return assignedAt !== undefined && epoch >= assignedAt ? Errors.NONE.code : stale
    },
  }
}

/** May the member fetch the group's committed offsets? Without a member everybody may. */
export const validateOffsetFetch = (
  group: Group | undefined,
  { memberId, memberEpoch }: { readonly memberId: string | null; readonly memberEpoch: number },
  view: 'newest' | 'committed',
): ErrorCode => {
  if (group?.type !== 'consumer' || (memberId === null && memberEpoch < 0)) return Errors.NONE.code
  // As in Kafka, where nobody with an epoch is looked for among the members, and that fails.
  if (memberId === null) return Errors.UNKNOWN_SERVER_ERROR.code
  const member = view === 'newest' ? group.members.get(memberId) : group.members.getCommitted(memberId)
  if (member === undefined) return Errors.UNKNOWN_MEMBER_ID.code
  if (member.memberEpoch === memberEpoch) return Errors.NONE.code
  return usesClassicProtocol(member) ? Errors.ILLEGAL_GENERATION.code : Errors.STALE_MEMBER_EPOCH.code
}
