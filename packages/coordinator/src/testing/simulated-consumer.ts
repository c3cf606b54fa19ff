import type {
  ConsumerGroupHeartbeatRequest,
  ConsumerGroupHeartbeatResponse,
  JoinGroupResponse,
} from '@milena/protocol/messages'
import { Errors } from '@milena/protocol/messages'
import type { consumerGroupHeartbeat } from '../consumer-group/consumer-group-heartbeat.ts'
import { readAssignment, readSubscription, writeAssignment } from '../consumer-group/embedded-protocol.ts'
import { STATIC_LEAVE_EPOCH } from '../consumer-group/member-lookup.ts'
import { heartbeat } from '../group/heartbeat.ts'
import { joinGroup } from '../group/join-group.ts'
import { leaveGroup } from '../group/leave-group.ts'
import { syncGroup } from '../group/sync-group.ts'
import type { Dice } from './dice.ts'
import type { GroupBench } from './group-bench.ts'
import { subscriptionOf } from './transcript-commands.ts'

const REBALANCE_TIMEOUT_MS = 20_000
const CLASSIC_SESSION_TIMEOUT_MS = 10_000
/** A member of the classic protocol begins anew. */
const FENCED: ReadonlySet<number> = new Set([Errors.UNKNOWN_MEMBER_ID.code, Errors.FENCED_INSTANCE_ID.code])

export interface ConsumerWorld {
  readonly bench: GroupBench
  readonly dice: Dice
  readonly groupId: string
  readonly trace: string[]
  /** What no client should have met with. */
  readonly complaints: string[]
  /** The operation that answers ConsumerGroupHeartbeat; a test may plant a fault in it. */
  readonly consumerGroupHeartbeat: typeof consumerGroupHeartbeat
}

export interface ConsumerIdentity {
  readonly name: string
  /** Of a static member (KIP-345). */
  readonly instanceId: string | null
  /** Somebody else may come with the same instance id. */
  readonly hasRival: boolean
}

type Phase = 'out' | 'joining' | 'member'

/**
 * A client that keeps the rules of its protocol, the consumer one or the classic one, and may change it by a restart.
 * What it believes to hold is what matters: it gives up before it says so, and takes only what it was told.
 */
export class SimulatedConsumer {
  readonly name: string
  readonly #identity: ConsumerIdentity
  memberId = ''
  epoch = 0
  protocol: 'consumer' | 'classic'
  phase: Phase = 'out'
  /** `#t1:0`, as far as the client knows. */
  holds: ReadonlySet<string> = new Set()
  #restarts = 0
  #isWaiting = false
  #mustTell = true
  /** An answer was lost: who does not know what it said repeats all of its own. */
  #mustSayAll = false
  #subscription: { readonly names: string[]; readonly regex: string } = { names: [], regex: '' }
  /** A static member has said that it will be back, and was heard: nobody holds its instance id against it. */
  #isExpected = false
  readonly #world: ConsumerWorld

  constructor(identity: ConsumerIdentity, world: ConsumerWorld) {
    this.name = identity.name
    this.#identity = identity
    this.#world = world
    this.protocol = world.dice.chance(0.3) ? 'consumer' : 'classic'
  }

  get #client(): { clientId: string; clientHost: string; apiVersion: number } {
    const classicVersion = this.instanceId === null ? 3 : 5
    return {
      clientId: this.name,
      clientHost: '/127.0.0.1',
      apiVersion: this.protocol === 'classic' ? classicVersion : 1,
    }
  }

  get instanceId(): string | null {
    return this.#identity.instanceId
  }

  /** Topics have changed: the leader of a classic group wants another assignment, and here anybody might be it. */
  noticeTopics(): void {
    if (this.protocol === 'classic' && this.phase === 'member') this.#mustRejoin()
  }

  #mustRejoin(): void {
    this.holds = new Set()
    this.phase = 'joining'
  }

  /** One turn of the client. `isCalm`: it only does what keeps it a member. */
  act(isCalm: boolean): void {
    const { dice } = this.#world
    if (this.#isWaiting) return
    if (!isCalm && dice.chance(this.instanceId === null ? 0.04 : 0.1)) return this.#restart()
    if (!isCalm && dice.chance(0.05)) return this.#leave()
    if (this.protocol === 'consumer') this.#beat(isCalm)
    else if (this.phase === 'member') this.#classicHeartbeat()
    else this.#join()
  }

  /** The process is gone, and another one begins, perhaps of the other protocol. Only a static member may say so. */
  #restart(): void {
    this.#note('restarts')
    const isStatic = this.instanceId !== null
    if (isStatic && this.protocol === 'consumer' && this.epoch > 0 && this.#world.dice.chance(0.6)) this.#goAway()
    this.#forget()
    this.memberId = ''
    this.protocol = this.#world.dice.chance(0.4) ? 'consumer' : 'classic'
  }

  #goAway(): void {
    const { bench } = this.#world
    const request = { ...this.#heartbeat(), memberEpoch: STATIC_LEAVE_EPOCH }
    const answer = bench.send(this.#world.consumerGroupHeartbeat, request, this.#client)
    this.#isWaiting = true
    answer.then(
      ({ errorCode }) => {
        this.#isWaiting = false
        this.#note(`is away ${errorCode}`)
        this.#isExpected = errorCode === Errors.NONE.code && !this.#identity.hasRival
      },
      () => {
        this.#isWaiting = false
      },
    )
  }

  #forget(): void {
    this.phase = 'out'
    this.epoch = 0
    this.holds = new Set()
    this.#mustTell = true
  }

  #note(text: string): void {
    this.#world.trace.push(`${this.name} ${text}`)
  }

  #ask<Response>(answer: Promise<Response>, take: (response: Response) => void): void {
    this.#isWaiting = true
    const memberId = this.memberId
    answer.then(
      (response) => {
        this.#isWaiting = false
        if (this.memberId === memberId) take(response)
      },
      () => {
        this.#isWaiting = false
      },
    )
  }

  /** Not calm, it may change what it subscribes to, and answers may be lost. */
  #beat(isCalm: boolean): void {
    const { bench, dice } = this.#world
    if (this.memberId === '') this.memberId = `${this.name}-${++this.#restarts}`
    const joins = this.epoch === 0
    const changes = joins || (!isCalm && dice.chance(0.05))
    const isLost = !isCalm && dice.chance(0.1)
    if (changes) {
      const usesRegex = dice.chance(0.2)
      const names = usesRegex ? [] : ['t1', ...(dice.chance(0.7) ? ['t2'] : [])]
      this.#subscription = { names, regex: usesRegex ? 't[12]' : '' }
    }
    const saysAll = joins || this.#mustSayAll
    const { names, regex } = this.#subscription
    const request = {
      ...this.#heartbeat(),
      rebalanceTimeoutMs: saysAll ? REBALANCE_TIMEOUT_MS : -1,
      subscribedTopicNames: saysAll || changes ? names : null,
      subscribedTopicRegex: saysAll || changes ? regex : null,
      serverAssignor: joins && dice.chance(0.3) ? dice.pick(['uniform', 'range']) : null,
      topicPartitions: joins ? [] : saysAll || this.#mustTell || dice.chance(0.5) ? this.#owned() : null,
    }
    this.#mustSayAll = true
    const isExpected = this.#isExpected
    this.#isExpected = false
    this.#ask(bench.send(this.#world.consumerGroupHeartbeat, request, this.#client), (response) => {
      const isUnreleased = response.errorCode === Errors.UNRELEASED_INSTANCE_ID.code
      if (isExpected && isUnreleased) this.#world.complaints.push(`${this.name} said that it would be back`)
      if (isLost) return
      this.#mustSayAll = false
      this.#takeHeartbeat(response)
    })
  }

  /** One that says nothing but that the member lives. */
  #heartbeat(): ConsumerGroupHeartbeatRequest {
    return {
      groupId: this.#world.groupId,
      memberId: this.memberId,
      memberEpoch: this.epoch,
      instanceId: this.instanceId,
      rackId: null,
      rebalanceTimeoutMs: -1,
      subscribedTopicNames: null,
      subscribedTopicRegex: null,
      serverAssignor: null,
      topicPartitions: null,
    }
  }

  #owned(): { topicId: string; partitions: number[] }[] {
    const byTopic = Map.groupBy(this.holds, (place) => place.split(':')[0] ?? '')
    return Array.from(byTopic, ([topicId, places]) => ({
      topicId,
      partitions: places.map((place) => Number(place.split(':')[1])),
    }))
  }

  #takeHeartbeat({ errorCode, memberEpoch, assignment }: ConsumerGroupHeartbeatResponse): void {
    this.#note(`beat ${errorCode} epoch=${memberEpoch} ${JSON.stringify(assignment?.topicPartitions ?? null)}`)
    if (errorCode !== Errors.NONE.code) return this.#forget()
    this.phase = 'member'
    this.epoch = memberEpoch
    if (assignment === null) return
    this.holds = new Set(
      assignment.topicPartitions.flatMap(({ topicId, partitions }) => partitions.map((index) => `${topicId}:${index}`)),
    )
    this.#mustTell = true
  }

  #join(): void {
    const { bench, groupId } = this.#world
    // Eager: whoever joins holds nothing.
    this.#mustRejoin()
    const request = {
      groupId,
      memberId: this.memberId,
      groupInstanceId: this.instanceId,
      sessionTimeoutMs: CLASSIC_SESSION_TIMEOUT_MS,
      rebalanceTimeoutMs: REBALANCE_TIMEOUT_MS,
      protocolType: 'consumer',
      protocols: [{ name: 'range', metadata: subscriptionOf(['t1', 't2']) }],
      reason: null,
    }
    this.#ask(bench.send(joinGroup, request, this.#client), (response) => this.#takeJoin(response))
  }

  #takeJoin(response: JoinGroupResponse): void {
    this.#note(`join ${response.errorCode} ${response.memberId} generation=${response.generationId}`)
    if (FENCED.has(response.errorCode)) this.memberId = ''
    if (response.errorCode !== Errors.NONE.code) return
    this.memberId = response.memberId
    this.epoch = response.generationId
    const { bench, groupId } = this.#world
    const request = {
      groupId,
      memberId: this.memberId,
      groupInstanceId: this.instanceId,
      generationId: this.epoch,
      protocolType: null,
      protocolName: null,
      assignments: this.#assignments(response.members),
    }
    this.#ask(bench.send(syncGroup, request, this.#client), ({ errorCode, assignment }) => {
      this.#note(`sync ${errorCode}`)
      if (FENCED.has(errorCode)) this.memberId = ''
      if (errorCode !== Errors.NONE.code) return
      this.phase = 'member'
      const topics = readAssignment(assignment)?.partitions ?? []
      this.holds = new Set(topics.flatMap(({ topic, partitions }) => partitions.map((index) => `#${topic}:${index}`)))
    })
  }

  /** As the leader of a classic group does: partitions in turn. */
  #assignments(members: JoinGroupResponse['members']): { memberId: string; assignment: Uint8Array }[] {
    const { topics } = this.#world.bench
    const subscribed = new Set(members.flatMap(({ metadata }) => readSubscription(metadata)?.topics ?? []))
    const places = [...subscribed].flatMap((topic) =>
      Array.from({ length: topics.partitionCount(topic) }, (_, partition) => ({ topic, partition })),
    )
    return members.map(({ memberId }, index) => {
      const mine = Map.groupBy(
        places.filter((_, at) => at % members.length === index),
        ({ topic }) => topic,
      )
      const named = Array.from(mine, ([topic, all]) => ({ topic, partitions: all.map(({ partition }) => partition) }))
      return { memberId, assignment: writeAssignment(named, 0) }
    })
  }

  #classicHeartbeat(): void {
    const { bench, groupId } = this.#world
    const request = {
      groupId,
      memberId: this.memberId,
      groupInstanceId: this.instanceId,
      generationId: this.epoch,
    }
    this.#ask(bench.send(heartbeat, request, this.#client), ({ errorCode }) => {
      if (errorCode === Errors.NONE.code) return
      this.#note(`heartbeat ${errorCode}`)
      if (FENCED.has(errorCode)) this.memberId = ''
      this.#mustRejoin()
    })
  }

  #leave(): void {
    const { bench, groupId } = this.#world
    if (this.phase !== 'member') return
    this.#note('leaves')
    const { memberId } = this
    this.#forget()
    const named = { memberId, groupInstanceId: this.instanceId, reason: null }
    const request = { groupId, memberId: '', members: [named] }
    this.#ask(bench.send(leaveGroup, request, { ...this.#client, apiVersion: 5 }), () => undefined)
    this.memberId = ''
  }
}
