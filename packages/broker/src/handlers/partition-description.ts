import { NO_LEADER } from '@milena/metadata'
import type { PartitionImage } from '@milena/metadata'
import { Errors } from '@milena/protocol/messages'

/** What Metadata and DescribeTopicPartitions both say of a partition. */
export interface PartitionDescription {
  readonly errorCode: number
  readonly partitionIndex: number
  readonly leaderId: number
  readonly leaderEpoch: number
  readonly replicaNodes: readonly number[]
  readonly isrNodes: readonly number[]
  readonly offlineReplicas: readonly number[]
}

export function describePartition({
  partition,
  leader,
  leaderEpoch,
  replicas,
  isr,
}: PartitionImage): PartitionDescription {
  return {
    errorCode: leader === NO_LEADER ? Errors.LEADER_NOT_AVAILABLE.code : Errors.NONE.code,
    partitionIndex: partition,
    leaderId: leader,
    leaderEpoch,
    replicaNodes: replicas,
    isrNodes: isr,
    offlineReplicas: [],
  }
}
