import assert from 'node:assert/strict'
import { once } from 'node:events'
import net from 'node:net'
import { test } from 'node:test'
import {
  CreatePartitionsRequest,
  CreatePartitionsResponse,
  CreateTopicsRequest,
  CreateTopicsResponse,
  DeleteTopicsRequest,
  DeleteTopicsResponse,
  Errors,
  FetchRequest,
  FetchResponse,
  IncrementalAlterConfigsRequest,
  IncrementalAlterConfigsResponse,
  MetadataRequest,
  MetadataResponse,
  ProduceRequest,
  ProduceResponse,
} from '@milena/protocol'
import { ManualClock } from '@milena/runtime'
import { setQuota } from '../testing/client-quotas.ts'
import { TestBroker } from '../testing/test-broker.ts'
import { batchOf, createTopic, fetchBody, produceBody, valuesIn } from '../testing/topics.ts'
import type { WireClient } from '../testing/wire-client.ts'

async function start() {
  const clock = new ManualClock(Date.now())
  const broker = await TestBroker.start({ clock })
  const admin = await broker.connect('admin')
  await createTopic(admin, 'events', { partitions: 1 })
  return { broker, clock, admin }
}

function metadata(client: WireClient): Promise<MetadataResponse> {
  return client.send(MetadataRequest, MetadataResponse, 9, { topics: [] })
}

/** Whether an answer came by the time that another client's question has been answered, sent later. */
async function hasArrived(answer: Promise<unknown>, other: WireClient): Promise<boolean> {
  let arrived = false
  void answer.then(() => (arrived = true))
  for (let turn = 0; turn < 3; turn++) await metadata(other)
  return arrived
}

test('a producer over its quota is answered at once, told how long to wait, and not read for so long', async () => {
  const { broker, clock, admin } = await start()
  await using _ = broker
  await setQuota(admin, { 'client-id': 'greedy' }, 'producer_byte_rate', 1000)
  const greedy = await broker.connect('greedy')
  const modest = await broker.connect('modest')
  const produce = (client: WireClient) => {
    const body = produceBody('events', [{ index: 0, records: batchOf(['x'.repeat(20_000)]) }])
    return client.send(ProduceRequest, ProduceResponse, 9, body)
  }
  const first = await produce(greedy)
  assert.equal(first.responses[0]!.partitionResponses[0]!.errorCode, 0)
  // 20 KB and a little, at 1 KB a second over eleven windows of which one is not full.
  assert.ok(first.throttleTimeMs > 9_900 && first.throttleTimeMs < 11_000, String(first.throttleTimeMs))
  const waiting = metadata(greedy)
  assert.equal(await hasArrived(waiting, modest), false)
  assert.equal((await produce(modest)).throttleTimeMs, 0)
  clock.advance(first.throttleTimeMs - 1)
  assert.equal(await hasArrived(waiting, modest), false)
  clock.advance(1)
  await waiting
  await setQuota(admin, { 'client-id': 'greedy' }, 'producer_byte_rate', null)
  assert.equal((await produce(greedy)).throttleTimeMs, 0)
})

test('a producer with acks=0 is made to wait, too', async () => {
  const { broker, clock, admin } = await start()
  await using _ = broker
  await setQuota(admin, { user: 'ANONYMOUS', 'client-id': null }, 'producer_byte_rate', 1000)
  const greedy = await broker.connect('greedy')
  const body = produceBody('events', [{ index: 0, records: batchOf(['x'.repeat(20_000)]) }], { acks: 0 })
  greedy.sendUnanswered(ProduceRequest, 9, body)
  const waiting = metadata(greedy)
  assert.equal(await hasArrived(waiting, admin), false)
  clock.advance(12_000)
  await waiting
})

test('a consumer over its quota gets nothing until its time has come', async () => {
  const { broker, clock, admin } = await start()
  await using _ = broker
  const large = batchOf(['x'.repeat(30_000)])
  await admin.send(ProduceRequest, ProduceResponse, 9, produceBody('events', [{ index: 0, records: large }]))
  await setQuota(admin, { 'client-id': null }, 'consumer_byte_rate', 2000)
  const greedy = await broker.connect('greedy')
  const body = fetchBody('events', [{ fetchOffset: 0 }])
  const fetch = () => greedy.send(FetchRequest, FetchResponse, 12, body)
  const refused = await fetch()
  assert.deepEqual([refused.errorCode, refused.sessionId, refused.responses], [0, 0, []])
  assert.ok(refused.throttleTimeMs > 4_900 && refused.throttleTimeMs < 6_000, String(refused.throttleTimeMs))
  await setQuota(admin, { 'client-id': 'greedy' }, 'consumer_byte_rate', 1e9)
  const waiting = fetch()
  clock.advance(refused.throttleTimeMs)
  const { throttleTimeMs, responses } = await waiting
  assert.equal(throttleTimeMs, 0)
  assert.equal(valuesIn(responses[0]!.partitions[0]!.records)[0]!.length, 30_000)
})

test('changes of topics beyond the quota are refused from the versions on that know it, and else delayed', async () => {
  const { broker, clock, admin } = await start()
  await using _ = broker
  await setQuota(admin, { 'client-id': 'app' }, 'controller_mutation_rate', 1)
  const app = await broker.connect('app')
  const create = async (version: number, names: readonly string[], numPartitions: number) => {
    const topic = { numPartitions, replicationFactor: 1, assignments: [], configs: [] }
    const topics = names.map((name) => ({ ...topic, name }))
    const body = { topics, timeoutMs: 1000, validateOnly: false }
    const answer = await app.send(CreateTopicsRequest, CreateTopicsResponse, version, body)
    return { throttleTimeMs: answer.throttleTimeMs, codes: answer.topics.map(({ errorCode }) => errorCode) }
  }
  const exceeded = Errors.THROTTLING_QUOTA_EXCEEDED.code
  // Eleven are there to begin with; the first request may make a debt, the next topic pays for it.
  const first = await create(6, ['a', 'b'], 13)
  assert.deepEqual(first, { throttleTimeMs: 2000, codes: [0, exceeded] })
  const later = create(5, ['c'], 3)
  clock.advance(2000)
  assert.deepEqual(await later, { throttleTimeMs: 3000, codes: [0] })
  const grown = app.send(CreatePartitionsRequest, CreatePartitionsResponse, 3, {
    topics: [{ name: 'c', count: 5, assignments: null }],
    timeoutMs: 1000,
    validateOnly: false,
  })
  const deleted = app.send(DeleteTopicsRequest, DeleteTopicsResponse, 5, { topicNames: ['a'], timeoutMs: 1000 })
  clock.advance(3000)
  assert.equal((await grown).results[0]?.errorCode, 0)
  const refused = await deleted
  assert.equal(refused.responses[0]?.errorCode, exceeded)
  assert.equal(refused.responses[0].errorMessage, 'The throttling quota has been exceeded.')
  assert.equal(refused.throttleTimeMs, 2000)
})

test('who connects too often from one address is kept waiting and then let go', async () => {
  const { broker, clock, admin } = await start()
  await using _ = broker
  await setQuota(admin, { ip: '127.0.0.1' }, 'connection_creation_rate', 1)
  const sockets: net.Socket[] = []
  const connect = async (): Promise<net.Socket> => {
    const socket = net.connect(broker.port, '127.0.0.1')
    sockets.push(socket)
    await once(socket, 'connect')
    return socket
  }
  // Ten fit into the windows; the eleventh does not.
  for (let index = 0; index < 11; index++) await connect()
  await metadata(admin)
  const ends = sockets.map((socket) => once(socket.resume(), 'close').then(() => socket))
  clock.advance(1000)
  const closed = await Promise.race(ends)
  assert.ok(sockets.includes(closed))
  await metadata(admin)
  assert.equal(sockets.filter((socket) => !socket.closed).length, 10)
  for (const socket of sockets) socket.destroy()
})

test('time on the loop is counted where a quota asks for it', async () => {
  const { broker, admin } = await start()
  await using _ = broker
  await setQuota(admin, { 'client-id': 'busy' }, 'request_percentage', 1e9)
  const busy = await broker.connect('busy')
  assert.equal((await metadata(busy)).throttleTimeMs, 0)
})

test('max.connection.creation.rate holds up who connects too fast, and may change while the broker runs', async () => {
  const clock = new ManualClock(Date.now())
  const properties = { 'max.connection.creation.rate': '1', 'quota.window.num': '2' }
  await using broker = await TestBroker.start({ clock, properties })
  const admin = await broker.connect('admin')
  const second = await broker.connect('second')
  const waiting = metadata(second)
  assert.equal(await hasArrived(waiting, admin), false)
  clock.advance(1000)
  await waiting
  const configs = [{ name: 'max.connection.creation.rate', configOperation: 0, value: '2147483647' }]
  const body = { resources: [{ resourceType: 4, resourceName: '', configs }], validateOnly: false }
  const { responses } = await admin.send(IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse, 1, body)
  assert.equal(responses[0]?.errorCode, 0)
  for (let i = 0; i < 5; i++) await metadata(await broker.connect())
})
