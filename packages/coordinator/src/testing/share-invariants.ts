import assert from 'node:assert/strict'
import { groupShard } from '../group/group-shard.ts'
import type { GroupRecord, GroupState } from '../group/group-types.ts'
import { Timeline } from '../runtime/timeline.ts'
import { shareShard } from '../share/share-shard.ts'
import type { ShareRecord, ShareState } from '../share/share-types.ts'
import { defaultShareCoordinatorConfig } from '../share/share-types.ts'
import type { ShareGroup } from '../share-group/share-group.ts'
import type { ShareBench } from './share-bench.ts'

const replayedGroups = (records: readonly object[]): GroupState => {
  const timeline = new Timeline()
  const state = groupShard.initial(timeline)
  records.forEach((record, offset) => {
    timeline.advanceCommitted(offset)
    groupShard.replay(state, record as GroupRecord, offset)
  })
  return state
}

const replayedShares = (records: readonly object[], updateRecordsPerSnapshot: number): ShareState => {
  const timeline = new Timeline()
  const shard = shareShard(updateRecordsPerSnapshot)
  const state = shard.initial(timeline)
  records.forEach((record, offset) => {
    timeline.advanceCommitted(offset)
    shard.replay(state, record as ShareRecord, offset)
  })
  return state
}

const shareGroupsOf = (state: GroupState): ShareGroup[] =>
  [...state.groups.values()].flatMap((group) => (group.type === 'share' ? group : []))

/** What of a share group is in the log. */
const written = (state: GroupState): Map<string, object> =>
  new Map(
    shareGroupsOf(state).map((group) => [
      group.groupId,
      {
        header: group.header,
        members: new Map(group.members.entries()),
        target: new Map(group.targetAssignment.entries()),
        partitions: group.statePartitions,
        subscriptions: new Map(group.topicSubscriptions.entries()),
      },
    ]),
  )

const committed = (state: GroupState): Map<string, object> => {
  const groups = new Map<string, object>()
  for (const [groupId, group] of state.groups.committedEntries()) {
    if (group.type !== 'share') continue
    groups.set(groupId, {
      header: group.committedHeader,
      members: new Map(group.members.committedEntries()),
      target: new Map(group.targetAssignment.committedEntries()),
      partitions: group.committedStatePartitions,
    })
  }
  return groups
}

/** What is known equals what the logs say, both as far as they are written and as far as they are committed. */
export const assertSharesAreReplayOfLogs = (
  { groups, shares }: ShareBench,
  updateRecordsPerSnapshot?: number,
): void => {
  const limit = updateRecordsPerSnapshot ?? defaultShareCoordinatorConfig.snapshotUpdateRecordsPerSnapshot
  const { shardState } = groups.partition
  assert.deepEqual(written(shardState), written(replayedGroups(groups.log.records)))
  const safe = groups.log.records.slice(0, groups.log.committedOffset + 1)
  assert.deepEqual(committed(shardState), committed(replayedGroups(safe)))
  const known = new Map(shares.partition.shardState.partitions.entries())
  assert.deepEqual(known, new Map(replayedShares(shares.log.records, limit).partitions.entries()))
}

/** What must hold of every share group at every moment. */
export const assertShareGroupsAreSound = ({ groups, shares, topics }: ShareBench): void => {
  const timers = new Set(Array.from(groups.timers.timersOf(groups.partition), ({ key }) => key))
  for (const group of shareGroupsOf(groups.partition.shardState)) {
    const { groupId, header, statePartitions } = group
    assert.ok(header.assignmentEpoch <= header.groupEpoch, `${groupId}: an assignment of an epoch to come`)
    for (const member of group.members.values()) {
      assert.ok(timers.has(`session-${groupId}-${member.memberId}`), `${groupId}: ${member.memberId} is not watched`)
      assert.ok(member.memberEpoch <= header.assignmentEpoch, `${groupId}: ${member.memberId} is ahead of its group`)
    }
    for (const memberId of group.targetAssignment.keys()) {
      assert.ok(group.members.has(memberId), `${groupId}: partitions are kept for ${memberId}, who is gone`)
    }
    // What is called initialised has a state: its members may be given it. Topics that are gone are given to nobody.
    for (const [topicId, { partitions }] of statePartitions.initialized) {
      if (topics.topicName(topicId) === undefined) continue
      for (const partition of partitions) {
        const key = `${groupId}:${topicId}:${partition}`
        assert.ok(shares.partition.shardState.partitions.has(key), `${key} is called initialised and has no state`)
      }
    }
  }
  for (const [key, { stateBatches, startOffset }] of shares.partition.shardState.partitions.entries()) {
    stateBatches.reduce((before, { firstOffset, lastOffset }) => {
      assert.ok(before < firstOffset && firstOffset <= lastOffset, `${key}: batches out of order`)
      return lastOffset
    }, startOffset - 1)
  }
}
