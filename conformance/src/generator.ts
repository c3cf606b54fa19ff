// Histories out of a seed: requests that would be right for the state that earlier answers have shown, of which about
// half have something in them changed. Both brokers get the same as long as they answer the same.
import type { Api } from '@milena/client'
import { Errors } from '@milena/protocol'
import { apis } from './apis.ts'
import { type History, history } from './history.ts'
import { mutate, newRecords } from './mutate.ts'
import {
  configureQueue,
  keepToQueue,
  newQueue,
  noteChanges,
  noteDeletions,
  noteNewPartitions,
  rememberShare,
  settleQueue,
} from './queue.ts'
import type { Random } from './random.ts'
import type { SendOptions, Session } from './session.ts'
import type { State } from './template.ts'
import { queueTemplates, stepsOfQueue } from './templates-queues.ts'
import { templates } from './templates.ts'

const stepsOfHistory = 40
/** Of the histories that are of no single API, those that are about a queue: it takes many steps to be in use. */
const aboutQueues = 0.2

/** A history of the given API, or of all of them. */
export function generated(seed: number, api: string | undefined): History {
  const all = Object.keys(templates)
  const names = all.filter((name) => api === undefined || name.split(' ')[0] === api)
  const subjects = api === undefined ? Object.values(apis) : Object.values(apis).filter(({ name }) => name === api)
  return history(
    `generated from seed ${seed}`,
    [{ name: api ?? 'generated' }, ...subjects],
    async (session, random) => {
      const state = await prepare(session, random)
      const most = api === undefined && random.chance(aboutQueues) ? stepsOfQueue : names
      for (let step = 0; step < stepsOfHistory; step++) {
        // With one API asked for, the others still move the state, seldom.
        const name = random.chance(0.25) || most.length === 0 ? random.pick(all) : random.pick(most)
        await takeStep(session, random, state, name)
      }
    },
  )
}

async function prepare(session: Session, random: Random): Promise<State> {
  // A fetch ends where its first segment does: records of 2001 and markers of today are to lie in one.
  const configs = { 'segment.ms': `${2n ** 63n - 1n}` }
  const topics = [
    await session.topic('first', { partitions: 2, configs }),
    await session.topic('second', { configs }),
    await session.topic('compacted', { configs: { ...configs, 'cleanup.policy': 'compact' } }),
  ]
  return {
    topics,
    groups: [session.name('g1'), session.name('g2')],
    otherGroups: [session.name('c1'), session.name('s1'), session.name('q1')],
    members: [],
    producerIds: [],
    sessionIds: [],
    missing: session.name('missing'),
    transactional: ['t1', 't2'].map((name) => ({
      transactionalId: session.name(name),
      producerId: -1,
      producerEpoch: -1,
      sequences: new Map(),
    })),
    consumerGroup: session.name('c1'),
    consumers: ['aaaaaaaaaaaaaaaaaaaaaA', 'bbbbbbbbbbbbbbbbbbbbbA'],
    memberEpochs: new Map(),
    shareGroup: session.name('s1'),
    queue: newQueue(
      session.name('q1'),
      [session.name('m1'), session.name('m2')],
      random.chance(0.5) ? random.pick(topics.slice(1)).name : undefined,
    ),
    generationId: 1,
    sessionEpoch: 1,
    newName: session.name('new'),
    newRecords: (random) => newRecords(random, { ...empty, missing: '' }),
  }
}

const empty = {
  topics: [],
  groups: [],
  otherGroups: [],
  members: [],
  producerIds: [],
  sessionIds: [],
  transactional: [],
}

async function takeStep(session: Session, random: Random, state: State, name: string): Promise<void> {
  const { api, body } = templates[name]!(random, state)
  // What only one of the brokers has is no step of the history.
  if (!session.speaks(api)) return
  const version = session.version(api)
  const changes = random.pick([0, 0, 1, 1, 2])
  for (let change = 0; change < changes; change++) {
    mutate(random, api.request, version, body as Record<string, unknown>, state)
  }
  if ((body as { acks?: number }).acks === 0) return
  // Version 0 cannot only look.
  if (api.name === 'UpdateFeatures' && version === 0) return
  makeHarmless(body as Harmful)
  if (api.name === 'JoinGroup') keepToNames(body as Joining, state)
  if (name in queueTemplates) {
    if (state.queue.isOver) return
    keepToQueue(name, body, state)
    await configureQueue(session, state)
  }
  const answer = await session.trySend(api as Api, body as never, connectionOf(body as Partial<OfMember>, state))
  if (answer === undefined) return
  const spoken = body as Readonly<Record<string, unknown>>
  remember(state, api.name, answer as Readonly<Record<string, unknown>>, spoken)
  if (ending.has(api.name)) await awaitEnd(session, state)
  if (name === 'DeleteTopics') noteDeletions(state, answer as never)
  if (name === 'CreatePartitions') noteNewPartitions(state, answer as never)
  noteChanges(state, name)
  if ((body as { groupId?: string }).groupId !== state.queue.groupId) return
  const isFetch = name === 'ShareFetch'
  if (isFetch || name === 'ShareAcknowledge') rememberShare(state, answer as never, body as never, isFetch)
  if (name === 'ShareGroupHeartbeat') await followHeartbeat(session, state, answer as never, body as never)
}

interface OfMember {
  readonly memberId: string
}

/** A connection has one share session. */
function connectionOf({ memberId }: Partial<OfMember>, { queue }: State): SendOptions {
  return memberId !== undefined && queue.memberIds.includes(memberId) ? { connection: memberId } : {}
}

async function followHeartbeat(
  session: Session,
  state: State,
  answer: { readonly errorCode: number; readonly memberId: string; readonly memberEpoch: number },
  { subscribedTopicNames }: { readonly subscribedTopicNames: readonly string[] | null },
): Promise<void> {
  if (answer.errorCode !== Errors.NONE.code) return
  state.queue.memberEpochs.set(answer.memberId, Math.max(0, answer.memberEpoch))
  await settleQueue(session, state, answer.memberId, { hasSubscribed: subscribedTopicNames !== null })
}

interface Harmful {
  protocols?: readonly { readonly name: string }[] | null
  readonly shareSessionEpoch?: number
  maxWaitMs?: number
  validateOnly?: boolean
  readonly featureUpdates?: unknown
  readonly resources?: readonly { readonly resourceType: number }[]
}

/**
 * The config of the broker itself is shared by all histories, and is only looked at. What a share fetch finds without
 * waiting depends on whether the partition's state has been read.
 */
function makeHarmless(body: Harmful): void {
  if (body.shareSessionEpoch !== undefined && body.maxWaitMs !== undefined) body.maxWaitMs = 500
  if (body.featureUpdates !== undefined) body.validateOnly = true
  // One protocol named twice makes Kafka's coordinator throw (differences.md).
  if (body.protocols) body.protocols = [...new Map(body.protocols.map((each) => [each.name, each])).values()]
  if (body.validateOnly === false && body.resources?.some(({ resourceType }) => resourceType === 4) === true)
    body.validateOnly = true
}

interface Joining {
  readonly memberId: string
  readonly groupInstanceId: string | null
  protocols: readonly { readonly name: string; readonly metadata: Uint8Array }[]
}

/**
 * Who gets a partition that is free follows from the hashes of the members' ids, which must be no invented ones: only
 * members that have a name of this history bring a subscription that can be read.
 */
function keepToNames(body: Joining, { consumers }: State): void {
  if (consumers.includes(body.memberId)) return
  body.protocols = body.protocols.map((each) => ({ ...each, metadata: each.metadata.subarray(0, 2) }))
}

/** After these a transaction may be about to end. */
const ending = new Set(['EndTxn', 'InitProducerId'])

async function awaitEnd(session: Session, { transactional }: State): Promise<void> {
  if (!session.speaks(apis.describeTransactions)) return
  await session.until(
    apis.describeTransactions,
    { transactionalIds: transactional.map(({ transactionalId }) => transactionalId) },
    ({ transactionStates }) => !transactionStates.some((each) => each.transactionState.startsWith('Prepare')),
  )
}

/** What an answer says that later requests build on. */
function remember(
  state: State,
  name: string,
  answer: Readonly<Record<string, unknown>>,
  body: Readonly<Record<string, unknown>>,
): void {
  if (name === 'InitProducerId' || name === 'EndTxn') rememberProducer(state, answer, body)
  if (name === 'ConsumerGroupHeartbeat' && answer.errorCode === Errors.NONE.code) {
    state.memberEpochs.set(answer.memberId as string, Math.max(0, answer.memberEpoch as number))
  }
  if (name === 'JoinGroup') {
    const { memberId, generationId } = answer as { memberId: string; generationId: number }
    if (state.consumers.includes(memberId)) {
      if (generationId > 0) state.memberEpochs.set(memberId, generationId)
      return
    }
    if (memberId !== '' && !state.members.includes(memberId)) state.members.push(memberId)
    if (generationId > 0) state.generationId = generationId
  }
  if (name === 'InitProducerId' && answer.errorCode === Errors.NONE.code) {
    state.producerIds.push(answer.producerId as number)
  }
  if (name === 'Fetch' && typeof answer.sessionId === 'number' && answer.sessionId > 0) {
    if (!state.sessionIds.includes(answer.sessionId)) {
      state.sessionIds.push(answer.sessionId)
      state.sessionEpoch = 1
    } else if (answer.errorCode === Errors.NONE.code) state.sessionEpoch++
  }
}

function rememberProducer(
  { transactional }: State,
  answer: Readonly<Record<string, unknown>>,
  body: Readonly<Record<string, unknown>>,
): void {
  const known = transactional.find(({ transactionalId }) => transactionalId === body.transactionalId)
  const producerId = answer.producerId as number | undefined
  if (known === undefined || answer.errorCode !== Errors.NONE.code || producerId === undefined || producerId < 0) return
  known.producerId = producerId
  known.producerEpoch = answer.producerEpoch as number
  known.sequences.clear()
}
