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
  const altered: { topicId: string; name: string; partitions: { partition: number; startOffset: number }[] }[] = []
  const responses = topics.map(({ topicName, partitions }): AlteredTopic => {
    const topicId = environment.topics.topicId(topicName)
    const count = topicId === undefined ? 0 : environment.topics.partitionCount(topicName)
    const known = partitions.filter(({ partitionIndex }) => partitionIndex < count)
    if (topicId !== undefined && known.length > 0) {
      const begun = known.map(({ partitionIndex: partition, startOffset }) => ({ partition, startOffset }))
      altered.push({ topicId, name: topicName, partitions: begun })
    }
    return {
      topicName,
      topicId: topicId ?? ZERO_UUID,
      partitions: partitions.map(({ partitionIndex }) => alteredPartition(partitionIndex, partitionIndex < count)),
    }
  })
  const value: OffsetsAlteration = { stateEpoch: group.header.groupEpoch, topics: altered, responses }
  if (altered.length === 0) return answered(value)
  const initializing = new Map(
    altered.map(({ topicId, name, partitions }) => [
      topicId,
      { name, partitions: new Set(partitions.map(({ partition }) => partition)) },
    ]),
  )
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
