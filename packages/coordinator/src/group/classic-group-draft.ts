import type { ClassicGroup, ClassicGroupState, ReadableGroup } from './classic-group.ts'
import { computeSubscribedTopics, selectProtocol } from './classic-group.ts'
import type { ClassicMember, MemberProtocol } from './classic-member.ts'
import { newMember } from './classic-member.ts'

/**
 * The working copy of a group during one operation: starts as the group, is changed in place, ends as a new value.
 * A collection is copied when it is first written, so that most operations copy none.
 */
export class ClassicGroupDraft implements ReadableGroup {
  readonly groupId: string
  state: ClassicGroupState
  previousState: ClassicGroupState | undefined
  stateTimestampMs: number
  generationId: number
  protocolType: string | null
  protocolName: string | null
  leaderId: string | null
  awaitingJoinCount: number
  subscribedTopics: ReadonlySet<string> | null
  newMemberAdded: boolean
  readonly #members: CopyOnWriteMap<string, ClassicMember>
  readonly #staticMembers: CopyOnWriteMap<string, string>
  readonly #protocolCounts: CopyOnWriteMap<string, number>
  readonly #pendingJoin: CopyOnWriteSet
  readonly #pendingSync: CopyOnWriteSet

  constructor(group: ClassicGroup) {
    this.groupId = group.groupId
    this.state = group.state
    this.previousState = group.previousState
    this.stateTimestampMs = group.stateTimestampMs
    this.generationId = group.generationId
    this.protocolType = group.protocolType
    this.protocolName = group.protocolName
    this.leaderId = group.leaderId
    this.awaitingJoinCount = group.awaitingJoinCount
    this.subscribedTopics = group.subscribedTopics
    this.newMemberAdded = group.newMemberAdded
    this.#members = new CopyOnWriteMap(group.members)
    this.#staticMembers = new CopyOnWriteMap(group.staticMembers)
    this.#protocolCounts = new CopyOnWriteMap(group.protocolCounts)
    this.#pendingJoin = new CopyOnWriteSet(group.pendingJoin)
    this.#pendingSync = new CopyOnWriteSet(group.pendingSync)
  }

  get members(): ReadonlyMap<string, ClassicMember> {
    return this.#members.view
  }

  get staticMembers(): ReadonlyMap<string, string> {
    return this.#staticMembers.view
  }

  get protocolCounts(): ReadonlyMap<string, number> {
    return this.#protocolCounts.view
  }

  get pendingJoin(): ReadonlySet<string> {
    return this.#pendingJoin.view
  }

  get pendingSync(): ReadonlySet<string> {
    return this.#pendingSync.view
  }

  finish(): ClassicGroup {
    return {
      type: 'classic',
      groupId: this.groupId,
      state: this.state,
      previousState: this.previousState,
      stateTimestampMs: this.stateTimestampMs,
      generationId: this.generationId,
      protocolType: this.protocolType,
      protocolName: this.protocolName,
      leaderId: this.leaderId,
      members: this.members,
      staticMembers: this.staticMembers,
      pendingJoin: this.pendingJoin,
      pendingSync: this.pendingSync,
      awaitingJoinCount: this.awaitingJoinCount,
      protocolCounts: this.protocolCounts,
      subscribedTopics: this.subscribedTopics,
      newMemberAdded: this.newMemberAdded,
    }
  }

  transitionTo(state: ClassicGroupState, nowMs: number): void {
    this.previousState = this.state
    this.state = state
    this.stateTimestampMs = nowMs
  }

  /** Adds a member; the first one gives the group its protocol type and leads it. */
  addMember(member: ClassicMember, protocolType: string): void {
    if (this.members.size === 0) this.protocolType = protocolType
    this.leaderId ??= member.memberId
    if (member.groupInstanceId !== null) this.#staticMembers.own().set(member.groupInstanceId, member.memberId)
    this.#members.own().set(member.memberId, member)
    this.#countProtocols(member.protocols, 1)
    if (member.awaitingJoin !== null) this.awaitingJoinCount++
    this.#pendingJoin.delete(member.memberId)
  }

  /** Replaces what is known of a member that is in the group. */
  setMember(member: ClassicMember): void {
    const before = this.members.get(member.memberId)
    if (before === undefined) return
    if (before.protocols !== member.protocols) {
      this.#countProtocols(before.protocols, -1)
      this.#countProtocols(member.protocols, 1)
    }
    this.awaitingJoinCount += Number(member.awaitingJoin !== null) - Number(before.awaitingJoin !== null)
    this.#members.own().set(member.memberId, member)
  }

  removeMember(memberId: string): void {
    const member = this.members.get(memberId)
    if (member !== undefined) {
      this.#members.own().delete(memberId)
      this.#countProtocols(member.protocols, -1)
      if (member.awaitingJoin !== null) this.awaitingJoinCount--
      if (member.groupInstanceId !== null) this.#staticMembers.own().delete(member.groupInstanceId)
    }
    if (this.leaderId === memberId) this.leaderId = this.members.keys().next().value ?? null
    this.#pendingJoin.delete(memberId)
    this.#pendingSync.delete(memberId)
  }

  /** A static member came back without its id: it goes on under a new one, everything else stays (KIP-345). */
  replaceStaticMember(old: ClassicMember, memberId: string): ClassicMember {
    const member = newMember({
      groupId: this.groupId,
      memberId,
      groupInstanceId: old.groupInstanceId,
      clientId: old.clientId,
      clientHost: old.clientHost,
      rebalanceTimeoutMs: old.rebalanceTimeoutMs,
      sessionTimeoutMs: old.sessionTimeoutMs,
      protocols: old.protocols,
      assignment: old.assignment,
    })
    this.#members.own().delete(old.memberId)
    this.#members.own().set(memberId, member)
    if (old.awaitingJoin !== null) this.awaitingJoinCount--
    if (old.groupInstanceId !== null) this.#staticMembers.own().set(old.groupInstanceId, memberId)
    if (this.leaderId === old.memberId) this.leaderId = memberId
    if (this.pendingSync.has(old.memberId)) {
      this.#pendingSync.delete(old.memberId)
      this.#pendingSync.add(memberId)
    }
    return member
  }

  /** Makes sure that the leader is among those who rejoined. False when nobody did. */
  electJoinedLeader(): boolean {
    const leader = this.leaderId === null ? undefined : this.members.get(this.leaderId)
    if (leader === undefined) return false
    if (leader.awaitingJoin !== null) return true
    for (const member of this.members.values()) {
      if (member.awaitingJoin === null) continue
      this.leaderId = member.memberId
      return true
    }
    return false
  }

  startNextGeneration(nowMs: number): void {
    this.generationId++
    this.protocolName = this.members.size === 0 ? null : selectProtocol(this)
    this.subscribedTopics = computeSubscribedTopics(this)
    this.transitionTo(this.members.size === 0 ? 'Empty' : 'CompletingRebalance', nowMs)
    this.clearPendingSync()
  }

  addPendingJoin(memberId: string): void {
    this.#pendingJoin.add(memberId)
  }

  addPendingSync(memberId: string): void {
    this.#pendingSync.add(memberId)
  }

  removePendingSync(memberId: string): void {
    this.#pendingSync.delete(memberId)
  }

  clearPendingSync(): void {
    for (const memberId of this.pendingSync) this.#pendingSync.delete(memberId)
  }

  #countProtocols(protocols: readonly MemberProtocol[], change: 1 | -1): void {
    const counts = this.#protocolCounts.own()
    for (const name of new Set(protocols.map((protocol) => protocol.name))) {
      const count = (counts.get(name) ?? 0) + change
      if (count === 0) counts.delete(name)
      else counts.set(name, count)
    }
  }
}

class CopyOnWriteMap<K, V> {
  #base: ReadonlyMap<K, V>
  #own: Map<K, V> | undefined

  constructor(base: ReadonlyMap<K, V>) {
    this.#base = base
  }

  get view(): ReadonlyMap<K, V> {
    return this.#own ?? this.#base
  }

  own(): Map<K, V> {
    return (this.#own ??= new Map(this.#base))
  }
}

class CopyOnWriteSet {
  #base: ReadonlySet<string>
  #own: Set<string> | undefined

  constructor(base: ReadonlySet<string>) {
    this.#base = base
  }

  get view(): ReadonlySet<string> {
    return this.#own ?? this.#base
  }

  add(value: string): void {
    this.#own ??= new Set(this.#base)
    this.#own.add(value)
  }

  delete(value: string): void {
    if (!this.view.has(value)) return
    this.#own ??= new Set(this.#base)
    this.#own.delete(value)
  }
}
