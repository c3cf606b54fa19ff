import type { TimelineClock } from '../runtime/coordinator-shard.ts'
import { TimelineMap } from '../runtime/timeline-map.ts'
import type { AssignedPartitions, ConsumerGroupMember, PartitionsByTopic } from './consumer-group-member.ts'
import { hasRegex, isReconciledTo } from './consumer-group-member.ts'
import { Tally } from './tally.ts'
import type { TopicSubscribers } from './topic-subscribers.ts'

/** Kafka's states of a consumer group, as they are printed. */
export type ConsumerGroupState = 'Empty' | 'Assigning' | 'Reconciling' | 'Stable'

/** What a regular expression stood for when it was last resolved. */
export interface ResolvedRegex {
  readonly topics: ReadonlySet<string>
  /** The version of the metadata against which it was resolved. */
  readonly version: number
  readonly timestampMs: number
}

export interface ConsumerGroupHeader {
  readonly groupEpoch: number
  readonly metadataHash: bigint
  /** The group epoch that the target assignment was computed for. */
  readonly assignmentEpoch: number
  /** When it was computed; 0 when the log does not say. */
  readonly assignmentTimestampMs: number
}

/** A group begins in epoch 1, as Kafka's do: its first member makes it 2. */
const NEW_HEADER: ConsumerGroupHeader = {
  groupEpoch: 1,
  metadataHash: 0n,
  assignmentEpoch: 0,
  assignmentTimestampMs: 0,
}

/** When to look at the topics again: at this time, or when the group has not got to this epoch (a write was lost). */
export interface MetadataDeadline {
  readonly deadlineMs: number
  readonly epoch: number
}

const AT_ONCE: MetadataDeadline = { deadlineMs: 0, epoch: 0 }

export interface NewConsumerGroup {
  readonly groupId: string
  readonly clock: TimelineClock
  /** Where the group enters what it is subscribed to; absent for a draft. */
  readonly subscribers?: TopicSubscribers
}

/**
 * A consumer group of KIP-848. Only `replay` changes it, record by record; timeline maps tell what is written from
 * what is committed. What follows from the members (who is static, who holds a partition, who is subscribed) is kept
 * with them and is of the written state, on which operations are decided.
 */
export class ConsumerGroup {
  readonly type = 'consumer'
  readonly groupId: string
  readonly members: TimelineMap<string, ConsumerGroupMember>
  /** By member id. */
  readonly targetAssignment: TimelineMap<string, PartitionsByTopic>
  /** Soft: forgotten with the process. */
  metadataDeadline = AT_ONCE
  /** Soft: expressions are being resolved. */
  isResolvingRegexes = false
  /** Soft: members of the classic protocol that were told to join and have not yet. */
  readonly awaitedJoins = new Set<string>()
  /** Member ids by instance id. */
  readonly staticMembers = new Map<string, string>()
  /** How many members subscribe to each topic by name, to each expression, and ask for each assignor. */
  readonly topicSubscriptions = new Tally()
  readonly regexSubscriptions = new Tally()
  readonly serverAssignors = new Tally()
  /** Of members that speak the classic protocol. */
  readonly classicProtocols = new Tally()
  classicMemberCount = 0
  readonly #resolvedRegexes: TimelineMap<string, ResolvedRegex>
  readonly #subscribers: TopicSubscribers | undefined
  readonly #header: TimelineMap<'header', ConsumerGroupHeader>
  /** Who holds a partition, or is about to give it up: the epoch of that member, by topic id and partition. */
  readonly #partitionEpochs = new Map<string, Map<number, number>>()

  constructor({ groupId, clock, subscribers }: NewConsumerGroup) {
    this.groupId = groupId
    this.#subscribers = subscribers
    this.members = new TimelineMap(clock)
    this.targetAssignment = new TimelineMap(clock)
    this.#resolvedRegexes = new TimelineMap(clock)
    this.#header = new TimelineMap(clock)
  }

  get header(): ConsumerGroupHeader {
    return this.#header.get('header') ?? NEW_HEADER
  }

  get committedHeader(): ConsumerGroupHeader {
    return this.#header.getCommitted('header') ?? NEW_HEADER
  }

  get resolvedRegexes(): Pick<
    TimelineMap<string, ResolvedRegex>,
    'get' | 'has' | 'keys' | 'values' | 'entries' | 'size'
  > {
    return this.#resolvedRegexes
  }

  get state(): ConsumerGroupState {
    return stateOf(this.header, this.members.values())
  }

  get committedState(): ConsumerGroupState {
    return stateOf(this.committedHeader, this.committedMembers())
  }

  *committedMembers(): IterableIterator<ConsumerGroupMember> {
    for (const [, member] of this.members.committedEntries()) yield member
  }

  setHeader(change: Partial<ConsumerGroupHeader>): void {
    this.#header.set('header', { ...this.header, ...change })
  }

  /** The epoch of the member that holds the partition; −1 when it is free. */
  partitionEpoch(topicId: string, partition: number): number {
    return this.#partitionEpochs.get(topicId)?.get(partition) ?? -1
  }

  /** By name, or by an expression as it was last resolved. */
  isSubscribedToTopic(topic: string): boolean {
    if (this.topicSubscriptions.has(topic)) return true
    for (const { topics } of this.#resolvedRegexes.values()) if (topics.has(topic)) return true
    return false
  }

  requestMetadataRefresh(): void {
    this.metadataDeadline = AT_ONCE
  }

  hasMetadataExpired(nowMs: number): boolean {
    return nowMs >= this.metadataDeadline.deadlineMs || this.header.groupEpoch < this.metadataDeadline.epoch
  }

  setResolvedRegex(regex: string, resolved: ResolvedRegex): void {
    this.removeResolvedRegex(regex)
    this.#resolvedRegexes.set(regex, resolved)
    for (const topic of resolved.topics) this.#subscribers?.add(topic, this.groupId, 1)
  }

  removeResolvedRegex(regex: string): void {
    for (const topic of this.#resolvedRegexes.get(regex)?.topics ?? []) this.#subscribers?.add(topic, this.groupId, -1)
    this.#resolvedRegexes.delete(regex)
  }

  setMember(member: ConsumerGroupMember): void {
    const before = this.members.get(member.memberId)
    if (before !== undefined) this.#forget(before)
    this.members.set(member.memberId, member)
    if (member.instanceId !== null) this.staticMembers.set(member.instanceId, member.memberId)
    this.#count(member, 1)
    this.#hold(member.assigned, member.memberEpoch)
    this.#hold(member.pendingRevocation, member.memberEpoch)
  }

  removeMember(memberId: string): void {
    const member = this.members.get(memberId)
    if (member === undefined) return
    this.#forget(member)
    this.members.delete(memberId)
    // The instance may already have a new member: a static member that came back.
    if (member.instanceId !== null && this.staticMembers.get(member.instanceId) === memberId) {
      this.staticMembers.delete(member.instanceId)
    }
  }

  #forget(member: ConsumerGroupMember): void {
    this.#count(member, -1)
    this.#release(member.assigned, member.memberEpoch)
    this.#release(member.pendingRevocation, member.memberEpoch)
  }

  #count(member: ConsumerGroupMember, change: 1 | -1): void {
    for (const topic of member.subscribedTopicNames) {
      this.topicSubscriptions.add(topic, change)
      this.#subscribers?.add(topic, this.groupId, change)
    }
    if (hasRegex(member)) this.regexSubscriptions.add(member.subscribedTopicRegex ?? '', change)
    if (member.serverAssignor !== null) this.serverAssignors.add(member.serverAssignor, change)
    if (member.classicMetadata === null) return
    this.classicMemberCount += change
    for (const { name } of member.classicMetadata.supportedProtocols) this.classicProtocols.add(name, change)
  }

  #hold(partitions: AssignedPartitions, epoch: number): void {
    for (const [topicId, assigned] of partitions) {
      let epochs = this.#partitionEpochs.get(topicId)
      if (epochs === undefined) this.#partitionEpochs.set(topicId, (epochs = new Map()))
      for (const partition of assigned.keys()) epochs.set(partition, epoch)
    }
  }

  /** Records of compacted logs can name a new owner before the old one is gone: only the own entry is removed. */
  #release(partitions: AssignedPartitions, epoch: number): void {
    for (const [topicId, assigned] of partitions) {
      const epochs = this.#partitionEpochs.get(topicId)
      if (epochs === undefined) continue
      for (const partition of assigned.keys()) if (epochs.get(partition) === epoch) epochs.delete(partition)
      if (epochs.size === 0) this.#partitionEpochs.delete(topicId)
    }
  }
}

const stateOf = (
  { groupEpoch, assignmentEpoch }: ConsumerGroupHeader,
  members: Iterable<ConsumerGroupMember>,
): ConsumerGroupState => {
  let isEmpty = true
  let isReconciled = true
  for (const member of members) {
    isEmpty = false
    isReconciled &&= isReconciledTo(member, assignmentEpoch)
  }
  if (isEmpty) return 'Empty'
  if (groupEpoch > assignmentEpoch) return 'Assigning'
  return isReconciled ? 'Stable' : 'Reconciling'
}
