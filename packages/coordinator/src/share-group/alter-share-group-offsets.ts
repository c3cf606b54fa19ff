import type { AlterShareGroupOffsetsRequest, AlterShareGroupOffsetsResponse } from '@milena/protocol/messages'
import { Errors, ZERO_UUID } from '@milena/protocol/messages'
import type { GroupRequestContext, GroupResult, GroupState } from '../group/group-types.ts'
import { answered } from '../runtime/coordinator-shard.ts'
import { ShareGroup } from './share-group.ts'
import type { Refusal } from './share-group-lookup.ts'
import { isRefusal, refusal, shareGroupOf } from './share-group-lookup.ts'
import { statePartitionsRecord } from './share-group-records.ts'
import { withInitializing } from './share-state-initialization.ts'

type AlteredTopic = AlterShareGroupOffsetsResponse['responses'][number]
type AlteredPartition = AlteredTopic['partitions'][number]

export interface OffsetsAlteration {
  readonly stateEpoch: number
  /** What the share coordinator must begin anew, and where. */
  readonly topics: readonly {
    readonly topicId: string
    readonly partitions: readonly { readonly partition: number; readonly startOffset: number }[]
  }[]
  /** The answer, if that goes well. */
  readonly responses: readonly AlteredTopic[]
}

/**
 * AlterShareGroupOffsets: an empty group, or one that is made by this, goes on from other offsets. The share
 * coordinator begins the state of the partitions anew.
 */
export const alterShareGroupOffsets = (
  state: GroupState,
  { groupId, topics }: AlterShareGroupOffsetsRequest,
  { nowMs, environment }: GroupRequestContext,
): GroupResult<OffsetsAlteration | Refusal> => {
  const group = state.groups.has(groupId) ? shareGroupOf(state, groupId) : new ShareGroup(groupId, state.clock)
  if (isRefusal(group)) return answered(group)
  if (group.members.size > 0) return answered(refusal(Errors.NON_EMPTY_GROUP))
  // Of a topic that is named twice the offsets of both count; what is noted as begun are the partitions of the last.
  const altered = new Map<string, Map<number, number>>()
  const initializing = new Map<string, { name: string; partitions: Set<number> }>()
  const responses = topics.map(({ topicName, partitions }): AlteredTopic => {
    const topicId = environment.topics.topicId(topicName)
    const count = topicId === undefined ? -Infinity : environment.topics.partitionCount(topicName)
    const known = partitions.filter(({ partitionIndex }) => partitionIndex < count)
    if (topicId !== undefined) {
      const offsets = altered.get(topicId) ?? new Map<number, number>()
      for (const { partitionIndex, startOffset } of known) offsets.set(partitionIndex, startOffset)
      if (offsets.size > 0) altered.set(topicId, offsets)
      initializing.set(topicId, { name: topicName, partitions: new Set(known.map((each) => each.partitionIndex)) })
    }
    return {
      topicName,
      topicId: topicId ?? ZERO_UUID,
      partitions: partitions.map(({ partitionIndex }) => alteredPartition(partitionIndex, partitionIndex < count)),
    }
  })
  const value: OffsetsAlteration = {
    stateEpoch: group.header.groupEpoch,
    topics: Array.from(altered, ([topicId, offsets]) => ({
      topicId,
      partitions: Array.from(offsets, ([partition, startOffset]) => ({ partition, startOffset })),
    })),
    // A topic that is not there is answered for its partitions only.
    responses: responses.filter(({ topicId, partitions }) => topicId !== ZERO_UUID || partitions.length > 0),
  }
  // A topic that is there makes the group, whichever of its partitions are named.
  if (initializing.size === 0) return answered(value)
  const topicIds = [...initializing.keys()]
  return {
    records: [statePartitionsRecord(groupId, withInitializing(group.statePartitions, initializing))],
    changes: [{ kind: 'shareInitializationBegun', groupId, topicIds, atMs: nowMs }],
    effects: [],
    answer: { kind: 'now', value },
  }
}

const alteredPartition = (partitionIndex: number, isKnown: boolean): AlteredPartition =>
  isKnown
    ? { partitionIndex, errorCode: Errors.NONE.code, errorMessage: null }
    : {
        partitionIndex,
        errorCode: Errors.UNKNOWN_TOPIC_OR_PARTITION.code,
        errorMessage: Errors.UNKNOWN_TOPIC_OR_PARTITION.message,
      }
