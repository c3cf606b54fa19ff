import type { Assignment, Assignor, AssignorInput } from './assignor.ts'
import { addPartition, sorted } from './assignor.ts'
import { assignHeterogeneous } from './uniform-heterogeneous.ts'

/**
 * The `uniform` assignor (Kafka's `UniformAssignor`): every member gets as many partitions as the others, give or take
 * one, and keeps of its old ones what it can.
 */
export const uniformAssignor: Assignor = (input) => {
  if (input.members.size === 0) return new Map()
  return input.isHomogeneous ? assignHomogeneous(input) : assignHeterogeneous(input)
}

interface Free {
  readonly topicId: string
  readonly partition: number
}

/** All members subscribe to the same topics: whoever has too much gives up, whoever has too little takes. */
const assignHomogeneous = (input: AssignorInput): ReadonlyMap<string, Assignment> => {
  const memberIds = sorted(input.members.keys())
  const topicIds = input.members.get(memberIds[0] ?? '')?.subscribedTopicIds ?? new Set<string>()
  if (topicIds.size === 0) return new Map()
  const free = unassignedPartitions(input, topicIds)
  let total = 0
  for (const topicId of topicIds) total += input.partitionCount(topicId)
  const quota = Math.floor(total / memberIds.length)
  let extras = total % memberIds.length
  const assignments = new Map<string, Assignment>()
  const wanting: { readonly assignment: Assignment; readonly count: number }[] = []
  for (const [index, memberId] of memberIds.entries()) {
    const mayHaveExtra = extras > 0
    const kept = keepUpTo(quota + (mayHaveExtra ? 1 : 0), input.members.get(memberId)?.assigned, topicIds, free)
    assignments.set(memberId, kept.assignment)
    // One more goes to those who have it already, as long as enough members are left to take the others.
    const takesExtra = mayHaveExtra && (kept.room === 0 || memberIds.length - index <= extras)
    const room = mayHaveExtra && !takesExtra ? kept.room - 1 : kept.room
    if (takesExtra) extras--
    if (room > 0) wanting.push({ assignment: kept.assignment, count: room })
  }
  let next = 0
  for (const { assignment, count } of wanting) {
    for (const { topicId, partition } of free.slice(next, next + count)) addPartition(assignment, topicId, partition)
    next += count
  }
  return assignments
}

const unassignedPartitions = ({ members, partitionCount }: AssignorInput, topicIds: ReadonlySet<string>): Free[] => {
  const free: Free[] = []
  for (const topicId of sorted(topicIds)) {
    const owned = new Set<number>()
    for (const { assigned } of members.values()) {
      for (const partition of assigned.get(topicId) ?? []) owned.add(partition)
    }
    for (let partition = 0; partition < partitionCount(topicId); partition++) {
      if (!owned.has(partition)) free.push({ topicId, partition })
    }
  }
  return free
}

/** What a member keeps of what it had; the rest becomes free. */
const keepUpTo = (
  quota: number,
  assigned: ReadonlyMap<string, ReadonlySet<number>> = new Map(),
  topicIds: ReadonlySet<string>,
  free: Free[],
): { readonly assignment: Assignment; readonly room: number } => {
  const assignment: Assignment = new Map()
  let room = quota
  for (const [topicId, partitions] of assigned) {
    if (!topicIds.has(topicId)) continue
    for (const partition of partitions) {
      if (room > 0) {
        addPartition(assignment, topicId, partition)
        room--
      } else free.push({ topicId, partition })
    }
  }
  return { assignment, room }
}
