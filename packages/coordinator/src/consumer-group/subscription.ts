import type { TopicsView } from '../group/group-types.ts'
import type { ConsumerGroup, ResolvedRegex } from './consumer-group.ts'
import type { ConsumerGroupMember } from './consumer-group-member.ts'
import { hasRegex } from './consumer-group-member.ts'

/** What the members of a group are subscribed to, as it will be. */
export interface GroupSubscription {
  /** By topic name, how many members. */
  readonly names: ReadonlyMap<string, number>
  readonly regexes: ReadonlyMap<string, number>
  readonly memberCount: number
}

export interface MemberChange {
  readonly removed: readonly ConsumerGroupMember[]
  readonly added: readonly ConsumerGroupMember[]
}

/** The subscription of a group once members have gone, come, or become others. */
export const subscriptionAfter = (group: ConsumerGroup, { removed, added }: MemberChange): GroupSubscription => {
  const names = new Map(group.topicSubscriptions.entries())
  const regexes = new Map(group.regexSubscriptions.entries())
  for (const member of removed) count(member, -1)
  for (const member of added) count(member, 1)
  return { names, regexes, memberCount: group.members.size - removed.length + added.length }

  function count(member: ConsumerGroupMember, change: 1 | -1): void {
    for (const topic of member.subscribedTopicNames) addTo(names, topic, change)
    if (hasRegex(member)) addTo(regexes, member.subscribedTopicRegex ?? '', change)
  }
}

const addTo = (counts: Map<string, number>, name: string, change: 1 | -1): void => {
  const sum = (counts.get(name) ?? 0) + change
  if (sum === 0) counts.delete(name)
  else counts.set(name, sum)
}

/** Do all members subscribe to the same? Assignors have an easier way then. */
export const isHomogeneous = ({ names, regexes, memberCount }: GroupSubscription): boolean => {
  if (regexes.size === 0) return [...names.values()].every((members) => members === memberCount)
  const [members] = regexes.values()
  return regexes.size === 1 && members === memberCount && names.size === 0
}

export type ResolvedRegexes = Pick<ReadonlyMap<string, ResolvedRegex>, 'get'>

/** Every topic of the group, by name or by expression, whether it exists or not. */
const topicsOf = ({ names, regexes }: GroupSubscription, resolved: ResolvedRegexes): ReadonlySet<string> => {
  const topics = new Set(names.keys())
  for (const regex of regexes.keys()) for (const topic of resolved.get(regex)?.topics ?? []) topics.add(topic)
  return topics
}

/**
 * A number that changes when a topic of the group appears, vanishes, is made anew or grows; 0 without topics. Kafka
 * keeps a number for the same purpose in the same field; after a change of brokers it differs once, which costs the
 * group one more epoch.
 */
export const metadataHash = (
  subscription: GroupSubscription,
  resolved: ResolvedRegexes,
  topics: TopicsView,
): bigint => {
  const parts: string[] = []
  for (const name of topicsOf(subscription, resolved)) {
    const topicId = topics.topicId(name)
    if (topicId !== undefined) parts.push(`${name} ${topicId} ${topics.partitionCount(name)}`)
  }
  return parts.length === 0 ? 0n : hash64(parts.sort().join('\n'))
}

/** Two rounds of FNV-1a with different beginnings, side by side. */
const hash64 = (text: string): bigint => {
  let high = 0x811c9dc5
  let low = 0x9dc5811c
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    high = Math.imul(high ^ unit, 0x01000193)
    low = Math.imul(low ^ unit ^ (high >>> 15), 0x01000193)
  }
  return BigInt.asIntN(64, (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0))
}

/** Ids of the topics that exist and that the member is subscribed to. */
export const subscribedTopicIds = (
  member: ConsumerGroupMember,
  resolved: ResolvedRegexes,
  topics: TopicsView,
): ReadonlySet<string> => {
  const ids = new Set<string>()
  const add = (name: string): void => {
    const id = topics.topicId(name)
    if (id !== undefined) ids.add(id)
  }
  for (const name of member.subscribedTopicNames) add(name)
  if (hasRegex(member)) for (const name of resolved.get(member.subscribedTopicRegex ?? '')?.topics ?? []) add(name)
  return ids
}
