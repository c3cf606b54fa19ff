import type {
  GroupMetadataKey,
  GroupMetadataValue,
  OffsetCommitKey,
  OffsetCommitValue,
} from '@milena/protocol/messages'
import { applyConsumerGroupChange } from '../consumer-group/consumer-group-timers.ts'
import { replayConsumerGroupRecord } from '../consumer-group/consumer-group-replay.ts'
import type { RecordProducer } from '../runtime/coordinator-shard.ts'
import { applyInitializationBegun, replayShareGroupRecord } from '../share-group/share-group-replay.ts'
import type { ClassicGroup } from './classic-group.ts'
import { computeSubscribedTopics, newClassicGroup } from './classic-group.ts'
import { ClassicGroupDraft } from './classic-group-draft.ts'
import { newMember } from './classic-member.ts'
import type { OffsetPlace } from './group-records.ts'
import type { GroupChange, GroupRecord, GroupState } from './group-types.ts'
import { putOffset, removeOffset } from './offsets.ts'

/** Puts a record of `__consumer_offsets` into the state. */
export const replayGroupRecord = (
  state: GroupState,
  record: GroupRecord,
  offset: number,
  producer?: RecordProducer,
): void => {
  switch (record.type) {
    case 'GroupMetadata':
      if (record.value === null) forgetClassicGroup(state, record.key.group)
      else state.groups.set(record.key.group, loadedGroup(record.key, record.value))
      break
    case 'OffsetCommit':
      if (record.value === null) forgetOffset(state, placeOf(record.key))
      else replayCommit(state, record.key, record.value, { recordOffset: offset, producer })
      break
    case 'ShareGroupCurrentMemberAssignment':
    case 'ShareGroupMemberMetadata':
    case 'ShareGroupMetadata':
    case 'ShareGroupStatePartitionMetadata':
    case 'ShareGroupTargetAssignmentMember':
    case 'ShareGroupTargetAssignmentMetadata':
      replayShareGroupRecord(state, record)
      break
    default:
      replayConsumerGroupRecord(state, record)
  }
}

/** A group that changed its kind leaves a tombstone of the old one, which is none for the new one. */
const forgetClassicGroup = (state: GroupState, groupId: string): void => {
  if (state.groups.get(groupId)?.type === 'classic') state.groups.delete(groupId)
}

/** Puts soft state into the state: it is gone with the process. */
export const applyGroupChange = (state: GroupState, change: GroupChange): void => {
  if (change.kind === 'shareInitializationBegun') return applyInitializationBegun(state, change)
  if (change.kind === 'setGroup') state.groups.set(change.group.groupId, change.group)
  else applyConsumerGroupChange(state, change)
}

const placeOf = ({
  group,
  topic,
  partition,
}: OffsetCommitKey): { groupId: string; topic: string; partition: number } => ({
  groupId: group,
  topic,
  partition,
})

/** A deleted offset does not come back with a transaction either. */
const forgetOffset = (state: GroupState, place: OffsetPlace): void => {
  removeOffset(state, place)
  state.pending.remove(place)
}

const replayCommit = (
  state: GroupState,
  key: OffsetCommitKey,
  value: OffsetCommitValue,
  { recordOffset, producer }: { readonly recordOffset: number; readonly producer: RecordProducer | undefined },
): void => {
  // A commit from outside any group makes a simple one: no record of its own says that it exists.
  if (!state.groups.has(key.group)) {
    state.groups.set(key.group, newClassicGroup({ groupId: key.group, nowMs: value.commitTimestamp }))
  }
  const offset = {
    committedOffset: value.offset,
    leaderEpoch: value.leaderEpoch,
    metadata: value.metadata,
    commitTimestampMs: value.commitTimestamp,
    expireTimestampMs: value.expireTimestamp,
    topicId: value.topicId,
    recordOffset,
  }
  if (producer === undefined) putOffset(state, placeOf(key), offset)
  else state.pending.put(producer.producerId, placeOf(key), offset)
}

/** A group as the log knows it: with members it is stable, for what was under way when it was written is over. */
const loadedGroup = ({ group: groupId }: GroupMetadataKey, value: GroupMetadataValue): ClassicGroup => {
  const draft = new ClassicGroupDraft(newClassicGroup({ groupId, nowMs: value.currentStateTimestamp }))
  draft.generationId = value.generation
  draft.protocolType = value.protocolType === '' ? null : value.protocolType
  draft.protocolName = value.protocol
  draft.leaderId = value.leader
  if (value.members.length > 0) draft.state = 'Stable'
  for (const member of value.members) {
    const loaded = newMember({
      groupId,
      memberId: member.memberId,
      groupInstanceId: member.groupInstanceId,
      clientId: member.clientId,
      clientHost: member.clientHost,
      rebalanceTimeoutMs: member.rebalanceTimeout === -1 ? member.sessionTimeout : member.rebalanceTimeout,
      sessionTimeoutMs: member.sessionTimeout,
      protocols: [{ name: value.protocol ?? '', metadata: member.subscription }],
      assignment: member.assignment,
    })
    draft.addMember(loaded, value.protocolType)
  }
  draft.subscribedTopics = computeSubscribedTopics(draft)
  return draft.finish()
}
