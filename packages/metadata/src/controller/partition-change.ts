import { type MetadataRecord, metadataRecord } from '../image/metadata-record.ts'
import { NO_LEADER_CHANGE } from '../image/replay.ts'

/** What can change of a partition; what is not named stays as it is. */
export interface PartitionChanges {
  readonly leader?: number
  readonly isr?: readonly number[]
  readonly replicas?: readonly number[]
  readonly addingReplicas?: readonly number[]
  readonly removingReplicas?: readonly number[]
  readonly eligibleLeaderReplicas?: readonly number[]
  readonly leaderRecoveryState?: number
}

/** The record of a change of a partition. */
export function partitionChange(
  change: PartitionChanges & { readonly topicId: string; readonly partitionId: number },
): MetadataRecord {
  return metadataRecord('PartitionChangeRecord', {
    partitionId: change.partitionId,
    topicId: change.topicId,
    isr: change.isr ?? null,
    leader: change.leader ?? NO_LEADER_CHANGE,
    replicas: change.replicas ?? null,
    removingReplicas: change.removingReplicas ?? null,
    addingReplicas: change.addingReplicas ?? null,
    leaderRecoveryState: change.leaderRecoveryState ?? -1,
    directories: null,
    eligibleLeaderReplicas: change.eligibleLeaderReplicas ?? null,
    lastKnownElr: null,
  })
}
