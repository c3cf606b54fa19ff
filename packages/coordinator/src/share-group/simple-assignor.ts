import type { PartitionsByTopic } from './share-group-member.ts'

export interface AssignableMember {
  readonly memberId: string
  /** Of topics that exist. */
  readonly subscribedTopicIds: readonly string[]
  /** What it has now. */
  readonly assigned: PartitionsByTopic
}

interface Target {
  readonly topicId: string
  readonly partition: number
}

/**
 * Kafka's `simple` assignor of share groups (KIP-932): each partition goes to as many members as it takes for every
 * member to have one, and members have about as many partitions as each other. What members have stays where that
 * allows it.
 *
 * When all subscribe to the same topics, partitions are shared out over all of them at once; else topic by topic.
 *
 * @param assignable the partitions that may be given away, by topic id.
 * @returns the partitions of each member, by member id.
 */
export const assignSimply = (
  members: readonly AssignableMember[],
  assignable: PartitionsByTopic,
): ReadonlyMap<string, PartitionsByTopic> => {
  const inOrder = members.toSorted((a, b) => (a.memberId < b.memberId ? -1 : 1))
  const result = new Map(inOrder.map(({ memberId }) => [memberId, new Map<string, Set<number>>()]))
  for (const { topicIds, subscribers } of scopesOf(inOrder)) {
    const targets = topicIds.flatMap((topicId) =>
      Array.from(assignable.get(topicId) ?? [], (partition) => ({ topicId, partition })),
    )
    for (const [memberId, given] of shareOut(targets, subscribers)) {
      const assignment = result.get(memberId)
      for (const { topicId, partition } of given) {
        const partitions = assignment?.get(topicId)
        if (partitions === undefined) assignment?.set(topicId, new Set([partition]))
        else partitions.add(partition)
      }
    }
  }
  return result
}

interface Scope {
  readonly topicIds: readonly string[]
  readonly subscribers: readonly AssignableMember[]
}

/** What is shared out at once, and among whom. */
const scopesOf = (members: readonly AssignableMember[]): readonly Scope[] => {
  const subscriptions = new Set(members.map(({ subscribedTopicIds }) => [...subscribedTopicIds].sort().join()))
  const topicIds = [...new Set(members.flatMap(({ subscribedTopicIds }) => subscribedTopicIds))]
  if (subscriptions.size <= 1) return [{ topicIds, subscribers: members }]
  return topicIds.map((topicId) => ({
    topicIds: [topicId],
    subscribers: members.filter(({ subscribedTopicIds }) => subscribedTopicIds.includes(topicId)),
  }))
}

class Share {
  readonly member: AssignableMember
  readonly wanted: number
  readonly given = new Set<Target>()

  constructor(member: AssignableMember, wanted: number) {
    this.member = member
    this.wanted = wanted
  }

  get isFull(): boolean {
    return this.given.size >= this.wanted
  }
}

const shareOut = (
  targets: readonly Target[],
  members: readonly AssignableMember[],
): ReadonlyMap<string, readonly Target[]> => {
  if (targets.length === 0 || members.length === 0) return new Map()
  /** How many members are to have each partition. */
  const sharing = Math.ceil(members.length / targets.length)
  const mean = (sharing * targets.length) / members.length
  const shares = members.map(
    (member, index) => new Share(member, Math.ceil(mean * (index + 1)) - Math.ceil(mean * index)),
  )
  const holders = new Map(targets.map((target) => [target, new Set<Share>()]))
  // From behind: as in Kafka, who has too many gives up the first ones.
  for (const [target, holding] of [...holders].toReversed()) keepHolders(target, holding, shares, sharing)
  fillUp(holders, shares, sharing)
  return new Map(shares.map(({ member, given }) => [member.memberId, targets.filter((target) => given.has(target))]))
}

/** Who has the partition keeps it, unless it would have too many, or too many would have it. */
const keepHolders = (target: Target, holding: Set<Share>, shares: readonly Share[], sharing: number): void => {
  for (const share of shares) {
    if (holding.size === sharing) return
    if (share.isFull || share.member.assigned.get(target.topicId)?.has(target.partition) !== true) continue
    share.given.add(target)
    holding.add(share)
  }
}

/**
 * The rest goes round among those who have too little. It cannot leave a partition without a member: as long as one has
 * none, fewer are given than are wanted, so somebody has too little, and it is not that partition that they have.
 */
const fillUp = (holders: ReadonlyMap<Target, Set<Share>>, shares: readonly Share[], sharing: number): void => {
  let waiting = shares.filter((share) => !share.isFull)
  for (const [target, holding] of holders) {
    const passed: Share[] = []
    while (holding.size < sharing) {
      const share = waiting.shift()
      if (share === undefined) break
      if (holding.has(share)) {
        passed.push(share)
        continue
      }
      holding.add(share)
      share.given.add(target)
      // Last in line again, so that everybody gets one before anybody gets a second one.
      if (!share.isFull) passed.push(share)
    }
    waiting = [...waiting, ...passed]
  }
}
