import type { Assignment, AssignorInput } from './assignor.ts'
import { addPartition, removePartition, sorted } from './assignor.ts'

/** A bound on the rounds of balancing, which all but odd cases end before. */
const MAX_ROUNDS = 16

/**
 * Members subscribe to different topics: old assignments stay where they may, free partitions go to whoever of the
 * topic's subscribers has least, and then, topic by topic, the fullest subscribers give to the emptiest until they
 * differ by one at most (Kafka's `UniformHeterogeneousAssignmentBuilder`).
 */
export const assignHeterogeneous = (input: AssignorInput): ReadonlyMap<string, Assignment> => {
  const builder = new HeterogeneousBuilder(input)
  return builder.build()
}

interface MemberLoad {
  readonly index: number
  readonly assignment: Assignment
  size: number
}

class HeterogeneousBuilder {
  readonly #input: AssignorInput
  readonly #loads = new Map<string, MemberLoad>()
  readonly #subscribers = new Map<string, MemberLoad[]>()
  /** Who has each partition, by topic id. */
  readonly #owners = new Map<string, (MemberLoad | undefined)[]>()

  constructor(input: AssignorInput) {
    this.#input = input
    for (const [index, memberId] of sorted(input.members.keys()).entries()) {
      const load: MemberLoad = { index, assignment: new Map(), size: 0 }
      this.#loads.set(memberId, load)
      for (const topicId of input.members.get(memberId)?.subscribedTopicIds ?? []) {
        const subscribers = this.#subscribers.get(topicId)
        if (subscribers === undefined) this.#subscribers.set(topicId, [load])
        else subscribers.push(load)
      }
    }
  }

  build(): ReadonlyMap<string, Assignment> {
    for (const topicId of this.#subscribers.keys()) {
      this.#owners.set(topicId, Array.from({ length: this.#input.partitionCount(topicId) }))
    }
    this.#keepOld()
    const topicIds = this.#sortedTopics()
    for (const topicId of topicIds) this.#assignFree(topicId)
    this.#balance(topicIds.filter((topicId) => this.#subscribersOf(topicId).length > 1))
    return new Map(Array.from(this.#loads, ([memberId, { assignment }]) => [memberId, assignment]))
  }

  #subscribersOf(topicId: string): readonly MemberLoad[] {
    return this.#subscribers.get(topicId) ?? []
  }

  /** First the topics with the most partitions for each subscriber, then those with the fewest subscribers. */
  #sortedTopics(): string[] {
    const perSubscriber = (topicId: string): number =>
      this.#input.partitionCount(topicId) / this.#subscribersOf(topicId).length
    return sorted(this.#subscribers.keys()).sort(
      (left, right) =>
        perSubscriber(right) - perSubscriber(left) ||
        this.#subscribersOf(left).length - this.#subscribersOf(right).length,
    )
  }

  #keepOld(): void {
    for (const [memberId, { subscribedTopicIds, assigned }] of this.#input.members) {
      const load = this.#loads.get(memberId)
      for (const [topicId, partitions] of assigned) {
        if (load === undefined || !subscribedTopicIds.has(topicId)) continue
        for (const partition of partitions) this.#give(topicId, partition, load)
      }
    }
  }

  #assignFree(topicId: string): void {
    for (const [partition, owner] of (this.#owners.get(topicId) ?? []).entries()) {
      const least = owner === undefined ? leastLoaded(this.#subscribersOf(topicId)) : undefined
      if (least !== undefined) this.#give(topicId, partition, least)
    }
  }

  #give(topicId: string, partition: number, to: MemberLoad): void {
    const owners = this.#owners.get(topicId)
    if (owners === undefined || partition >= owners.length) return
    const from = owners[partition]
    if (from !== undefined) {
      removePartition(from.assignment, topicId, partition)
      from.size--
    }
    addPartition(to.assignment, topicId, partition)
    to.size++
    owners[partition] = to
  }

  /** Goes round until a whole round has moved nothing. */
  #balance(topicIds: readonly string[]): void {
    for (let round = 0; round < MAX_ROUNDS; round++) {
      let moved = 0
      for (const topicId of topicIds) moved += this.#balanceTopic(topicId)
      if (moved === 0) return
    }
  }

  #balanceTopic(topicId: string): number {
    let moved = 0
    const subscribers = this.#subscribersOf(topicId)
    for (;;) {
      const least = leastLoaded(subscribers)
      const most = mostLoaded(subscribers, topicId)
      if (least === undefined || most === undefined || most.size - least.size <= 1) return moved
      const partition = Math.max(...(most.assignment.get(topicId) ?? []))
      this.#give(topicId, partition, least)
      moved++
    }
  }
}

const leastLoaded = (members: readonly MemberLoad[]): MemberLoad | undefined => {
  let least = members[0]
  for (const member of members) if (least !== undefined && member.size < least.size) least = member
  return least
}

/** Among those who have a partition of the topic to give. */
const mostLoaded = (members: readonly MemberLoad[], topicId: string): MemberLoad | undefined => {
  let most: MemberLoad | undefined
  for (const member of members) {
    if (member.assignment.has(topicId) && (most === undefined || member.size > most.size)) most = member
  }
  return most
}
