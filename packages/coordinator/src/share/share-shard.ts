import type { ShareSnapshotValue, ShareUpdateValue } from '@milena/protocol/messages'
import type { CoordinatorOutcome, CoordinatorShard } from '../runtime/coordinator-shard.ts'
import { TimelineMap } from '../runtime/timeline-map.ts'
import { shareSnapshotRecord } from './share-records.ts'
import type {
  ShareContext,
  ShareEvent,
  SharePartitionState,
  SharePlace,
  ShareRecord,
  ShareState,
  ShareTypes,
} from './share-types.ts'
import { shareCoordinatorKey } from './share-types.ts'
import { combineStateBatches } from './state-batches.ts'

type Outcome = CoordinatorOutcome<ShareTypes>

const NOTHING: Outcome = Object.freeze({ records: [], changes: [], effects: [] })

export const COLD_SNAPSHOT_TIMER_KEY = 'snapshot-cold-partitions'
export const PRUNE_TIMER_KEY = 'prune-records'

/** The share coordinator of one partition of `__share_group_state`; made for how many updates a snapshot may stand. */
export const shareShard = (updateRecordsPerSnapshot: number): CoordinatorShard<ShareTypes> => ({
  initial: (clock) => ({ clock, partitions: new TimelineMap(clock) }),
  onTimer: onShareTimer,
  onRefused: () => NOTHING,
  replay: (state, record, offset) => replayShareRecord(state, record, offset, updateRecordsPerSnapshot),
  apply: () => undefined,
  onLoaded: (_state, context) => ({
    records: [],
    changes: [],
    effects: [nextColdSnapshot(context), nextPrune(context)],
  }),
})

const nextColdSnapshot = ({ environment }: ShareContext): Outcome['effects'][number] => ({
  kind: 'setTimer',
  key: COLD_SNAPSHOT_TIMER_KEY,
  delayMs: environment.config.coldPartitionSnapshotIntervalMs,
  event: { kind: 'snapshotColdPartitions' },
})

const nextPrune = ({ environment }: ShareContext): Outcome['effects'][number] => ({
  kind: 'setTimer',
  key: PRUNE_TIMER_KEY,
  delayMs: environment.config.stateTopicPruneIntervalMs,
  event: { kind: 'pruneRecords' },
})

const onShareTimer = (state: ShareState, event: ShareEvent, context: ShareContext): Outcome =>
  event.kind === 'snapshotColdPartitions' ? snapshotColdPartitions(state, context) : pruneRecords(state, context)

/**
 * Share partitions that nobody uses are written again at the end of the log, or their old snapshots would keep all
 * that stands between from being deleted. When each of them has been, there is nothing to gain.
 */
const snapshotColdPartitions = (state: ShareState, context: ShareContext): Outcome => {
  const { nowMs, environment } = context
  const records: ShareRecord[] = []
  const isDone = [...state.partitions.values()].every(
    ({ createTimestampMs, writeTimestampMs }) => createTimestampMs !== writeTimestampMs,
  )
  for (const partition of isDone ? [] : state.partitions.values()) {
    if (nowMs - partition.writeTimestampMs < environment.config.coldPartitionSnapshotIntervalMs) continue
    const { snapshotEpoch } = partition
    records.push(shareSnapshotRecord({ ...partition, snapshotEpoch: snapshotEpoch + 1, writeTimestampMs: nowMs }))
  }
  return { records, changes: [], effects: [nextColdSnapshot(context)], divisible: true }
}

/** Everything before the oldest of the last snapshots has been said again since. */
const pruneRecords = (state: ShareState, context: ShareContext): Outcome => {
  const beforeOffset = firstNeededOffset(state)
  const effects = [nextPrune(context)]
  if (beforeOffset === undefined || beforeOffset <= 0) return { ...NOTHING, effects }
  return { ...NOTHING, effects: [...effects, { kind: 'task', task: { kind: 'prune', beforeOffset } }] }
}

/**
 * Without any share partition it is not known: then the tombstones, which are all that is left, stay until there is
 * one. One that has only updates needs them from the start.
 */
export const firstNeededOffset = (state: ShareState): number | undefined => {
  let first: number | undefined
  for (const { snapshotOffset } of state.partitions.values()) {
    if (first === undefined || snapshotOffset < first) first = snapshotOffset
  }
  return first
}

const replayShareRecord = (
  { partitions }: ShareState,
  { type, key: place, value }: ShareRecord,
  offset: number,
  updateRecordsPerSnapshot: number,
): void => {
  const key = shareCoordinatorKey(place)
  if (value === null) {
    partitions.delete(key)
    return
  }
  const known = partitions.get(key)
  if (type === 'ShareUpdate') partitions.set(key, updated(place, known, value))
  else partitions.set(key, snapshotted(place, known, value as ShareSnapshotValue, offset, updateRecordsPerSnapshot))
}

const snapshotted = (
  { groupId, topicId, partition }: SharePlace,
  known: SharePartitionState | undefined,
  value: ShareSnapshotValue,
  snapshotOffset: number,
  updateRecordsPerSnapshot: number,
): SharePartitionState => {
  const updateCount = known?.updateCount ?? 0
  return {
    groupId,
    topicId,
    partition,
    snapshotEpoch: value.snapshotEpoch,
    stateEpoch: value.stateEpoch,
    leaderEpoch: value.leaderEpoch,
    startOffset: value.startOffset,
    deliveryCompleteCount: value.deliveryCompleteCount,
    stateBatches: value.stateBatches,
    createTimestampMs: value.createTimestamp,
    writeTimestampMs: value.writeTimestamp,
    highestLeaderEpoch: Math.max(value.leaderEpoch, known?.highestLeaderEpoch ?? value.leaderEpoch),
    highestStateEpoch: Math.max(value.stateEpoch, known?.highestStateEpoch ?? value.stateEpoch),
    // Snapshots for other reasons than the count (a reset, the cold) do not begin it anew.
    updateCount: updateCount >= updateRecordsPerSnapshot ? 0 : updateCount,
    snapshotOffset,
  }
}

const updated = (
  { groupId, topicId, partition }: SharePlace,
  known: SharePartitionState | undefined,
  value: ShareUpdateValue,
): SharePartitionState => {
  const { leaderEpoch, startOffset, deliveryCompleteCount, stateBatches } = value
  const highestLeaderEpoch = Math.max(leaderEpoch, known?.highestLeaderEpoch ?? leaderEpoch)
  if (known === undefined) {
    // The snapshot before it is gone: what this record says is all there is.
    return {
      groupId,
      topicId,
      partition,
      snapshotEpoch: value.snapshotEpoch,
      stateEpoch: 0,
      leaderEpoch,
      startOffset,
      deliveryCompleteCount,
      stateBatches,
      createTimestampMs: 0,
      writeTimestampMs: 0,
      highestLeaderEpoch,
      highestStateEpoch: -1,
      updateCount: 1,
      snapshotOffset: -1,
    }
  }
  const newStartOffset = startOffset === -1 ? known.startOffset : startOffset
  return {
    ...known,
    startOffset: newStartOffset,
    deliveryCompleteCount,
    leaderEpoch: leaderEpoch === -1 ? known.leaderEpoch : leaderEpoch,
    stateBatches: combineStateBatches(known.stateBatches, stateBatches, newStartOffset),
    highestLeaderEpoch,
    updateCount: known.updateCount + 1,
  }
}
