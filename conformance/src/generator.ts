// Histories out of a seed: requests that would be right for the state that earlier answers have shown, of which about
// half have something in them changed. Both brokers get the same as long as they answer the same.
import type { Api } from '@milena/client'
import { Errors } from '@milena/protocol'
import { apis } from './apis.ts'
import { type History, history } from './history.ts'
import { mutate, newRecords } from './mutate.ts'
import type { Random } from './random.ts'
import type { Session } from './session.ts'
import { type State, templates } from './templates.ts'

const stepsOfHistory = 40

/** A history of the given API, or of all of them. */
export function generated(seed: number, api: string | undefined): History {
  const names = Object.keys(templates).filter((name) => api === undefined || name === api)
  const subjects = api === undefined ? Object.values(apis) : Object.values(apis).filter(({ name }) => name === api)
  return history(
    `generated from seed ${seed}`,
    [{ name: api ?? 'generated' }, ...subjects],
    async (session, random) => {
      const state = await prepare(session)
      for (let step = 0; step < stepsOfHistory; step++) {
        // With one API asked for, the others still move the state, seldom.
        const name = random.chance(0.25) ? random.pick(Object.keys(templates)) : random.pick(names)
        await takeStep(session, random, state, name)
      }
    },
  )
}

async function prepare(session: Session): Promise<State> {
  const topics = [
    await session.topic('first', { partitions: 2 }),
    await session.topic('second'),
    await session.topic('compacted', { configs: { 'cleanup.policy': 'compact' } }),
  ]
  return {
    topics,
    groups: [session.name('g1'), session.name('g2')],
    members: [],
    producerIds: [],
    sessionIds: [],
    missing: session.name('missing'),
    generationId: 1,
    sessionEpoch: 1,
    newName: session.name('new'),
    newRecords: (random) => newRecords(random, { ...empty, missing: '' }),
  }
}

const empty = { topics: [], groups: [], members: [], producerIds: [], sessionIds: [] }

async function takeStep(session: Session, random: Random, state: State, name: string): Promise<void> {
  const { api, body } = templates[name]!(random, state)
  const version = session.version(api)
  const changes = random.pick([0, 0, 1, 1, 2])
  for (let change = 0; change < changes; change++) {
    mutate(random, api.request, version, body as Record<string, unknown>, state)
  }
  if ((body as { acks?: number }).acks === 0) return
  const answer = await session.trySend(api as Api, body as never)
  if (answer !== undefined) remember(state, name, answer as Readonly<Record<string, unknown>>)
}

/** What an answer says that later requests build on. */
function remember(state: State, name: string, answer: Readonly<Record<string, unknown>>): void {
  if (name === 'JoinGroup') {
    const { memberId, generationId } = answer as { memberId: string; generationId: number }
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
