import type { PartitionsByTopic } from '../consumer-group-member.ts'

/** What an assignor may know of a member. */
export interface AssignorMember {
  readonly instanceId: string | null
  /** Ids of topics that exist. */
  readonly subscribedTopicIds: ReadonlySet<string>
  /** Its part of the target assignment before this one. */
  readonly assigned: PartitionsByTopic
}

export interface AssignorInput {
  /** By member id. */
  readonly members: ReadonlyMap<string, AssignorMember>
  /** All members are subscribed to the same topics. */
  readonly isHomogeneous: boolean
  readonly partitionCount: (topicId: string) => number
}

/** Partitions by topic id, while they are being given out. */
export type Assignment = Map<string, Set<number>>

/** The target assignment, by member id; members that are not in it get nothing. The same input, the same output. */
export type Assignor = (input: AssignorInput) => ReadonlyMap<string, PartitionsByTopic>

export const addPartition = (assignment: Assignment, topicId: string, partition: number): void => {
  const partitions = assignment.get(topicId)
  if (partitions === undefined) assignment.set(topicId, new Set([partition]))
  else partitions.add(partition)
}

export const removePartition = (assignment: Assignment, topicId: string, partition: number): void => {
  const partitions = assignment.get(topicId)
  partitions?.delete(partition)
  if (partitions?.size === 0) assignment.delete(topicId)
}

/** Ids in one order, whatever the order in which members and topics came to be known. */
export const sorted = (ids: Iterable<string>): string[] => [...ids].sort()
