import type { RequestId } from '../runtime/coordinator-shard.ts'
import type { GroupEvent } from './group-types.ts'

export interface MemberProtocol {
  readonly name: string
  readonly metadata: Uint8Array
}

/** A member of a classic group. What is not written to the log: the last five fields, and all protocols but one. */
export interface ClassicMember {
  readonly memberId: string
  readonly groupInstanceId: string | null
  readonly clientId: string
  readonly clientHost: string
  readonly rebalanceTimeoutMs: number
  readonly sessionTimeoutMs: number
  /** In the member's order of preference. */
  readonly protocols: readonly MemberProtocol[]
  readonly assignment: Uint8Array
  /** The JoinGroup request that waits for the other members. */
  readonly awaitingJoin: RequestId | null
  /** The SyncGroup request that waits for the leader. */
  readonly awaitingSync: RequestId | null
  /** True until the first answer to its JoinGroup: it may expire while it waits. */
  readonly isNew: boolean
  readonly sessionTimerKey: string
  /** Kept here because every heartbeat sets the timer again. */
  readonly sessionEvent: GroupEvent
}

export const EMPTY_BYTES: Uint8Array = new Uint8Array(0)

export const sessionTimerKey = (groupId: string, memberId: string): string => `session-${groupId}-${memberId}`

export interface NewMember {
  groupId: string
  memberId: string
  groupInstanceId: string | null
  clientId: string
  clientHost: string
  rebalanceTimeoutMs: number
  sessionTimeoutMs: number
  protocols: readonly MemberProtocol[]
  assignment?: Uint8Array
  awaitingJoin?: RequestId
}

export const newMember = (member: NewMember): ClassicMember => ({
  memberId: member.memberId,
  groupInstanceId: member.groupInstanceId,
  clientId: member.clientId,
  clientHost: member.clientHost,
  rebalanceTimeoutMs: member.rebalanceTimeoutMs,
  sessionTimeoutMs: member.sessionTimeoutMs,
  protocols: member.protocols,
  assignment: member.assignment ?? EMPTY_BYTES,
  awaitingJoin: member.awaitingJoin ?? null,
  awaitingSync: null,
  isNew: member.awaitingJoin !== undefined,
  sessionTimerKey: sessionTimerKey(member.groupId, member.memberId),
  sessionEvent: { kind: 'sessionExpired', groupId: member.groupId, memberId: member.memberId },
})

/** Bytes of a request are views into its frame, which is used again; what is kept must be a copy. */
export const keptProtocols = (protocols: readonly MemberProtocol[]): readonly MemberProtocol[] =>
  protocols.map(({ name, metadata }) => ({ name, metadata: metadata.slice() }))

const equalBytes = (left: Uint8Array, right: Uint8Array): boolean =>
  left.length === right.length && left.every((byte, index) => byte === right[index])

/** The same protocols with the same metadata in the same order. */
export const matchesProtocols = (member: ClassicMember, protocols: readonly MemberProtocol[]): boolean =>
  member.protocols.length === protocols.length &&
  member.protocols.every(({ name, metadata }, index) => {
    const other = protocols[index]
    return other !== undefined && other.name === name && equalBytes(other.metadata, metadata)
  })

export const protocolMetadata = (member: ClassicMember, protocolName: string): Uint8Array =>
  member.protocols.find(({ name }) => name === protocolName)?.metadata ?? EMPTY_BYTES

/** Who waits for a rebalance is alive; only a new member, which cannot send heartbeats yet, may expire meanwhile. */
export const hasSatisfiedHeartbeat = (member: ClassicMember): boolean =>
  !member.isNew && (member.awaitingJoin !== null || member.awaitingSync !== null)
