import { Errors } from '@milena/protocol'
import { apis } from '../apis.ts'
import type { FakeCluster } from './fake-broker.ts'

interface Member {
  readonly memberId: string
  readonly groupInstanceId: string | null
  protocols: ReadonlyMap<string, Uint8Array>
  assignment: Uint8Array
  /** Parked until the rebalance is complete. */
  join: ((answer: JoinAnswer) => void) | undefined
  sync: ((answer: { errorCode: number; assignment: Uint8Array }) => void) | undefined
}

interface JoinAnswer {
  readonly errorCode: number
  readonly generationId: number
  readonly protocolType: string | null
  readonly protocolName: string | null
  readonly leader: string
  readonly memberId: string
  readonly members: readonly { memberId: string; groupInstanceId: string | null; metadata: Uint8Array }[]
}

const none = new Uint8Array(0)

/** A coordinator of one classic group in memory: enough of Kafka's state machine to drive real members. */
export class FakeGroup {
  readonly members = new Map<string, Member>()
  readonly committed = new Map<string, number>()
  generationId = 0
  state: 'Empty' | 'PreparingRebalance' | 'CompletingRebalance' | 'Stable' = 'Empty'
  /** Said to everybody instead of an answer while it is set. */
  refusal: number | undefined
  #nextMember = 1

  constructor(cluster: FakeCluster) {
    cluster.on(apis.joinGroup, (request, { version }) => this.#join(request, version))
    cluster.on(apis.syncGroup, (request) => this.#sync(request))
    cluster.on(apis.heartbeat, ({ memberId, generationId }) => ({
      errorCode: this.refusal ?? this.#heartbeat(memberId, generationId),
    }))
    cluster.on(apis.leaveGroup, ({ members }) => {
      for (const { memberId } of members) this.remove(memberId)
      return { errorCode: 0, members: members.map((member) => ({ ...member, errorCode: 0 })) }
    })
    cluster.on(apis.offsetCommit, ({ generationIdOrMemberEpoch, memberId, topics }) => {
      const errorCode = this.refusal ?? this.#mayCommit(memberId, generationIdOrMemberEpoch)
      return {
        topics: topics.map(({ name, partitions }) => ({
          name,
          partitions: partitions.map(({ partitionIndex, committedOffset }) => {
            if (errorCode === 0) this.committed.set(`${name}-${partitionIndex}`, committedOffset)
            return { partitionIndex, errorCode }
          }),
        })),
      }
    })
    cluster.on(
      apis.offsetFetch,
      ({ groups }) => ({
        groups: groups.map(({ groupId, topics }) => ({
          groupId,
          errorCode: this.refusal ?? 0,
          topics: (topics ?? []).map(({ name, partitionIndexes }) => ({
            name,
            partitions: partitionIndexes.map((partitionIndex) => ({
              partitionIndex,
              committedOffset: this.committed.get(`${name}-${partitionIndex}`) ?? -1,
              committedLeaderEpoch: -1,
              metadata: '',
              errorCode: 0,
            })),
          })),
        })),
      }),
      { min: 8, max: 9 },
    )
  }

  /** A member is gone: by leaving, or because its session has ended. */
  remove(memberId: string): void {
    const member = this.members.get(memberId)
    this.members.delete(memberId)
    member?.join?.({ ...this.#emptyJoin(memberId), errorCode: Errors.UNKNOWN_MEMBER_ID.code })
    if (this.members.size === 0) this.state = 'Empty'
    else if (member !== undefined) this.#rebalance()
  }

  #join(
    request: {
      readonly memberId: string
      readonly groupInstanceId: string | null
      readonly protocols: readonly { readonly name: string; readonly metadata: Uint8Array }[]
    },
    version: number,
  ): JoinAnswer | Promise<JoinAnswer> {
    const { memberId, groupInstanceId } = request
    const refused = (errorCode: number, id = memberId): JoinAnswer => ({ ...this.#emptyJoin(id), errorCode })
    if (this.refusal !== undefined) return refused(this.refusal)
    if (memberId === '' && version >= 4 && groupInstanceId === null) {
      return refused(Errors.MEMBER_ID_REQUIRED.code, `member-${this.#nextMember++}`)
    }
    const id = memberId === '' ? `${groupInstanceId}-${this.#nextMember++}` : memberId
    const protocols = new Map(request.protocols.map(({ name, metadata }) => [name, metadata.slice()]))
    const known = this.members.get(id)
    const member = known ?? {
      memberId: id,
      groupInstanceId,
      protocols,
      assignment: none,
      join: undefined,
      sync: undefined,
    }
    member.protocols = protocols
    this.members.set(id, member)
    return new Promise((resolve) => {
      member.join = resolve
      this.#rebalance()
    })
  }

  #rebalance(): void {
    if (this.state !== 'PreparingRebalance') {
      this.state = 'PreparingRebalance'
      for (const member of this.members.values()) {
        member.sync?.({ errorCode: Errors.REBALANCE_IN_PROGRESS.code, assignment: none })
        member.sync = undefined
      }
    }
    const members = Array.from(this.members.values())
    if (members.length === 0 || members.some(({ join }) => join === undefined)) return
    this.state = 'CompletingRebalance'
    this.generationId++
    const leader = members[0]!
    const protocolName = Array.from(leader.protocols.keys()).find((name) =>
      members.every(({ protocols }) => protocols.has(name)),
    )!
    for (const member of members) {
      const { join } = member
      member.join = undefined
      join!({
        errorCode: 0,
        generationId: this.generationId,
        protocolType: 'consumer',
        protocolName,
        leader: leader.memberId,
        memberId: member.memberId,
        members: (member === leader ? members : []).map(({ memberId, groupInstanceId, protocols }) => ({
          memberId,
          groupInstanceId,
          metadata: protocols.get(protocolName)!,
        })),
      })
    }
  }

  #sync(request: {
    readonly memberId: string
    readonly generationId: number
    readonly assignments: readonly { readonly memberId: string; readonly assignment: Uint8Array }[]
  }): { errorCode: number; assignment: Uint8Array } | Promise<{ errorCode: number; assignment: Uint8Array }> {
    const member = this.members.get(request.memberId)
    if (member === undefined) return { errorCode: Errors.UNKNOWN_MEMBER_ID.code, assignment: none }
    if (request.generationId !== this.generationId)
      return { errorCode: Errors.ILLEGAL_GENERATION.code, assignment: none }
    if (this.state === 'PreparingRebalance') return { errorCode: Errors.REBALANCE_IN_PROGRESS.code, assignment: none }
    if (this.state === 'Stable') return { errorCode: 0, assignment: member.assignment }
    return new Promise((resolve) => {
      member.sync = resolve
      if (request.assignments.length === 0) return
      for (const { memberId, assignment } of request.assignments) {
        const assigned = this.members.get(memberId)
        if (assigned !== undefined) assigned.assignment = assignment.slice()
      }
      this.state = 'Stable'
      for (const each of this.members.values()) {
        each.sync?.({ errorCode: 0, assignment: each.assignment })
        each.sync = undefined
      }
      // Those who have not yet asked are answered when they do.
    })
  }

  #heartbeat(memberId: string, generationId: number): number {
    if (!this.members.has(memberId)) return Errors.UNKNOWN_MEMBER_ID.code
    if (generationId !== this.generationId) return Errors.ILLEGAL_GENERATION.code
    return this.state === 'PreparingRebalance' ? Errors.REBALANCE_IN_PROGRESS.code : 0
  }

  #mayCommit(memberId: string, generationId: number): number {
    if (memberId === '' && generationId === -1) return this.members.size === 0 ? 0 : Errors.UNKNOWN_MEMBER_ID.code
    if (!this.members.has(memberId)) return Errors.UNKNOWN_MEMBER_ID.code
    return generationId === this.generationId ? 0 : Errors.ILLEGAL_GENERATION.code
  }

  #emptyJoin(memberId: string): Omit<JoinAnswer, 'errorCode'> {
    return { generationId: -1, protocolType: null, protocolName: null, leader: '', memberId, members: [] }
  }
}
