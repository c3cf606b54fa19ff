// What histories out of a seed know of a queue, and what they take back of requests of it that cannot be compared.
import { Errors } from '@milena/protocol'
import { apis } from './apis.ts'
import type { Session } from './session.ts'
import type { State } from './template.ts'

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
  /** What a member's session is about. */
  readonly held: Map<string, readonly Partition[]>
  /** Partitions whose state a fetch has had read, by `nameOf`. */
  readonly opened: Set<string>
  /** The one topic, of one partition, of a group that both members join; without it only one of them does. */
  readonly shared: string | undefined
  isConfigured: boolean
  /** A topic that is gone makes Kafka's answers to fetches fail as a whole (differences.md). */
  isOver: boolean
}

/** The names of members are of this history alone: some requests are made in the group without a name. */
export function newQueue(groupId: string, memberIds: readonly string[], shared: string | undefined): Queue {
  return {
    groupId,
    memberIds,
    shared,
    memberEpochs: new Map(),
    sessionEpochs: new Map(),
    acquired: [],
    held: new Map(),
    opened: new Set(),
    isConfigured: false,
    isOver: false,
  }
}

/** Of the request that ends a share session. */
const FINAL_EPOCH = -1

export interface Partition {
  readonly topicId: string
  readonly partition: number
}

/** By which a partition is found. */
export const nameOf = ({ topicId, partition }: Partition): string => `${topicId}-${partition}`

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
  readonly partitions: readonly {
    readonly partitionIndex: number
    readonly acknowledgementBatches: readonly object[]
  }[]
}[]

interface OfQueue {
  memberId: string
  subscribedTopicNames: readonly string[] | null
}

interface OfFetch {
  readonly groupId: string
  readonly memberId: string
  readonly shareSessionEpoch: number
  maxBytes: number
  maxRecords: number
  topics: Named
  forgottenTopicsData: readonly { readonly topicId: string; readonly partitions: readonly number[] }[]
}

function partitionsOf(topics: Named, { withAcknowledgements = false } = {}): Partition[] {
  return topics.flatMap(({ topicId, partitions }) =>
    partitions
      .filter(({ acknowledgementBatches }) => !withAcknowledgements || acknowledgementBatches.length > 0)
      .map(({ partitionIndex }) => ({ topicId, partition: partitionIndex })),
  )
}

/** Takes back what cannot be compared. */
export function keepToQueue(name: string, body: unknown, state: State): void {
  if (name === 'ShareGroupHeartbeat') keepToMembers(body as OfQueue, state)
  if (name === 'ShareFetch') keepToOpened(body as OfFetch, state)
}

/** Who of two gets which of several partitions follows from the hashes of the topics' ids. */
function keepToMembers(body: OfQueue, { queue, topics }: State): void {
  if (!queue.memberIds.includes(body.memberId)) body.memberId = ''
  if (queue.shared === undefined || body.subscribedTopicNames === null) return
  const others = topics.map(({ name }) => name).filter((name) => name !== queue.shared)
  body.subscribedTopicNames = body.subscribedTopicNames.filter((name) => !others.includes(name))
}

/**
 * A fetch of a topic that is not there makes Kafka's answer fail as a whole (differences.md). Of several partitions whose
 * states are read at the same time, Kafka tells of those that come first: several are asked for when each has been asked
 * for by itself, and without a limit, since which of them it hits depends on what Kafka still knows of earlier reads.
 */
function keepToOpened(body: OfFetch, { queue, topics }: State): void {
  for (const topic of body.topics) {
    if (!topics.some(({ id }) => id === topic.topicId)) topic.topicId = topics[0]!.id
  }
  const held = body.shareSessionEpoch === 0 ? [] : (queue.held.get(body.memberId) ?? [])
  const all = [...held, ...partitionsOf(body.topics)]
  if (new Set(all.map((each) => nameOf(each))).size <= 1) return
  if (body.groupId === queue.groupId && all.every((each) => queue.opened.has(nameOf(each)))) {
    body.maxRecords = 500
    body.maxBytes = 1 << 20
    return
  }
  const first = body.topics.find(({ partitions }) => partitions.length > 0)
  const one = first === undefined ? held[0]! : partitionsOf([first])[0]!
  const partitions = first?.partitions ?? [{ partitionIndex: one.partition, acknowledgementBatches: [] }]
  body.topics = [
    { topicId: one.topicId, partitions: partitions.filter(({ partitionIndex }) => partitionIndex === one.partition) },
  ]
  const others = held.filter((each) => nameOf(each) !== nameOf(one))
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

/** Nor when the topic that two members share has several partitions. */
export function noteNewPartitions(
  { queue }: State,
  { results }: { readonly results: readonly { readonly name: string; readonly errorCode: number }[] },
): void {
  if (results.some(({ name, errorCode }) => name === queue.shared && errorCode === Errors.NONE.code))
    queue.isOver = true
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
  readonly forgottenTopicsData?: readonly { readonly topicId: string; readonly partitions: readonly number[] }[]
  readonly topics: Named
}

interface Given {
  readonly errorCode: number
  readonly responses: readonly {
    readonly topicId: string
    readonly partitions: readonly {
      readonly partitionIndex: number
      readonly errorCode: number
      readonly acquiredRecords?: readonly { readonly firstOffset: number; readonly lastOffset: number }[]
    }[]
  }[]
}

/** What ShareFetch and ShareAcknowledge say of a member's session and of what it holds. */
export function rememberShare({ queue, topics }: State, answer: Given, body: Spoken, isFetch: boolean): void {
  const { memberId, shareSessionEpoch } = body
  if (answer.errorCode !== Errors.NONE.code || memberId === null) return
  queue.sessionEpochs.set(memberId, shareSessionEpoch === FINAL_EPOCH ? 0 : shareSessionEpoch + 1)
  if (shareSessionEpoch === FINAL_EPOCH) queue.held.delete(memberId)
  else if (isFetch) queue.held.set(memberId, heldAfter(queue, memberId, body))
  // What a member that goes had of several partitions comes back one after the other.
  const goesBack = queue.acquired.filter((each) => each.memberId === memberId && shareSessionEpoch === FINAL_EPOCH)
  for (const each of goesBack) queue.opened.delete(nameOf(each))
  const spokenOf = new Set(partitionsOf(body.topics, { withAcknowledgements: true }).map((each) => nameOf(each)))
  queue.acquired = queue.acquired.filter((each) => each.memberId !== memberId || !spokenOf.has(nameOf(each)))
  const placeOf = (topicId: string): number => topics.findIndex(({ id }) => id === topicId)
  for (const { topicId, partitions } of answer.responses.toSorted((a, b) => placeOf(a.topicId) - placeOf(b.topicId))) {
    for (const each of partitions.toSorted((a, b) => a.partitionIndex - b.partitionIndex)) {
      const place = { topicId, partition: each.partitionIndex }
      if (each.errorCode !== Errors.NONE.code) queue.opened.delete(nameOf(place))
      else if (isFetch) queue.opened.add(nameOf(place))
      for (const { firstOffset, lastOffset } of each.acquiredRecords ?? []) {
        queue.acquired.push({ memberId, ...place, firstOffset, lastOffset })
      }
    }
  }
}

/** What the session of a member is about after a fetch. */
function heldAfter({ held }: Queue, memberId: string, body: Spoken): Partition[] {
  const named = partitionsOf(body.topics)
  if (body.shareSessionEpoch === 0) return named
  const forgotten = (body.forgottenTopicsData ?? []).flatMap(({ topicId, partitions }) =>
    partitions.map((partition) => nameOf({ topicId, partition })),
  )
  const all = new Map([...(held.get(memberId) ?? []), ...named].map((each) => [nameOf(each), each]))
  for (const name of forgotten) all.delete(name)
  return [...all.values()]
}

/** These change the state of partitions, which has to be read again. */
const changingState = new Set(['AlterShareGroupOffsets', 'DeleteShareGroupOffsets', 'DeleteGroups'])

export function noteChanges({ queue }: State, api: string): void {
  if (changingState.has(api) || api.endsWith('ShareGroupState')) queue.opened.clear()
}
