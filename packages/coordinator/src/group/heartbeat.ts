import type { HeartbeatRequest, HeartbeatResponse } from '@milena/protocol/messages'
import { Errors } from '@milena/protocol/messages'
import { heartbeatOfClassicMember } from '../consumer-group/classic-members.ts'
import { answered } from '../runtime/coordinator-shard.ts'
import { validateMember } from './classic-group.ts'
import type { GroupRequestContext, GroupResult, GroupState } from './group-types.ts'

type HeartbeatResult = GroupResult<HeartbeatResponse>

const answer = (errorCode: number): HeartbeatResponse => ({ throttleTimeMs: 0, errorCode })

const NONE = answer(Errors.NONE.code)
const REBALANCE_IN_PROGRESS = answer(Errors.REBALANCE_IN_PROGRESS.code)
const NO_RECORDS: readonly never[] = []

/** Heartbeat: prolongs the session and tells of a rebalance. The most frequent request: it copies nothing. */
export const heartbeat = (
  state: GroupState,
  request: HeartbeatRequest,
  context: GroupRequestContext,
): HeartbeatResult => {
  const group = state.groups.get(request.groupId)
  if (group?.type === 'consumer') return heartbeatOfClassicMember(group, request, context)
  if (group?.type !== 'classic') return answered(answer(Errors.UNKNOWN_MEMBER_ID.code))
  const error = validateMember(group, request)
  const member = group.members.get(request.memberId)
  if (error !== Errors.NONE.code || member === undefined) return answered(answer(error))
  if (request.generationId !== group.generationId) return answered(answer(Errors.ILLEGAL_GENERATION.code))
  return {
    records: NO_RECORDS,
    changes: NO_RECORDS,
    effects: [
      { kind: 'setTimer', key: member.sessionTimerKey, delayMs: member.sessionTimeoutMs, event: member.sessionEvent },
    ],
    answer: { kind: 'now', value: group.state === 'PreparingRebalance' ? REBALANCE_IN_PROGRESS : NONE },
  }
}
