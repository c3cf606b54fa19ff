import { NO_LEADER } from '@milena/metadata'
import type { PartitionImage } from '@milena/metadata'
import { Errors } from '@milena/protocol/messages'
import type { BrokerServices } from '../broker-services.ts'

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

/** Where this broker's own replica is offline, its disk having failed, nobody leads the partition. */
export function describePartition(
  topic: string,
  { partition, leader, leaderEpoch, replicas, isr }: PartitionImage,
  { config, replicas: manager }: Pick<BrokerServices, 'config' | 'replicas'>,
): PartitionDescription {
  const isOffline = manager.partition(topic, partition)?.isOffline === true
  const leaderId = isOffline && leader === config.nodeId ? NO_LEADER : leader
  return {
    errorCode: leaderId === NO_LEADER ? Errors.LEADER_NOT_AVAILABLE.code : Errors.NONE.code,
    partitionIndex: partition,
    leaderId,
    leaderEpoch,
    replicaNodes: replicas,
    isrNodes: isr,
    offlineReplicas: isOffline ? [config.nodeId] : [],
  }
}
