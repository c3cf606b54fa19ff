import { Tally } from '../consumer-group/tally.ts'
import type { TimelineClock } from '../runtime/coordinator-shard.ts'
import { TimelineMap } from '../runtime/timeline-map.ts'
import type { PartitionsByTopic, ShareGroupMember } from './share-group-member.ts'
import { NO_PARTITIONS } from './share-group-member.ts'
import type { StatePartitions } from './state-partitions.ts'
import { NO_STATE_PARTITIONS } from './state-partitions.ts'

/** Kafka's states of a share group, as they are printed. */
export type ShareGroupState = 'Empty' | 'Stable'

export interface ShareGroupHeader {
  readonly groupEpoch: number
  readonly metadataHash: bigint
  /** The group epoch that the target assignment was computed for; −1 when the log has none any more. */
  readonly assignmentEpoch: number
  /** When it was computed; 0 when the log does not say. */
  readonly assignmentTimestampMs: number
}

/** A group begins with both epochs at 1, so that its first member brings it to 2. */
const NEW_HEADER: ShareGroupHeader = {
  groupEpoch: 1,
  metadataHash: 0n,
  assignmentEpoch: 1,
  assignmentTimestampMs: 0,
}

/**
 * A share group of KIP-932: several members may have the same partition. Only `replay` changes it, record by record;
 * timeline maps tell what is written from what is committed.
 */
export class ShareGroup {
  readonly type = 'share'
  readonly groupId: string
  readonly members: TimelineMap<string, ShareGroupMember>
  /** By member id. */
  readonly targetAssignment: TimelineMap<string, PartitionsByTopic>
  /** How many members subscribe to each topic. */
  readonly topicSubscriptions = new Tally()
  /** When the initialisation of each topic was last begun. Soft state: what a crash forgets is begun again. */
  readonly initializationsBegunMs = new Map<string, number>()
  readonly #header: TimelineMap<'header', ShareGroupHeader>
  readonly #statePartitions: TimelineMap<'partitions', StatePartitions>

  constructor(groupId: string, clock: TimelineClock) {
    this.groupId = groupId
    this.members = new TimelineMap(clock)
    this.targetAssignment = new TimelineMap(clock)
    this.#header = new TimelineMap(clock)
    this.#statePartitions = new TimelineMap(clock)
  }

  get header(): ShareGroupHeader {
    return this.#header.get('header') ?? NEW_HEADER
  }

  get committedHeader(): ShareGroupHeader {
    return this.#header.getCommitted('header') ?? NEW_HEADER
  }

  get state(): ShareGroupState {
    return this.members.size === 0 ? 'Empty' : 'Stable'
  }

  get committedState(): ShareGroupState {
    return this.committedMembers().next().done === true ? 'Empty' : 'Stable'
  }

  /** Which partitions the share coordinator keeps a state of, or is about to. */
  get statePartitions(): StatePartitions {
    return this.#statePartitions.get('partitions') ?? NO_STATE_PARTITIONS
  }

  get committedStatePartitions(): StatePartitions {
    return this.#statePartitions.getCommitted('partitions') ?? NO_STATE_PARTITIONS
  }

  /** False until any partition has been dealt with. */
  get hasStatePartitions(): boolean {
    return this.#statePartitions.has('partitions')
  }

  *committedMembers(): IterableIterator<ShareGroupMember> {
    for (const [, member] of this.members.committedEntries()) yield member
  }

  targetOf(memberId: string): PartitionsByTopic {
    return this.targetAssignment.get(memberId) ?? NO_PARTITIONS
  }

  setHeader(change: Partial<ShareGroupHeader>): void {
    this.#header.set('header', { ...this.header, ...change })
  }

  setStatePartitions(partitions: StatePartitions | undefined): void {
    if (partitions === undefined) this.#statePartitions.delete('partitions')
    else this.#statePartitions.set('partitions', partitions)
    for (const topicId of this.initializationsBegunMs.keys()) {
      if (partitions?.initializing.has(topicId) !== true) this.initializationsBegunMs.delete(topicId)
    }
  }

  setMember(member: ShareGroupMember): void {
    this.#count(this.members.get(member.memberId), -1)
    this.members.set(member.memberId, member)
    this.#count(member, 1)
  }

  removeMember(memberId: string): void {
    this.#count(this.members.get(memberId), -1)
    this.members.delete(memberId)
  }

  /** The topics that members subscribe to, if `member` were as given; null: if it were gone. */
  topicsWith(memberId: string, member: ShareGroupMember | null): ReadonlyMap<string, number> {
    const counts = new Map(this.topicSubscriptions.entries())
    const before = this.members.get(memberId)?.subscribedTopicNames ?? []
    for (const name of before) counts.set(name, (counts.get(name) ?? 0) - 1)
    for (const name of member?.subscribedTopicNames ?? []) counts.set(name, (counts.get(name) ?? 0) + 1)
    for (const [name, count] of counts) if (count === 0) counts.delete(name)
    return counts
  }

  #count(member: ShareGroupMember | undefined, change: 1 | -1): void {
    for (const topic of member?.subscribedTopicNames ?? []) this.topicSubscriptions.add(topic, change)
  }
}
