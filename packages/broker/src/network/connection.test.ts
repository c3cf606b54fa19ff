import assert from 'node:assert/strict'
import { once } from 'node:events'
import { networkInterfaces } from 'node:os'
import { test } from 'node:test'
import { ApiVersionsRequest, ApiVersionsResponse, encodeRequestFrame, FetchRequest } from '@milena/protocol'
import { MetadataRequest, MetadataResponse, ProduceRequest } from '@milena/protocol'
import { captureLogger, ManualClock } from '@milena/runtime'
import { RawPeer } from '../testing/raw-peer.ts'
import { TestBroker } from '../testing/test-broker.ts'
import { batchOf, createTopic, fetchBody, fetchFrom, produceBody, produceTo } from '../testing/topics.ts'
import { WireClient } from '../testing/wire-client.ts'

const MEGABYTE = 1 << 20

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

test('clients are told the address that they dialled', async () => {
  await using broker = await TestBroker.start({ properties: { listeners: 'PLAINTEXT://localhost:0' } })
  const hasIpv6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === '::1'))
  for (const host of hasIpv6 ? ['127.0.0.1', '::1'] : ['127.0.0.1']) {
    await using client = await WireClient.connect(broker.port, { host })
    const { brokers } = await client.send(MetadataRequest, MetadataResponse, 9, { topics: [] })
    assert.deepEqual(brokers, [{ nodeId: 1, host, port: broker.port, rack: null }])
  }
})

test('clients are told what is configured, when something is', async () => {
  const properties = { 'advertised.listeners': 'PLAINTEXT://kafka.example:19092', 'broker.rack': 'r1' }
  await using broker = await TestBroker.start({ properties })
  const client = await broker.connect()
  const { brokers } = await client.send(MetadataRequest, MetadataResponse, 9, { topics: [] })
  assert.deepEqual(brokers, [{ nodeId: 1, host: 'kafka.example', port: 19092, rack: 'r1' }])
})

test('a client that sends and never reads fills its own buffers, not the broker', async () => {
  await using broker = await TestBroker.start()
  const client = await broker.connect()
  await createTopic(client, 'events')
  for (let i = 0; i < 8; i++) await produceTo(client, 'events', batchOf(['x'.repeat(900_000)]))
  const peer = await RawPeer.connect(broker.port)
  peer.socket.pause()
  const request = Buffer.concat(
    encodeRequestFrame({
      message: FetchRequest,
      version: 12,
      correlationId: 1,
      clientId: 'deaf',
      body: fetchBody('events', [{ fetchOffset: 0, partitionMaxBytes: 8 * MEGABYTE }]),
    }),
  )
  // Each request asks for 7 MB: a thousand of them for 7 GB.
  const requests = Buffer.concat(Array.from({ length: 1000 }, () => request))
  for (let sent = 0; sent < 20; sent++) peer.socket.write(requests)
  while (broker.broker.pressure.responseBytes === 0) await turn()
  for (let i = 0; i < 50; i++) {
    // Others are served all the while.
    assert.equal((await client.send(ApiVersionsRequest, ApiVersionsResponse, 0, {})).errorCode, 0)
  }
  assert.ok(broker.broker.pressure.responseBytes < 10 * MEGABYTE, 'one response waits, not a thousand')
  assert.ok(broker.broker.pressure.requestBytes < MEGABYTE)
  peer.socket.destroy()
  while (broker.broker.pressure.connections > 1) await turn()
  assert.deepEqual(broker.broker.pressure, { connections: 1, requestBytes: 0, responseBytes: 0 })
})

test('a slow reader gets all of it in the end, in order', async () => {
  await using broker = await TestBroker.start()
  const client = await broker.connect()
  await createTopic(client, 'events')
  for (let i = 0; i < 4; i++) await produceTo(client, 'events', batchOf([`${i}`.repeat(900_000)]))
  const peer = await RawPeer.connect(broker.port)
  peer.socket.pause()
  const count = 6
  for (let correlationId = 0; correlationId < count; correlationId++) {
    const body = fetchBody('events', [{ fetchOffset: 0, partitionMaxBytes: 8 * MEGABYTE }])
    const frame = encodeRequestFrame({ message: FetchRequest, version: 12, correlationId, clientId: 'slow', body })
    for (const chunk of frame) peer.socket.write(chunk)
  }
  while (broker.broker.pressure.responseBytes === 0) await turn()
  const ids: number[] = []
  let head = Buffer.alloc(0)
  /** What is still to come of the answer whose head was read. */
  let restBytes = 0
  peer.socket.on('data', (chunk) => {
    const skipped = Math.min(restBytes, chunk.length)
    restBytes -= skipped
    head = Buffer.concat([head, chunk.subarray(skipped)])
    while (head.length >= 8) {
      ids.push(head.readInt32BE(4))
      const end = 4 + head.readInt32BE(0)
      restBytes = Math.max(0, end - head.length)
      head = head.subarray(end)
    }
  })
  peer.socket.resume()
  while (ids.length < count) await turn()
  assert.deepEqual(ids, [0, 1, 2, 3, 4, 5])
  peer.socket.destroy()
})

test('connections come and go and leave nothing behind', async () => {
  await using broker = await TestBroker.start()
  for (let i = 0; i < 500; i++) {
    const peer = await RawPeer.connect(broker.port)
    if (i % 3 === 0) peer.socket.write(Buffer.from([0, 0, 1]))
    if (i % 2 === 0) peer.socket.destroy()
    else peer.socket.resetAndDestroy()
  }
  while (broker.broker.pressure.connections > 0) await turn()
  assert.deepEqual(broker.broker.pressure, { connections: 0, requestBytes: 0, responseBytes: 0 })
})

test('max.connections and max.connections.per.ip', async () => {
  for (const key of ['max.connections', 'max.connections.per.ip']) {
    const { logger, entries } = captureLogger()
    await using broker = await TestBroker.start({ logger, properties: { [key]: '2' } })
    const [first] = [await broker.connect(), await broker.connect()]
    const refused = await RawPeer.connect(broker.port)
    await refused.ended
    assert.ok(entries.some(({ message }) => message.startsWith('Refusing a connection')))
    assert.equal((await first.send(ApiVersionsRequest, ApiVersionsResponse, 0, {})).errorCode, 0)
    await first.close()
    while (broker.broker.pressure.connections > 1) await turn()
    assert.equal((await (await broker.connect()).send(ApiVersionsRequest, ApiVersionsResponse, 0, {})).errorCode, 0)
  }
})

test('idle connections are closed, those with a request under way are not', async () => {
  const clock = new ManualClock(Date.now())
  await using broker = await TestBroker.start({ clock, properties: { 'connections.max.idle.ms': '60000' } })
  const [idle, busy, admin] = [await broker.connect(), await broker.connect(), await broker.connect()]
  await createTopic(admin, 'events')
  await idle.send(ApiVersionsRequest, ApiVersionsResponse, 0, {})
  const timers = clock.pendingTimers
  const polled = fetchFrom(busy, 'events', 0, { maxWaitMs: 600_000 })
  while (clock.pendingTimers === timers) await turn()
  clock.advance(70_000)
  await idle.closed
  await admin.closed
  const producer = await broker.connect()
  await produceTo(producer, 'events', batchOf(['x'], {}))
  assert.equal((await polled).errorCode, 0)
})

test('a request longer than socket.request.max.bytes is refused by its length alone', async () => {
  await using broker = await TestBroker.start({ properties: { 'socket.request.max.bytes': '100000' } })
  const client = await broker.connect()
  await createTopic(client, 'events')
  assert.equal((await produceTo(client, 'events', batchOf(['x'.repeat(90_000)]))).errorCode, 0)
  const body = produceBody('events', [{ index: 0, records: batchOf(['x'.repeat(100_000)]) }])
  client.sendUnanswered(ProduceRequest, 9, body)
  await client.closed
})

/** Little enough that two frames of the size of {@link longFrame} use it up. */
const TIGHT_MEMORY = { 'queued.max.request.bytes': '300000', 'socket.request.max.bytes': '300000' }

function longFrame(): Buffer {
  const body = produceBody('events', [{ index: 0, records: batchOf(['x'.repeat(200_000)]) }])
  return Buffer.concat(
    encodeRequestFrame({ message: ProduceRequest, version: 9, correlationId: 1, clientId: 'x', body }),
  )
}

/** Two peers that have begun a long frame each, and stand still. */
async function beginLongFrames(broker: TestBroker): Promise<readonly [RawPeer, RawPeer]> {
  const peers = [await RawPeer.connect(broker.port), await RawPeer.connect(broker.port)] as const
  for (const { socket } of peers) socket.write(longFrame().subarray(0, 100_000))
  while (broker.broker.pressure.requestBytes < 400_000) await turn()
  return peers
}

test('with the memory for requests used up, frames take turns and all of them arrive', async () => {
  await using broker = await TestBroker.start({ properties: TIGHT_MEMORY })
  await createTopic(await broker.connect(), 'events')
  const slow = await beginLongFrames(broker)
  const others = await Promise.all(Array.from({ length: 5 }, () => broker.connect()))
  const produced = others.map((client) => produceTo(client, 'events', batchOf(['y'.repeat(150_000)])))
  for (const { socket } of slow) {
    socket.write(longFrame().subarray(100_000))
    await once(socket, 'data')
  }
  const offsets = (await Promise.all(produced)).map(({ baseOffset }) => baseOffset)
  assert.equal(new Set(offsets).size, 5)
  assert.equal(broker.broker.pressure.requestBytes, 0)
  for (const { socket } of slow) socket.destroy()
})

test('who stops in the middle of a frame while others wait for its memory is cut off', async () => {
  const clock = new ManualClock(Date.now())
  await using broker = await TestBroker.start({ clock, properties: TIGHT_MEMORY })
  const stalled = await beginLongFrames(broker)
  clock.advance(12_000)
  const other = await broker.connect()
  const answered = produceTo(other, 'events', batchOf(['y'.repeat(150_000)]))
  // Nobody can see the other wait but those who are cut off for it, at the next look that finds it waiting.
  const cutOff = Promise.all(stalled.map(({ ended }) => ended))
  while ((await Promise.race([cutOff, turn()])) === undefined) clock.advance(10)
  assert.equal((await answered).errorCode, 3)
})
