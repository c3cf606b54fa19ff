/** Where a member stands on its way to its target assignment (Kafka's `MemberState`; the numbers are in the log). */
export const memberStates = { STABLE: 0, UNREVOKED_PARTITIONS: 1, UNRELEASED_PARTITIONS: 2, UNKNOWN: 127 } as const

export type MemberStateName = keyof typeof memberStates

/** Partitions by topic id, each with the member epoch at which the member got it. */
export type AssignedPartitions = ReadonlyMap<string, ReadonlyMap<number, number>>

/** Partitions by topic id. */
export type PartitionsByTopic = ReadonlyMap<string, ReadonlySet<number>>

export const NO_PARTITIONS: ReadonlyMap<string, never> = new Map<string, never>()

/** What only a member that speaks the classic protocol has. */
export interface ClassicMemberMetadata {
  readonly sessionTimeoutMs: number
  readonly supportedProtocols: readonly { readonly name: string; readonly metadata: Uint8Array }[]
}

/** A member of a consumer group (KIP-848): what it said of itself, and what it holds. */
export interface ConsumerGroupMember {
  readonly memberId: string
  readonly instanceId: string | null
  readonly rackId: string | null
  readonly clientId: string
  readonly clientHost: string
  /** Sorted, without duplicates. */
  readonly subscribedTopicNames: readonly string[]
  /** In the syntax of RE2; null or empty for none. */
  readonly subscribedTopicRegex: string | null
  readonly rebalanceTimeoutMs: number
  /** Null leaves the choice to the coordinator. */
  readonly serverAssignor: string | null
  /** Null for a member that speaks the consumer protocol. */
  readonly classicMetadata: ClassicMemberMetadata | null
  readonly state: MemberStateName
  readonly memberEpoch: number
  readonly previousMemberEpoch: number
  readonly assigned: AssignedPartitions
  /** No longer the member's, but the member has not said yet that it gave them up. */
  readonly pendingRevocation: AssignedPartitions
}

export const newConsumerGroupMember = (memberId: string): ConsumerGroupMember => ({
  memberId,
  instanceId: null,
  rackId: null,
  clientId: '',
  clientHost: '',
  subscribedTopicNames: [],
  subscribedTopicRegex: '',
  rebalanceTimeoutMs: -1,
  serverAssignor: null,
  classicMetadata: null,
  state: 'STABLE',
  memberEpoch: 0,
  previousMemberEpoch: -1,
  assigned: NO_PARTITIONS,
  pendingRevocation: NO_PARTITIONS,
})

/** Has the member everything that the assignment of this epoch gives it, and nothing else? */
export const isReconciledTo = (member: ConsumerGroupMember, targetEpoch: number): boolean =>
  member.state === 'STABLE' && member.memberEpoch === targetEpoch

export const usesClassicProtocol = (member: ConsumerGroupMember): boolean => member.classicMetadata !== null

export const hasRegex = (member: ConsumerGroupMember): boolean =>
  member.subscribedTopicRegex !== null && member.subscribedTopicRegex !== ''
