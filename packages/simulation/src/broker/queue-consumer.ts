import {
  Errors,
  ShareAcknowledgeRequest,
  ShareAcknowledgeResponse,
  ShareFetchRequest,
  ShareFetchResponse,
  ShareGroupHeartbeatRequest,
  ShareGroupHeartbeatResponse,
} from '@milena/protocol'
import type { BrokerModel, DeliveryModel } from './broker-model.ts'
import type { BrokerClient, Place } from './broker-client.ts'
import { nameOf } from './broker-client.ts'
import type { BrokerWorld } from './broker-world.ts'

const QUEUE = 'queue'
const MEMBER = 'consumer'
const GROUPS = 0
const JOINS = 0
const CLOSES = -1
/** As the broker is configured: beyond it a record is given up. */
const DELIVERIES_MAX = 10
const MAX_BYTES = 1_000_000
const MAX_WAIT_MS = 300
const FETCHES_MAX = 20
/** What is answered to a consumer whose session is not known any more: it opens another one. */
const LOST_SESSION = new Set<number>([
  Errors.SHARE_SESSION_NOT_FOUND.code,
  Errors.INVALID_SHARE_SESSION_EPOCH.code,
  Errors.SHARE_SESSION_LIMIT_REACHED.code,
])
const AGAIN = Errors.NOT_COORDINATOR.code

const types = { accept: 1, release: 2, reject: 3 } as const

/** What is done with a record; `keep` says nothing of it. */
export type Acknowledgement = keyof typeof types | 'keep'

interface Session {
  readonly client: BrokerClient
  readonly topicId: string
  readonly place: Place
  epoch: number
}

interface Acquired {
  readonly offset: number
  readonly deliveryCount: number
}

/** The consumer of a share group (KIP-932): what it was given, and what became of it. */
export class QueueConsumer {
  readonly #world: BrokerWorld
  #hasBegun = false

  constructor(world: BrokerWorld) {
    this.#world = world
  }

  /** A consumer takes what there is of a partition, deals with it, and goes. */
  async consume(place: Place, acknowledgements: readonly Acknowledgement[]): Promise<void> {
    const session = await this.#begin(place)
    const acquired = await this.#fetch(session)
    for (const [index, each] of acquired.entries()) {
      this.#noteDelivery(session, each)
      const acknowledgement = acknowledgements[index % acknowledgements.length]!
      if (acknowledgement !== 'keep') await this.#acknowledge(session, each, acknowledgement)
    }
    await this.#close(session)
  }

  /** What was dealt with is not given out again, what was given back is, and how often it was is not forgotten. */
  async check(place: Place, offsets: readonly number[], problems: string[]): Promise<void> {
    if (!this.isKnown) return
    const session = await this.#begin(place)
    const acquired = await this.#takeAll(session)
    const given = new Set(acquired.map(({ offset }) => offset))
    for (const each of acquired) this.#noteDelivery(session, each)
    for (const offset of offsets) {
      const known = this.#world.model.deliveries.get(keyOf(session, offset))
      const isDue = known === undefined || (known.state === 'due' && known.countAtMost < DELIVERIES_MAX)
      if (isDue && !given.has(offset)) problems.push(`${nameOf(place)} does not give out ${offset}, which is due`)
      if (known?.state === 'asked') this.#decide(session, offset, given.has(offset) ? 'due' : 'done')
    }
    await this.#close(session)
  }

  /** What is given out of a partition, and for which time. */
  async given(place: Place): Promise<string> {
    const acquired = await this.#takeAll(await this.#begin(place))
    return acquired.map(({ offset, deliveryCount }) => `${offset} x ${deliveryCount}`).join(', ')
  }

  get isKnown(): boolean {
    return this.#hasBegun || this.#world.model.deliveries.size > 0
  }

  async #takeAll(session: Session): Promise<Acquired[]> {
    const acquired: Acquired[] = []
    for (let fetches = 0; fetches < FETCHES_MAX; fetches++) {
      const found = await this.#fetch(session)
      if (found.length === 0) break
      acquired.push(...found)
    }
    return acquired
  }

  #decide(session: Session, offset: number, state: DeliveryModel['state']): void {
    this.#world.record((model) => void (deliveryIn(model, keyOf(session, offset)).state = state))
  }

  #noteDelivery(session: Session, { offset, deliveryCount }: Acquired): void {
    const { state, countAtLeast, countAtMost } = deliveryIn(this.#world.model, keyOf(session, offset))
    const what = `${nameOf(session.place)} gives out ${offset}`
    if (state === 'done') this.#world.complaints.push(`${what}, which was done with`)
    if (deliveryCount <= countAtLeast || deliveryCount > countAtMost + 1) {
      const range = `${countAtLeast + 1} to ${countAtMost + 1}`
      this.#world.complaints.push(`${what} for the ${deliveryCount}. time, and it is the ${range}.`)
    }
    this.#world.record((model) => {
      const delivery = deliveryIn(model, keyOf(session, offset))
      delivery.countAtMost = Math.max(delivery.countAtMost, deliveryCount)
    })
  }

  async #acknowledge(
    session: Session,
    { offset, deliveryCount }: Acquired,
    acknowledgement: keyof typeof types,
  ): Promise<void> {
    const { client, topicId, place } = session
    const isDone = acknowledgement !== 'release'
    if (isDone) this.#decide(session, offset, 'asked')
    const batch = { firstOffset: offset, lastOffset: offset, acknowledgeTypes: [types[acknowledgement]] }
    const partitions = [{ partitionIndex: place.partition, acknowledgementBatches: [batch] }]
    const answered = await client.ask([ShareAcknowledgeRequest, ShareAcknowledgeResponse, 1], {
      groupId: QUEUE,
      memberId: MEMBER,
      shareSessionEpoch: session.epoch++,
      topics: [{ topicId, partitions }],
    })
    const errorCode = answered.errorCode === 0 ? answered.responses[0]!.partitions[0]!.errorCode : answered.errorCode
    // A share consumer does not ask again: what it could not acknowledge comes once more.
    if (errorCode !== 0) return this.#world.refuseAcknowledgement(`${nameOf(place)} at ${offset}`, errorCode)
    this.#world.record((model) => {
      const delivery = deliveryIn(model, keyOf(session, offset))
      if (isDone) delivery.state = 'done'
      delivery.countAtLeast = Math.max(delivery.countAtLeast, deliveryCount)
    })
  }

  async #begin(place: Place): Promise<Session> {
    const client = this.#world.client(MEMBER)
    const topicId = this.#world.model.topics.get(place.topic)!.id!
    if (!this.#hasBegun) await client.setGroupConfig(QUEUE, 'share.auto.offset.reset', 'earliest')
    this.#hasBegun = true
    const session = { client, topicId, place, epoch: 0 }
    await this.#join(session)
    return session
  }

  /** Whoever is not assigned a partition takes nothing from it: the group may not have begun with it yet. */
  async #join({ client, topicId, place }: Session): Promise<void> {
    const topics = [...this.#world.model.topics].filter(([, { state }]) => state === 'there').map(([name]) => name)
    const request = [ShareGroupHeartbeatRequest, ShareGroupHeartbeatResponse, 1] as const
    const body = { groupId: QUEUE, memberId: MEMBER, memberEpoch: JOINS, subscribedTopicNames: topics }
    await client.retried(`being assigned ${nameOf(place)} in a queue`, async () => {
      await client.findCoordinator(QUEUE, GROUPS)
      const { errorCode, assignment } = await client.ask(request, body)
      const own = assignment?.topicPartitions.find((each) => each.topicId === topicId)?.partitions ?? []
      return { errorCode: errorCode === 0 && !own.includes(place.partition) ? AGAIN : errorCode }
    })
  }

  async #fetch(session: Session): Promise<Acquired[]> {
    let tries = 0
    const { partitions } = await session.client.retried(`ShareFetch of ${nameOf(session.place)}`, async () => {
      // What the group could not begin for want of a disk it tries again when a member is heard of.
      if (tries++ > 0) await this.#join(session)
      const { errorCode, responses } = await this.#ask(session, session.epoch)
      session.epoch = LOST_SESSION.has(errorCode) ? 0 : session.epoch + 1
      const found = responses.flatMap((topic) => topic.partitions)
      const refusal = found.find((each) => each.errorCode !== 0)?.errorCode ?? errorCode
      // What the coordinator of the states cannot write is no error that a consumer has a name for, as in Kafka.
      const isForgiven = this.#world.isForgiving && refusal === Errors.UNKNOWN_SERVER_ERROR.code
      return { errorCode: isForgiven || LOST_SESSION.has(errorCode) ? AGAIN : refusal, partitions: found }
    })
    return partitions.flatMap(({ acquiredRecords }) =>
      acquiredRecords.flatMap(({ firstOffset, lastOffset, deliveryCount }) =>
        Array.from({ length: lastOffset - firstOffset + 1 }, (_, index) => ({
          offset: firstOffset + index,
          deliveryCount,
        })),
      ),
    )
  }

  /** Gives back what the consumer has. */
  async #close(session: Session): Promise<void> {
    await this.#ask(session, CLOSES)
  }

  async #ask({ client, topicId, place }: Session, shareSessionEpoch: number) {
    const partitions = [{ partitionIndex: place.partition, partitionMaxBytes: 0, acknowledgementBatches: [] }]
    return client.ask([ShareFetchRequest, ShareFetchResponse, 1], {
      groupId: QUEUE,
      memberId: MEMBER,
      shareSessionEpoch,
      maxWaitMs: MAX_WAIT_MS,
      minBytes: 1,
      maxBytes: MAX_BYTES,
      maxRecords: 500,
      batchSize: 500,
      topics: shareSessionEpoch === 0 ? [{ topicId, partitions }] : [],
      forgottenTopicsData: [],
    })
  }
}

function keyOf({ topicId, place }: Session, offset: number): string {
  return `${topicId} ${place.partition} ${offset}`
}

function deliveryIn(model: BrokerModel, key: string): DeliveryModel {
  const known = model.deliveries.get(key)
  if (known !== undefined) return known
  const delivery: DeliveryModel = { state: 'due', countAtLeast: 0, countAtMost: 0 }
  model.deliveries.set(key, delivery)
  return delivery
}
