import type { SharePartitionState, SharePlace, ShareRecord } from './share-types.ts'

const keyOf = ({ groupId, topicId, partition }: SharePlace) => ({ groupId, topicId, partition })

type Snapshot = SharePlace &
  Pick<
    SharePartitionState,
    | 'snapshotEpoch'
    | 'stateEpoch'
    | 'leaderEpoch'
    | 'startOffset'
    | 'deliveryCompleteCount'
    | 'stateBatches'
    | 'createTimestampMs'
    | 'writeTimestampMs'
  >

/** The whole state of a share partition. */
export const shareSnapshotRecord = (snapshot: Snapshot): ShareRecord => ({
  type: 'ShareSnapshot',
  key: keyOf(snapshot),
  value: {
    snapshotEpoch: snapshot.snapshotEpoch,
    stateEpoch: snapshot.stateEpoch,
    leaderEpoch: snapshot.leaderEpoch,
    startOffset: snapshot.startOffset,
    deliveryCompleteCount: snapshot.deliveryCompleteCount,
    createTimestamp: snapshot.createTimestampMs,
    writeTimestamp: snapshot.writeTimestampMs,
    stateBatches: [...snapshot.stateBatches],
  },
})

export type Update = SharePlace &
  Pick<SharePartitionState, 'snapshotEpoch' | 'leaderEpoch' | 'startOffset' | 'deliveryCompleteCount' | 'stateBatches'>

/** What changed since the snapshot; a start offset of −1 leaves the known one. */
export const shareUpdateRecord = (update: Update): ShareRecord => ({
  type: 'ShareUpdate',
  key: keyOf(update),
  value: {
    snapshotEpoch: update.snapshotEpoch,
    leaderEpoch: update.leaderEpoch,
    startOffset: update.startOffset,
    deliveryCompleteCount: update.deliveryCompleteCount,
    stateBatches: [...update.stateBatches],
  },
})

/** The share partition is forgotten, updates included: its key is the snapshot's. */
export const shareStateTombstone = (place: SharePlace): ShareRecord => ({
  type: 'ShareSnapshot',
  key: keyOf(place),
  value: null,
})
