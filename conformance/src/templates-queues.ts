// Requests of members that share the records of a partition (KIP-932): one group, two members, each on a connection of
// its own.
import { Errors } from '@milena/protocol'
import { apis } from './apis.ts'
import type { Random } from './random.ts'
import type { Session } from './session.ts'
import { made, type State, type Template } from './template.ts'

/** Records that a member was given and has not spoken of since. */
export interface Acquired {
  readonly memberId: string
  readonly topicId: string
  readonly partition: number
  readonly firstOffset: number
  readonly lastOffset: number
}

/** What answers have shown of the group. */
export interface Queue {
  readonly groupId: string
  readonly memberIds: readonly string[]
  readonly memberEpochs: Map<string, number>
  /** The epoch that a member's session is asked for next. */
  readonly sessionEpochs: Map<string, number>
  acquired: Acquired[]
  /** What a member's session is about: one partition at a time. */
  readonly held: Map<string, readonly Partition[]>
  isConfigured: boolean
  /** A topic that is gone makes Kafka's answers to fetches fail as a whole (differences.md). */
  isOver: boolean
}

/** The names of members are of this history alone: some requests are made in the group without a name. */
export function newQueue(groupId: string, memberIds: readonly string[]): Queue {
  return {
    groupId,
    memberIds,
    memberEpochs: new Map(),
    sessionEpochs: new Map(),
    acquired: [],
    held: new Map(),
    isConfigured: false,
    isOver: false,
  }
}

const ACCEPT = 1
const RELEASE = 2
const REJECT = 3
const RENEW = 4

interface Partition {
  readonly topicId: string
  readonly partition: number
}

function asked(topicId: string, partitionIndex: number, acquired: readonly Acquired[], type: number) {
  const acknowledgementBatches = acquired.map(({ firstOffset, lastOffset }) => ({
    firstOffset,
    lastOffset,
    acknowledgeTypes: [type],
  }))
  return [{ topicId, partitions: [{ partitionIndex, partitionMaxBytes: 1 << 20, acknowledgementBatches }] }]
}

/** Some of what the member was given, in the order of its offsets and of one partition. */
function givenTo(
  random: Random,
  { acquired }: Queue,
  memberId: string,
): { place: Partition; batches: Acquired[] } | undefined {
  const own = acquired.filter((each) => each.memberId === memberId)
  if (own.length === 0) return undefined
  const place = random.pick(own)
  const batches = own.filter(({ topicId, partition }) => topicId === place.topicId && partition === place.partition)
  return { place, batches: batches.toSorted((a, b) => a.firstOffset - b.firstOffset) }
}

export const queueTemplates: Readonly<Record<string, Template>> = {
  ShareGroupHeartbeat: (random, { queue, topics }) => {
    // Which of two members gets which partition follows from the hash of the topic's id.
    const joined = queue.memberIds.find((id) => (queue.memberEpochs.get(id) ?? 0) > 0)
    const memberId = joined ?? random.pick(queue.memberIds)
    const memberEpoch = random.chance(0.2) ? 0 : (queue.memberEpochs.get(memberId) ?? 0)
    const names = random.chance(0.3) ? topics.map(({ name }) => name) : [random.pick(topics).name]
    return made(apis.shareGroupHeartbeat, {
      groupId: queue.groupId,
      memberId,
      memberEpoch: random.chance(0.15) ? -1 : memberEpoch,
      rackId: null,
      subscribedTopicNames: memberEpoch === 0 || random.chance(0.2) ? names : null,
    })
  },
  ShareFetch: (random, { queue, topics }) => {
    const memberId = random.pick(queue.memberIds)
    const shareSessionEpoch = queue.sessionEpochs.get(memberId) ?? 0
    const given = shareSessionEpoch > 0 && random.chance(0.4) ? givenTo(random, queue, memberId) : undefined
    const topicId = given?.place.topicId ?? random.pick(topics).id
    const partition = given?.place.partition ?? (random.chance(0.8) ? 0 : 1)
    const isSilent = shareSessionEpoch > 0 && given === undefined && random.chance(0.5)
    const type = random.pick([ACCEPT, ACCEPT, RELEASE, REJECT])
    return made(apis.shareFetch, {
      groupId: queue.groupId,
      memberId,
      shareSessionEpoch: shareSessionEpoch > 0 && random.chance(0.05) ? -1 : shareSessionEpoch,
      maxWaitMs: 500,
      minBytes: 1,
      maxBytes: 1 << 20,
      maxRecords: random.pick([500, 500, 1, 2]),
      batchSize: 500,
      shareAcquireMode: 0,
      isRenewAck: false,
      topics: isSilent ? [] : (asked(topicId, partition, given?.batches ?? [], type) as never),
      forgottenTopicsData: random.chance(0.1) ? [{ topicId: random.pick(topics).id, partitions: [0] }] : [],
    })
  },
  ShareAcknowledge: (random, { queue, topics }) => {
    const memberId = random.pick(queue.memberIds)
    const given = givenTo(random, queue, memberId)
    const type = random.pick([ACCEPT, ACCEPT, RELEASE, REJECT, RENEW])
    const nothing = { memberId, topicId: random.pick(topics).id, partition: 0, firstOffset: 0, lastOffset: 0 }
    const { topicId, partition } = given?.place ?? nothing
    return made(apis.shareAcknowledge, {
      groupId: queue.groupId,
      memberId,
      shareSessionEpoch: queue.sessionEpochs.get(memberId) ?? 1,
      isRenewAck: type === RENEW,
      topics: asked(topicId, partition, given?.batches ?? [nothing], type) as never,
    })
  },
  AlterShareGroupOffsets: (random, state) => {
    const partitions = [{ partitionIndex: random.below(2), startOffset: random.below(4) }]
    return made(apis.alterShareGroupOffsets, {
      groupId: random.pick([state.queue.groupId, state.queue.groupId, state.missing, state.groups[0]!]),
      topics: [{ topicName: random.pick(state.topics).name, partitions }],
    })
  },
}

/** What moves a queue on, for histories that are about one. */
export const stepsOfQueue = [
  ...Object.keys(queueTemplates),
  'ShareFetch',
  'ShareAcknowledge',
  'Produce',
  'ShareGroupDescribe',
  'DescribeShareGroupOffsets',
  'DeleteShareGroupOffsets',
]

/** The group begins with the oldest records, as soon as anything is asked of it. */
export async function configureQueue(session: Session, { queue }: State): Promise<void> {
  if (queue.isConfigured || !session.speaks(apis.shareGroupHeartbeat)) return
  queue.isConfigured = true
  const configs = [{ name: 'share.auto.offset.reset', configOperation: 0, value: 'earliest' }]
  const resources = [{ resourceType: 32, resourceName: queue.groupId, configs }]
  const version = session.latest(apis.incrementalAlterConfigs)
  await session.trySend(apis.incrementalAlterConfigs, { resources, validateOnly: false }, { version })
}

type Named = readonly {
  topicId: string
  partitions: readonly { readonly partitionIndex: number }[]
}[]

interface OfQueue {
  memberId: string
  topics: Named
  forgottenTopicsData: unknown
}

/**
 * Takes back what cannot be compared: who joins as a second member gets the partitions that the hash of their topic's id
 * gives it; a fetch of a topic that is not there makes Kafka's answer fail as a whole (differences.md); and of several
 * partitions of a session whose states are read at the same time, Kafka tells of those that come first.
 */
export function keepToQueue(name: string, body: OfQueue, { queue, topics }: State): void {
  if (name === 'ShareGroupHeartbeat' && !queue.memberIds.includes(body.memberId)) body.memberId = ''
  if (name !== 'ShareFetch') return
  for (const topic of body.topics) {
    if (!topics.some(({ id }) => id === topic.topicId)) topic.topicId = topics[0]!.id
  }
  const first = body.topics.find(({ partitions }) => partitions.length > 0)
  if (first === undefined) return
  const { partitionIndex } = first.partitions[0]!
  first.partitions = first.partitions.filter((each) => each.partitionIndex === partitionIndex)
  body.topics = [first]
  const others = (queue.held.get(body.memberId) ?? []).filter(
    (held) => held.topicId !== first.topicId || held.partition !== partitionIndex,
  )
  body.forgottenTopicsData = others.map(({ topicId, partition }) => ({ topicId, partitions: [partition] }))
}

/** Sees to it that nothing is asked of the queue when one of its topics is gone. */
export function noteDeletions(
  { queue, topics }: State,
  { responses }: { readonly responses: readonly { readonly name: string | null; readonly errorCode: number }[] },
): void {
  const isGone = ({ name, errorCode }: { readonly name: string | null; readonly errorCode: number }): boolean =>
    errorCode === Errors.NONE.code && topics.some((topic) => topic.name === name)
  if (responses.some(isGone)) queue.isOver = true
}

const pauseMs = 50

/**
 * The first heartbeat after a change has the state of partitions begun, in the background; one of the next gives them
 * out. Only the last of those that follow is noted.
 */
export async function settleQueue(
  session: Session,
  { queue }: State,
  memberId: string,
  { hasSubscribed }: { readonly hasSubscribed: boolean },
): Promise<void> {
  const begun = session.transcript.length
  for (let beat = 0; beat < (hasSubscribed ? 8 : 2); beat++) {
    const memberEpoch = queue.memberEpochs.get(memberId) ?? 0
    if (memberEpoch <= 0) return
    await new Promise((resolve) => setTimeout(resolve, pauseMs))
    session.transcript.length = begun
    const { groupId } = queue
    const body = { groupId, memberId, memberEpoch, rackId: null, subscribedTopicNames: null }
    const answer = await session.trySend(apis.shareGroupHeartbeat, body, { connection: memberId })
    if (answer?.errorCode !== Errors.NONE.code) return
    queue.memberEpochs.set(memberId, answer.memberEpoch)
    if ((answer.assignment?.topicPartitions.length ?? 0) > 0) return
  }
}

interface Spoken {
  readonly memberId: string | null
  readonly shareSessionEpoch: number
  readonly topics: readonly {
    readonly topicId: string
    readonly partitions: readonly {
      readonly partitionIndex: number
      readonly acknowledgementBatches: readonly object[]
    }[]
  }[]
}

interface Given {
  readonly errorCode: number
  readonly responses: readonly {
    readonly topicId: string
    readonly partitions: readonly {
      readonly partitionIndex: number
      readonly acquiredRecords?: readonly { readonly firstOffset: number; readonly lastOffset: number }[]
    }[]
  }[]
}

/** What ShareFetch and ShareAcknowledge say of a member's session and of what it holds. */
export function rememberShare(
  { queue }: State,
  answer: Given,
  { memberId, shareSessionEpoch, topics }: Spoken,
  isFetch: boolean,
): void {
  if (answer.errorCode !== Errors.NONE.code || memberId === null) return
  queue.sessionEpochs.set(memberId, shareSessionEpoch === -1 ? 0 : shareSessionEpoch + 1)
  const named = topics.flatMap(({ topicId, partitions }) =>
    partitions.map(({ partitionIndex: partition }) => ({ topicId, partition })),
  )
  if (isFetch && (named.length > 0 || shareSessionEpoch === 0)) queue.held.set(memberId, named)
  const isSpokenOf = (held: Acquired): boolean =>
    topics.some(
      ({ topicId, partitions }) =>
        topicId === held.topicId &&
        partitions.some((each) => each.partitionIndex === held.partition && each.acknowledgementBatches.length > 0),
    )
  queue.acquired = queue.acquired.filter((held) => held.memberId !== memberId || !isSpokenOf(held))
  for (const { topicId, partitions } of answer.responses) {
    for (const { partitionIndex: partition, acquiredRecords = [] } of partitions) {
      for (const { firstOffset, lastOffset } of acquiredRecords) {
        queue.acquired.push({ memberId, topicId, partition, firstOffset, lastOffset })
      }
    }
  }
}
