import type { ErrorCode } from '@milena/protocol/messages'
import { Errors } from '@milena/protocol/messages'
import type { ClassicMember } from './classic-member.ts'
import { protocolMetadata } from './classic-member.ts'
import { subscribedTopics } from './consumer-protocol.ts'

/** Kafka's states, as DescribeGroups prints them. `Dead` is only ever said of a group that does not exist. */
export type ClassicGroupState = 'Empty' | 'PreparingRebalance' | 'CompletingRebalance' | 'Stable'

/** The protocol type of groups of consumers; Connect and others bring their own. */
export const CONSUMER_PROTOCOL_TYPE = 'consumer'

/** A classic group as one immutable value: an operation makes a new one (see `ClassicGroupDraft`). */
export interface ClassicGroup {
  readonly type: 'classic'
  readonly groupId: string
  readonly state: ClassicGroupState
  /** Undefined before the first transition. */
  readonly previousState: ClassicGroupState | undefined
  /** When the state was entered; −1 when the log did not say. */
  readonly stateTimestampMs: number
  readonly generationId: number
  /** Null for a simple group, which only stores offsets. */
  readonly protocolType: string | null
  readonly protocolName: string | null
  readonly leaderId: string | null
  readonly members: ReadonlyMap<string, ClassicMember>
  /** Member ids by group instance id (KIP-345). */
  readonly staticMembers: ReadonlyMap<string, string>
  /** Member ids that were handed out and have not come back to join (KIP-394). */
  readonly pendingJoin: ReadonlySet<string>
  /** Members that got their join answer and have not sent SyncGroup. */
  readonly pendingSync: ReadonlySet<string>
  readonly awaitingJoinCount: number
  /** How many members support each protocol. */
  readonly protocolCounts: ReadonlyMap<string, number>
  /** The topics of all members, or null when they are not known (no `consumer` group, or not readable). */
  readonly subscribedTopics: ReadonlySet<string> | null
  /** A member came during the initial rebalance delay, which may therefore be prolonged. */
  readonly newMemberAdded: boolean
}

export interface NewClassicGroup {
  groupId: string
  nowMs: number
}

export const newClassicGroup = ({ groupId, nowMs }: NewClassicGroup): ClassicGroup => ({
  type: 'classic',
  groupId,
  state: 'Empty',
  previousState: undefined,
  stateTimestampMs: nowMs,
  generationId: 0,
  protocolType: null,
  protocolName: null,
  leaderId: null,
  members: new Map(),
  staticMembers: new Map(),
  pendingJoin: new Set(),
  pendingSync: new Set(),
  awaitingJoinCount: 0,
  protocolCounts: new Map(),
  subscribedTopics: null,
  newMemberAdded: false,
})

/** What both a group and its draft can be asked. */
export type ReadableGroup = Omit<ClassicGroup, 'type'>

export const hasAllMembersJoined = (group: ReadableGroup): boolean =>
  group.members.size === group.awaitingJoinCount && group.pendingJoin.size === 0

/** The slowest member decides how long everyone waits. */
export const rebalanceTimeoutMs = (group: ReadableGroup): number => {
  let timeoutMs = 0
  for (const member of group.members.values()) timeoutMs = Math.max(timeoutMs, member.rebalanceTimeoutMs)
  return timeoutMs
}

/** Is the caller the member it says it is? NONE, UNKNOWN_MEMBER_ID or FENCED_INSTANCE_ID. */
export const validateMember = (
  group: ReadableGroup,
  { memberId, groupInstanceId }: { readonly memberId: string; readonly groupInstanceId: string | null },
): ErrorCode => {
  if (groupInstanceId !== null) {
    const existing = group.staticMembers.get(groupInstanceId)
    if (existing === undefined) return Errors.UNKNOWN_MEMBER_ID.code
    if (existing !== memberId) return Errors.FENCED_INSTANCE_ID.code
  }
  return group.members.has(memberId) ? Errors.NONE.code : Errors.UNKNOWN_MEMBER_ID.code
}

/** Could a member with these protocols be in the group without leaving it with nothing in common? */
export const supportsProtocols = (
  group: ReadableGroup,
  {
    protocolType,
    protocols,
  }: { readonly protocolType: string; readonly protocols: readonly { readonly name: string }[] },
): boolean => {
  if (group.state === 'Empty') return protocolType !== '' && protocols.length > 0
  if (group.protocolType !== protocolType) return false
  return protocols.some(({ name }) => (group.protocolCounts.get(name) ?? 0) === group.members.size)
}

/** Each member votes for its most preferred protocol among those that all support; most votes win. */
export const selectProtocol = (group: ReadableGroup): string | null => {
  const votes = new Map<string, number>()
  for (const member of group.members.values()) {
    const choice = member.protocols.find(({ name }) => group.protocolCounts.get(name) === group.members.size)
    if (choice !== undefined) votes.set(choice.name, (votes.get(choice.name) ?? 0) + 1)
  }
  let elected: string | null = null
  let most = 0
  for (const [name, count] of votes) if (count > most) [elected, most] = [name, count]
  return elected
}

export const isConsumerGroup = (group: ReadableGroup): boolean => group.protocolType === CONSUMER_PROTOCOL_TYPE

export const computeSubscribedTopics = (group: ReadableGroup): ReadonlySet<string> | null => {
  if (!isConsumerGroup(group)) return null
  const topics = new Set<string>()
  if (group.members.size === 0) return topics
  if (group.protocolName === null) return null
  for (const member of group.members.values()) {
    const names = subscribedTopics(protocolMetadata(member, group.protocolName))
    if (names === undefined) return null
    for (const name of names) topics.add(name)
  }
  return topics
}

/** A group of consumers whose subscriptions cannot be read may be subscribed to anything. */
export const isSubscribedToTopic = (group: ReadableGroup, topic: string): boolean =>
  group.subscribedTopics === null ? isConsumerGroup(group) : group.subscribedTopics.has(topic)
