import type { Assignment, Assignor, AssignorInput } from './assignor.ts'
import { sorted } from './assignor.ts'

/** How the partitions of one topic are dealt out. */
interface Deal {
  readonly partitionCount: number
  readonly quota: number
  /** So many members, the first ones, get one more. */
  extra: number
  next: number
}

/**
 * The `range` assignor (Kafka's `RangeAssignor`): each topic's partitions in ranges, in the order of instance ids and
 * then of member ids. Members that share topics with equally many partitions get the same numbers of each, so that
 * records with the same key meet.
 */
export const rangeAssignor: Assignor = (input) => {
  const memberIds = sortedMembers(input)
  const deals = dealsOf(input)
  const assignments = new Map<string, Assignment>()
  for (const memberId of memberIds) {
    const assignment: Assignment = new Map()
    for (const topicId of sorted(input.members.get(memberId)?.subscribedTopicIds ?? [])) {
      const deal = deals.get(topicId)
      if (deal === undefined) continue
      const partitions = nextRange(deal)
      if (partitions.size > 0) assignment.set(topicId, partitions)
    }
    assignments.set(memberId, assignment)
  }
  return assignments
}

const sortedMembers = ({ members }: AssignorInput): string[] => {
  const compare = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0)
  return [...members.keys()].sort((left, right) => {
    const leftInstance = members.get(left)?.instanceId ?? null
    const rightInstance = members.get(right)?.instanceId ?? null
    if (leftInstance !== null && rightInstance !== null) return compare(leftInstance, rightInstance)
    if (leftInstance !== null) return -1
    return rightInstance === null ? compare(left, right) : 1
  })
}

const dealsOf = ({ members, partitionCount }: AssignorInput): ReadonlyMap<string, Deal> => {
  const subscribers = new Map<string, number>()
  for (const { subscribedTopicIds } of members.values()) {
    for (const topicId of subscribedTopicIds) subscribers.set(topicId, (subscribers.get(topicId) ?? 0) + 1)
  }
  const deals = new Map<string, Deal>()
  for (const [topicId, count] of subscribers) {
    const partitions = partitionCount(topicId)
    const quota = Math.floor(partitions / count)
    deals.set(topicId, { partitionCount: partitions, quota, extra: partitions % count, next: 0 })
  }
  return deals
}

const nextRange = (deal: Deal): Set<number> => {
  const hasExtra = deal.extra > 0
  if (hasExtra) deal.extra--
  const end = Math.min(deal.next + deal.quota + (hasExtra ? 1 : 0), deal.partitionCount)
  const partitions = new Set<number>()
  while (deal.next < end) partitions.add(deal.next++)
  return partitions
}
