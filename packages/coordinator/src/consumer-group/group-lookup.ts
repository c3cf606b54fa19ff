import { Errors } from '@milena/protocol/messages'
import { groupTombstone } from '../group/group-records.ts'
import type { GroupContext, GroupState } from '../group/group-types.ts'
import type { TimelineClock } from '../runtime/coordinator-shard.ts'
import { upgradeToConsumerGroup } from './convert-classic-group.ts'
import { ConsumerGroup } from './consumer-group.ts'
import { ConsumerGroupOperation } from './consumer-group-operation.ts'
import { Refusal } from './refusal.ts'

/** Drafts are of this operation alone: nothing of them is ever asked for as committed. */
const DRAFT_CLOCK: TimelineClock = { writtenOffset: -1, committedOffset: -1, remember: () => undefined }

export const draftConsumerGroup = (groupId: string): ConsumerGroup => new ConsumerGroup({ groupId, clock: DRAFT_CLOCK })

export const consumerGroupOf = (state: GroupState, groupId: string): ConsumerGroup | Refusal => {
  const group = state.groups.get(groupId)
  if (group?.type === 'consumer') return group
  const message = group === undefined ? `Group ${groupId} not found.` : `Group ${groupId} is not a consumer group.`
  return new Refusal(Errors.GROUP_ID_NOT_FOUND, message)
}

/**
 * The group of a heartbeat, with what must be written before anything else: a member that joins makes the group, and a
 * classic group of consumers becomes a consumer group by the first member that comes with the new protocol.
 */
export const groupForHeartbeat = (
  state: GroupState,
  { groupId, memberEpoch }: { readonly groupId: string; readonly memberEpoch: number },
  context: GroupContext,
): ConsumerGroupOperation | Refusal => {
  const group = state.groups.get(groupId)
  const joins = memberEpoch === 0
  if (group === undefined) {
    if (joins) return new ConsumerGroupOperation(draftConsumerGroup(groupId), context)
    return new Refusal(Errors.GROUP_ID_NOT_FOUND, `Consumer group ${groupId} not found.`)
  }
  if (group.type === 'consumer') return new ConsumerGroupOperation(group, context)
  if (!joins || group.type !== 'classic') {
    return new Refusal(Errors.GROUP_ID_NOT_FOUND, `Group ${groupId} is not a consumer group.`)
  }
  if (group.state !== 'Empty') return upgradeToConsumerGroup(group, context)
  const operation = new ConsumerGroupOperation(draftConsumerGroup(groupId), context)
  operation.write(groupTombstone(groupId))
  operation.log('Converted the empty classic group to a consumer group.')
  return operation
}
