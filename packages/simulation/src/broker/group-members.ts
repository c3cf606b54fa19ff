import { ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse, Errors } from '@milena/protocol'
import type { BrokerClient } from './broker-client.ts'
import type { BrokerModel, MemberModel } from './broker-model.ts'
import type { BrokerWorld } from './broker-world.ts'

type Owned = NonNullable<ConsumerGroupHeartbeatResponse['assignment']>['topicPartitions']

const GROUPS = 0
const LEAVES = -1
const JOINS = 0
/** Nobody loses its place because the history is at something else. */
const REBALANCE_TIMEOUT_MS = 600_000

export interface MemberName {
  readonly groupId: string
  readonly memberId: string
}

function keyOf({ groupId, memberId }: MemberName): string {
  return `${groupId} ${memberId}`
}

function memberIn(model: BrokerModel, name: MemberName): MemberModel {
  const known = model.members.get(keyOf(name))
  if (known !== undefined) return known
  const member: MemberModel = { epoch: undefined, isAsked: false, isGone: false }
  model.members.set(keyOf(name), member)
  return member
}

/** Members of consumer groups (KIP-848), and what their coordinator told them. */
export class GroupMembers {
  readonly #world: BrokerWorld
  /** What each one has been given, as its client knows it. */
  readonly #owned = new Map<string, Owned>()

  constructor(world: BrokerWorld) {
    this.#world = world
  }

  /** A member joins, or says that it is still there. */
  async beat(name: MemberName, topics: readonly string[]): Promise<void> {
    const { epoch, isGone } = memberIn(this.#world.model, name)
    const isNew = epoch === undefined || isGone
    this.#world.record((model) => void (memberIn(model, name).isAsked = true))
    const owned = isNew ? [] : (this.#owned.get(keyOf(name)) ?? [])
    const answered = await this.#heartbeat(name, {
      memberEpoch: isNew ? JOINS : epoch,
      rebalanceTimeoutMs: REBALANCE_TIMEOUT_MS,
      subscribedTopicNames: [...topics],
      topicPartitions: owned,
    })
    if (answered.errorCode !== 0) return this.#refused(name, answered.errorCode)
    const { memberEpoch, assignment } = answered
    if (assignment !== null) this.#owned.set(keyOf(name), assignment.topicPartitions)
    this.#world.record((model) => void model.members.set(keyOf(name), newMember(memberEpoch)))
  }

  async leave(name: MemberName): Promise<void> {
    const { epoch, isGone } = memberIn(this.#world.model, name)
    if (epoch === undefined || isGone) return
    this.#world.record((model) => void (memberIn(model, name).isAsked = true))
    const answered = await this.#heartbeat(name, { memberEpoch: LEAVES })
    // Whoever asks again after a failure may have left already.
    const hasLeft = [0, Errors.UNKNOWN_MEMBER_ID.code, Errors.GROUP_ID_NOT_FOUND.code].includes(answered.errorCode)
    if (!hasLeft) return this.#refused(name, answered.errorCode)
    this.#owned.delete(keyOf(name))
    this.#world.record((model) => void model.members.set(keyOf(name), { ...newMember(epoch), isGone: true }))
  }

  /** Who was told that it is a member still is one, in no earlier epoch; who was told that it is none stays away. */
  async check(problems: string[]): Promise<void> {
    for (const [key, { epoch, isAsked, isGone }] of this.#world.model.members) {
      if (epoch === undefined || (isAsked && isGone)) {
        // Nobody was told what it is.
        this.#world.record((model) => void model.members.delete(key))
        continue
      }
      const [groupId, memberId] = key.split(' ') as [string, string]
      const name = { groupId, memberId }
      const answered = await this.#heartbeat(name, { memberEpoch: epoch })
      if (isGone) {
        if (answered.errorCode === 0) problems.push(`${key} is a member in epoch ${epoch}, and had left`)
        continue
      }
      const isUnknown = answered.errorCode !== 0
      // What was asked for and not answered may have moved it on, or away.
      if (isUnknown && !isAsked) problems.push(`${key} had epoch ${epoch}, and is told ${answered.errorCode}`)
      if (!isUnknown && answered.memberEpoch < epoch)
        problems.push(`${key} has epoch ${answered.memberEpoch}, and had ${epoch}`)
      const found = isUnknown ? undefined : answered.memberEpoch
      this.#world.record((model) => {
        if (found === undefined) model.members.delete(key)
        else model.members.set(key, newMember(found))
      })
    }
  }

  #refused(name: MemberName, errorCode: number): void {
    this.#world.complaints.push(`${keyOf(name)} is told ${errorCode}`)
    this.#world.record((model) => void model.members.delete(keyOf(name)))
  }

  async #heartbeat(
    { groupId, memberId }: MemberName,
    body: Partial<ConsumerGroupHeartbeatRequest>,
  ): Promise<ConsumerGroupHeartbeatResponse> {
    const client: BrokerClient = this.#world.client(`${groupId} ${memberId}`)
    await client.findCoordinator(groupId, GROUPS)
    const request = [ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse, 1] as const
    return client.answered(() => client.ask(request, { groupId, memberId, memberEpoch: JOINS, ...body }))
  }
}

function newMember(epoch: number): MemberModel {
  return { epoch, isAsked: false, isGone: false }
}
