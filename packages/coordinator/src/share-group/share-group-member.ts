/** Partitions by topic id. */
export type PartitionsByTopic = ReadonlyMap<string, ReadonlySet<number>>

export const NO_PARTITIONS: PartitionsByTopic = new Map<string, ReadonlySet<number>>()

/** A member of a share group (KIP-932): what it said of itself, and what it was given. */
export interface ShareGroupMember {
  readonly memberId: string
  readonly rackId: string | null
  readonly clientId: string
  readonly clientHost: string
  /** Sorted, without duplicates. */
  readonly subscribedTopicNames: readonly string[]
  readonly memberEpoch: number
  readonly previousMemberEpoch: number
  readonly assigned: PartitionsByTopic
}

export const newShareGroupMember = (memberId: string): ShareGroupMember => ({
  memberId,
  rackId: null,
  clientId: '',
  clientHost: '',
  subscribedTopicNames: [],
  memberEpoch: 0,
  previousMemberEpoch: -1,
  assigned: NO_PARTITIONS,
})

export const samePartitions = (a: PartitionsByTopic, b: PartitionsByTopic): boolean =>
  a.size === b.size && [...a].every(([topicId, partitions]) => sameSet(partitions, b.get(topicId)))

export const sameSet = (a: ReadonlySet<number>, b: ReadonlySet<number> | undefined): boolean =>
  a.size === b?.size && [...a].every((partition) => b.has(partition))

export const sameNames = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((name, index) => name === b[index])
