/** A member of a classic group as a test plays it: says what it is told, in the versions that it is told. */
import {
  Errors,
  HeartbeatRequest,
  HeartbeatResponse,
  JoinGroupRequest,
  JoinGroupResponse,
  LeaveGroupRequest,
  LeaveGroupResponse,
  SyncGroupRequest,
  SyncGroupResponse,
} from '@milena/protocol'
import type { WireClient } from './wire-client.ts'

export interface GroupVersions {
  readonly join: number
  readonly sync: number
  readonly heartbeat: number
  readonly leave: number
}

export const oldestGroupVersions: GroupVersions = { join: 0, sync: 0, heartbeat: 0, leave: 0 }
export const newestGroupVersions: GroupVersions = { join: 9, sync: 5, heartbeat: 4, leave: 5 }

const SEVERAL_LEAVERS_MIN_VERSION = 3
const PROTOCOL = 'range'

export interface GroupMemberOptions {
  readonly client: WireClient
  readonly groupId: string
  readonly versions?: GroupVersions
  readonly metadata?: string
}

export class GroupMember {
  readonly #client: WireClient
  readonly #groupId: string
  readonly #versions: GroupVersions
  readonly #metadata: string
  memberId = ''
  generationId = -1

  constructor({ client, groupId, versions = newestGroupVersions, metadata = 'topics' }: GroupMemberOptions) {
    this.#client = client
    this.#groupId = groupId
    this.#versions = versions
    this.#metadata = metadata
  }

  /** Joins, a second time with the id that it is given when an id is required first. */
  async join(): Promise<JoinGroupResponse> {
    const response = await this.#client.send(JoinGroupRequest, JoinGroupResponse, this.#versions.join, {
      groupId: this.#groupId,
      sessionTimeoutMs: 30_000,
      rebalanceTimeoutMs: 30_000,
      memberId: this.memberId,
      protocolType: 'consumer',
      protocols: [{ name: PROTOCOL, metadata: Buffer.from(this.#metadata) }],
    })
    if (response.errorCode === Errors.NONE.code || response.errorCode === Errors.MEMBER_ID_REQUIRED.code) {
      this.memberId = response.memberId
      this.generationId = response.generationId
    }
    return response.errorCode === Errors.MEMBER_ID_REQUIRED.code ? this.join() : response
  }

  /** With the assignments of all members from the leader, with none from the others. Returns its own as text. */
  async sync(assignments: Readonly<Record<string, string>> = {}): Promise<string> {
    const response = await this.#client.send(SyncGroupRequest, SyncGroupResponse, this.#versions.sync, {
      groupId: this.#groupId,
      generationId: this.generationId,
      memberId: this.memberId,
      ...(this.#versions.sync >= 5 && { protocolType: 'consumer', protocolName: PROTOCOL }),
      assignments: Object.entries(assignments).map(([memberId, assignment]) => ({
        memberId,
        assignment: Buffer.from(assignment),
      })),
    })
    if (response.errorCode !== Errors.NONE.code) throw new Error(`SyncGroup: ${response.errorCode}`)
    return Buffer.from(response.assignment).toString()
  }

  async heartbeat(): Promise<number> {
    const { errorCode } = await this.#client.send(HeartbeatRequest, HeartbeatResponse, this.#versions.heartbeat, {
      groupId: this.#groupId,
      generationId: this.generationId,
      memberId: this.memberId,
    })
    return errorCode
  }

  /** Heartbeats until the group says something else than before; what it says may be a few round trips away. */
  async heartbeatUntil(expected: number): Promise<void> {
    let errorCode = await this.heartbeat()
    while (errorCode === Errors.NONE.code) errorCode = await this.heartbeat()
    if (errorCode !== expected) throw new Error(`Heartbeat: ${errorCode}`)
  }

  async leave(): Promise<number> {
    const { memberId } = this
    const version = this.#versions.leave
    const who = version < SEVERAL_LEAVERS_MIN_VERSION ? { memberId } : { members: [{ memberId }] }
    const body = { groupId: this.#groupId, ...who }
    const { errorCode } = await this.#client.send(LeaveGroupRequest, LeaveGroupResponse, version, body)
    return errorCode
  }
}
