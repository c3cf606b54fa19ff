import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Errors, FetchRequest, FetchResponse, ProduceRequest, ProduceResponse } from '@milena/protocol'
import type { Input } from '@milena/protocol'
import { TestBroker } from '../testing/test-broker.ts'
import { batchOf, createTopic, fetchBody, produceBody, valuesIn } from '../testing/topics.ts'
import type { WireClient } from '../testing/wire-client.ts'

type Fetch = Input<typeof FetchRequest>

function fetch(client: WireClient, body: Fetch, version = 12): Promise<FetchResponse> {
  return client.send(FetchRequest, FetchResponse, version, body)
}

/** A request that names nothing new. */
function next(sessionId: number, sessionEpoch: number, options: Partial<Fetch> = {}): Fetch {
  return { maxWaitMs: 0, minBytes: 1, topics: [], sessionId, sessionEpoch, ...options }
}

async function produceTo(client: WireClient, index: number, value: string): Promise<void> {
  const body = produceBody('events', [{ index, records: batchOf([value]) }])
  await client.send(ProduceRequest, ProduceResponse, 9, body)
}

function partitionsIn({ responses }: FetchResponse): [number, string[]][] {
  return responses.flatMap(({ partitions }) =>
    partitions.map(({ partitionIndex, records }): [number, string[]] => [partitionIndex, valuesIn(records)]),
  )
}

async function openSession(client: WireClient, partitions: number): Promise<number> {
  const named = Array.from({ length: partitions }, (_, partition) => ({ partition, fetchOffset: 0 }))
  const opened = await fetch(client, fetchBody('events', named, { sessionId: 0, sessionEpoch: 0 }))
  assert.equal(opened.errorCode, 0)
  assert.equal(partitionsIn(opened).length, partitions, 'the first answer tells of everything')
  assert.ok(opened.sessionId > 0)
  return opened.sessionId
}

test('a session is told what is new, and nothing twice', async () => {
  await using broker = await TestBroker.start()
  const client = await broker.connect()
  await createTopic(client, 'events', { partitions: 3 })
  const id = await openSession(client, 3)
  assert.deepEqual(partitionsIn(await fetch(client, next(id, 1))), [])
  await produceTo(client, 1, 'news')
  assert.deepEqual(partitionsIn(await fetch(client, next(id, 2))), [[1, ['news']]])
  // Until the consumer says that it has gone on, it is given the same data.
  assert.deepEqual(partitionsIn(await fetch(client, next(id, 3))), [[1, ['news']]])
  const goneOn = { topics: fetchBody('events', [{ partition: 1, fetchOffset: 1 }]).topics }
  assert.deepEqual(partitionsIn(await fetch(client, next(id, 4, goneOn))), [])
})

test('partitions are forgotten and added', async () => {
  await using broker = await TestBroker.start()
  const client = await broker.connect()
  await createTopic(client, 'events', { partitions: 3 })
  const id = await openSession(client, 2)
  for (const index of [0, 1, 2]) await produceTo(client, index, `p${index}`)
  const change = {
    topics: fetchBody('events', [{ partition: 2, fetchOffset: 0 }]).topics,
    forgottenTopicsData: [{ topic: 'events', partitions: [0] }],
  }
  assert.deepEqual(partitionsIn(await fetch(client, next(id, 1, change))), [
    [1, ['p1']],
    [2, ['p2']],
  ])
})

test('partitions that gave data are served last', async () => {
  await using broker = await TestBroker.start()
  const client = await broker.connect()
  await createTopic(client, 'events', { partitions: 2 })
  const id = await openSession(client, 2)
  for (const index of [0, 1]) await produceTo(client, index, `p${index}`)
  const tight = { maxBytes: 1 }
  assert.deepEqual(partitionsIn(await fetch(client, next(id, 1, tight))), [
    [0, ['p0']],
    [1, []],
  ])
  assert.deepEqual(partitionsIn(await fetch(client, next(id, 2, tight))), [[1, ['p1']]])
})

test('a wrong epoch, an unknown session, and the end of one', async () => {
  await using broker = await TestBroker.start()
  const client = await broker.connect()
  await createTopic(client, 'events')
  const id = await openSession(client, 1)
  assert.equal((await fetch(client, next(id, 7))).errorCode, Errors.INVALID_FETCH_SESSION_EPOCH.code)
  assert.equal((await fetch(client, next(id + 1, 1))).errorCode, Errors.FETCH_SESSION_ID_NOT_FOUND.code)
  const closing = fetchBody('events', [{ fetchOffset: 0 }], { sessionId: id, sessionEpoch: -1 })
  assert.equal((await fetch(client, closing)).sessionId, 0)
  assert.equal((await fetch(client, next(id, 1))).errorCode, Errors.FETCH_SESSION_ID_NOT_FOUND.code)
})

test('sessions by name and by id do not mix', async () => {
  await using broker = await TestBroker.start()
  const client = await broker.connect()
  await createTopic(client, 'events')
  const id = await openSession(client, 1)
  assert.equal((await fetch(client, next(id, 1), 13)).errorCode, Errors.FETCH_SESSION_TOPIC_ID_ERROR.code)
})

test('an error is told again and again, and the recovery from it once', async () => {
  await using broker = await TestBroker.start()
  const client = await broker.connect()
  await createTopic(client, 'events')
  const beyond = [{ fetchOffset: 1 }]
  const opened = await fetch(client, fetchBody('events', beyond, { sessionId: 0, sessionEpoch: 0 }))
  const id = opened.sessionId
  const code = ({ responses }: FetchResponse): number | undefined => responses[0]?.partitions[0]?.errorCode
  assert.equal(code(opened), Errors.OFFSET_OUT_OF_RANGE.code)
  assert.equal(code(await fetch(client, next(id, 1))), Errors.OFFSET_OUT_OF_RANGE.code)
  const back = { topics: fetchBody('events', [{ fetchOffset: 0 }]).topics }
  assert.equal(code(await fetch(client, next(id, 2, back))), 0)
  assert.equal(code(await fetch(client, next(id, 3))), undefined)
})

test('without a slot there is no session, and everything still works', async () => {
  await using broker = await TestBroker.start({ properties: { 'max.incremental.fetch.session.cache.slots': '1' } })
  const client = await broker.connect()
  await createTopic(client, 'events')
  const body = fetchBody('events', [{ fetchOffset: 0 }], { sessionId: 0, sessionEpoch: 0 })
  assert.ok((await fetch(client, body)).sessionId > 0)
  const second = await fetch(client, body)
  assert.equal(second.sessionId, 0)
  assert.equal(partitionsIn(second).length, 1)
})

test('a session may begin with no partitions', async () => {
  await using broker = await TestBroker.start()
  const client = await broker.connect()
  await createTopic(client, 'events')
  const { sessionId } = await fetch(client, next(0, 0))
  assert.ok(sessionId > 0)
  const named = { topics: fetchBody('events', [{ fetchOffset: 0 }]).topics }
  assert.deepEqual(partitionsIn(await fetch(client, next(sessionId, 1, named))), [[0, []]])
})
