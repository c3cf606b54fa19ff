import { partitionKey, type TopicPartition } from '../cluster/cluster-metadata.ts'
import type { MemberSubscription } from './consumer-protocol.ts'

export interface GroupMember extends MemberSubscription {
  readonly memberId: string
  readonly groupInstanceId: string | null
}

/** Divides the partitions of what a group subscribes to among its members; the group's leader calls it. */
export interface PartitionAssignor {
  /** As the members announce it; all must know the one that is chosen. */
  readonly name: string
  /** Whether members keep their partitions during a rebalance and give up only what they must (KIP-429). */
  readonly cooperative: boolean
  assign(
    members: readonly GroupMember[],
    partitionCounts: ReadonlyMap<string, number>,
  ): Map<string, readonly TopicPartition[]>
}

/** Static members first, so that their share stays when they come back under another member id. */
export function compareMembers(a: GroupMember, b: GroupMember): number {
  if (a.groupInstanceId !== null && b.groupInstanceId !== null) return compare(a.groupInstanceId, b.groupInstanceId)
  if (a.groupInstanceId !== null) return -1
  if (b.groupInstanceId !== null) return 1
  return compare(a.memberId, b.memberId)
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** Topic by topic, each member a run of neighbouring partitions; the first members get one more. */
export const rangeAssignor: PartitionAssignor = {
  name: 'range',
  cooperative: false,
  assign(members, partitionCounts) {
    const assignment = new Map<string, TopicPartition[]>(members.map(({ memberId }) => [memberId, []]))
    const sorted = Array.from(members).sort(compareMembers)
    for (const topic of subscribedTopics(members)) {
      const takers = sorted.filter(({ topics }) => topics.includes(topic))
      const count = partitionCounts.get(topic) ?? 0
      const each = Math.floor(count / takers.length)
      const extra = count % takers.length
      let next = 0
      takers.forEach(({ memberId }, index) => {
        const end = next + each + (index < extra ? 1 : 0)
        for (; next < end; next++) assignment.get(memberId)!.push({ topic, partition: next })
      })
    }
    return assignment
  },
}

/** All partitions of all topics, one after another, to one member after another. */
export const roundRobinAssignor: PartitionAssignor = {
  name: 'roundrobin',
  cooperative: false,
  assign(members, partitionCounts) {
    const assignment = new Map<string, TopicPartition[]>(members.map(({ memberId }) => [memberId, []]))
    const sorted = Array.from(members).sort(compareMembers)
    let next = 0
    for (const topic of subscribedTopics(members)) {
      for (let partition = 0; partition < (partitionCounts.get(topic) ?? 0); partition++) {
        while (!sorted[next]!.topics.includes(topic)) next = (next + 1) % sorted.length
        assignment.get(sorted[next]!.memberId)!.push({ topic, partition })
        next = (next + 1) % sorted.length
      }
    }
    return assignment
  },
}

export function subscribedTopics(members: readonly GroupMember[]): readonly string[] {
  return Array.from(new Set(members.flatMap(({ topics }) => topics))).sort()
}

/**
 * Members keep what they have, as far as the shares stay even. A partition that changes hands is given to nobody in
 * this rebalance: its owner gives it up, and the rebalance that follows hands it on (KIP-429).
 */
export const cooperativeStickyAssignor: PartitionAssignor = {
  name: 'cooperative-sticky',
  cooperative: true,
  assign(members, partitionCounts) {
    const owners = currentOwners(members, partitionCounts)
    const target = stickyTarget(members, partitionCounts, owners)
    for (const [memberId, partitions] of target) {
      target.set(
        memberId,
        partitions.filter((partition) => [memberId, undefined].includes(owners.get(partitionKey(partition)))),
      )
    }
    return target
  },
}

/** Who holds what; where two claim a partition, the one of the newer generation does, and of the same nobody. */
function currentOwners(
  members: readonly GroupMember[],
  partitionCounts: ReadonlyMap<string, number>,
): Map<string, string> {
  const owners = new Map<string, { memberId: string | undefined; generationId: number }>()
  for (const { memberId, topics, ownedPartitions, generationId } of members) {
    for (const owned of ownedPartitions) {
      if (!topics.includes(owned.topic) || owned.partition >= (partitionCounts.get(owned.topic) ?? 0)) continue
      const key = partitionKey(owned)
      const other = owners.get(key)
      if (other === undefined || other.generationId < generationId) owners.set(key, { memberId, generationId })
      else if (other.generationId === generationId) owners.set(key, { memberId: undefined, generationId })
    }
  }
  return new Map(Array.from(owners).flatMap(([key, { memberId }]) => (memberId === undefined ? [] : [[key, memberId]])))
}

function stickyTarget(
  members: readonly GroupMember[],
  partitionCounts: ReadonlyMap<string, number>,
  owners: ReadonlyMap<string, string>,
): Map<string, TopicPartition[]> {
  const target = new Map<string, TopicPartition[]>(
    Array.from(members)
      .sort(compareMembers)
      .map(({ memberId }) => [memberId, []]),
  )
  const wants = new Map(members.map(({ memberId, topics }) => [memberId, new Set(topics)]))
  const free: TopicPartition[] = []
  for (const topic of subscribedTopics(members)) {
    for (let partition = 0; partition < (partitionCounts.get(topic) ?? 0); partition++) {
      const owner = owners.get(partitionKey({ topic, partition }))
      if (owner === undefined) free.push({ topic, partition })
      else target.get(owner)!.push({ topic, partition })
    }
  }
  for (const partition of free) target.get(leastLoaded(target, wants, partition.topic))!.push(partition)
  // Move single partitions from the fuller to the emptier until no move makes the shares more even.
  for (let moved = true; moved;) {
    moved = false
    for (const [memberId, partitions] of target) {
      for (let index = partitions.length - 1; index >= 0; index--) {
        const taker = leastLoaded(target, wants, partitions[index]!.topic)
        if (taker === memberId || target.get(taker)!.length + 1 >= partitions.length) continue
        target.get(taker)!.push(...partitions.splice(index, 1))
        moved = true
      }
    }
  }
  return target
}

function leastLoaded(
  target: ReadonlyMap<string, readonly TopicPartition[]>,
  wants: ReadonlyMap<string, ReadonlySet<string>>,
  topic: string,
): string {
  let best: string | undefined
  for (const [memberId, partitions] of target) {
    if (!wants.get(memberId)!.has(topic)) continue
    if (best === undefined || partitions.length < target.get(best)!.length) best = memberId
  }
  return best!
}

export type AssignorName = 'range' | 'roundrobin' | 'cooperative-sticky'

export const assignors: Readonly<Record<AssignorName, PartitionAssignor>> = {
  range: rangeAssignor,
  roundrobin: roundRobinAssignor,
  'cooperative-sticky': cooperativeStickyAssignor,
}
