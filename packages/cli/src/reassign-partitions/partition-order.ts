import type { TopicPartition, TopicPartitionReplica } from '@milena/client'

export const byName = (a: TopicPartition, b: TopicPartition): number =>
  a.topic < b.topic ? -1 : a.topic > b.topic ? 1 : a.partition - b.partition

/** By broker first. */
export const byReplica = (a: TopicPartitionReplica, b: TopicPartitionReplica): number =>
  a.brokerId - b.brokerId || byName(a, b)
