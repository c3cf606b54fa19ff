import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { FetchRequest, FetchResponse, MetadataRequest, MetadataResponse } from '@milena/protocol'
import { captureLogger, ManualClock, nodeFileSystem } from '@milena/runtime'
import { ListenError } from './network/listener.ts'
import { TestBroker } from './testing/test-broker.ts'
import { batchOf, createTopic, fetchBody, fetchFrom, produceTo, valuesIn } from './testing/topics.ts'

/** What keeps this process alive. The loop forgets a closed handle at the end of a turn, after its immediates. */
async function activeResources(): Promise<string[]> {
  for (let turns = 0; turns < 2; turns++) await new Promise((resolve) => setImmediate(resolve))
  return process.getActiveResourcesInfo().toSorted()
}

test('a broker that is closed leaves no handle and no timer behind', async () => {
  // The first one opens what the process keeps: standard streams, the thread pool.
  await (await TestBroker.start()).close()
  const before = await activeResources()
  const broker = await TestBroker.start()
  const client = await broker.connect()
  await createTopic(client, 'events')
  await produceTo(client, 'events', batchOf(['x']))
  await broker.close()
  assert.deepEqual(await activeResources(), before)
})

test('several brokers in one process know nothing of each other', async () => {
  const brokers = await Promise.all(Array.from({ length: 4 }, () => TestBroker.start()))
  assert.equal(new Set(brokers.map(({ broker }) => broker.clusterId)).size, 4)
  for (const [index, broker] of brokers.entries()) {
    const client = await broker.connect()
    await createTopic(client, 'events')
    await produceTo(client, 'events', batchOf([`of broker ${index}`]))
  }
  for (const [index, broker] of brokers.entries()) {
    const { records } = await fetchFrom(await broker.connect(), 'events', 0)
    assert.deepEqual(valuesIn(records), [`of broker ${index}`])
  }
  await Promise.all(brokers.map((broker) => broker.close()))
})

test('after a restart everything is there, and deleted topics are not', async () => {
  const first = await TestBroker.start()
  const client = await first.connect()
  const topicId = await createTopic(client, 'events')
  for (const value of ['a', 'b']) await produceTo(client, 'events', batchOf([value]))
  await first.close()
  await using second = await TestBroker.start({ fs: first.fs })
  assert.equal(second.broker.clusterId, first.broker.clusterId)
  const again = await second.connect()
  const { topics } = await again.send(MetadataRequest, MetadataResponse, 12, { topics: null })
  assert.deepEqual(
    topics.map(({ name, topicId: id, partitions }) => [name, id, partitions[0]!.leaderEpoch]),
    [['events', topicId, 0]],
  )
  const { records, highWatermark } = await fetchFrom(again, 'events', 0)
  assert.deepEqual([valuesIn(records), highWatermark], [['a', 'b'], 2])
  assert.equal((await produceTo(again, 'events', batchOf(['c']))).baseOffset, 2)
})

async function withFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'milena-broker-'))
  try {
    await use(folder)
  } finally {
    await rm(folder, { recursive: true })
  }
}

test('on a real disk: the files of Kafka, the marker of a clean end, and one broker at a time', () =>
  withFolder(async (folder) => {
    const options = { fs: nodeFileSystem, properties: { 'log.dirs': folder } }
    const first = await TestBroker.start(options)
    const client = await first.connect()
    await createTopic(client, 'events')
    assert.equal((await produceTo(client, 'events', batchOf(['x']))).errorCode, 0)
    await assert.rejects(TestBroker.start(options), /lock|in use/i)
    await first.close()
    const files = await readdir(folder)
    assert.ok(files.includes('.kafka_cleanshutdown') && files.includes('events-0'))
    assert.match(await readFile(path.join(folder, 'meta.properties'), 'utf8'), /cluster\.id=/)
    await using second = await TestBroker.start(options)
    assert.deepEqual(valuesIn((await fetchFrom(await second.connect(), 'events', 0)).records), ['x'])
  }))

test('a port in use is refused, and the data is free again afterwards', () =>
  withFolder(async (folder) => {
    const taken = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => taken.once('listening', resolve))
    const { port } = taken.address() as AddressInfo
    const properties = { 'log.dirs': folder, listeners: `PLAINTEXT://127.0.0.1:${port}` }
    await assert.rejects(TestBroker.start({ fs: nodeFileSystem, properties }), (error) => {
      assert.ok(error instanceof ListenError)
      assert.match(error.message, new RegExp(`port ${port} is in use`))
      return true
    })
    taken.close()
    await (await TestBroker.start({ fs: nodeFileSystem, properties: { 'log.dirs': folder } })).close()
  }))

test('closing answers who waits', async () => {
  const broker = await TestBroker.start({ clock: new ManualClock(Date.now()) })
  const client = await broker.connect()
  await createTopic(client, 'events')
  const polled = fetchFrom(client, 'events', 0, { maxWaitMs: 60_000 })
  // A request on another connection comes after it, and so is answered after it has begun to wait or never will.
  const other = await broker.connect()
  const body = fetchBody('events', [{ fetchOffset: 0 }], { maxWaitMs: 0 })
  await other.send(FetchRequest, FetchResponse, 12, body)
  await broker.broker.close()
  assert.equal((await polled).errorCode, 0)
  await client.closed
  await broker.close()
})

test('a second close waits for the first', async () => {
  const { broker } = await TestBroker.start()
  await Promise.all([broker.close(), broker.close()])
  await broker.close()
})

test('ten thousand partitions cost no file until they are used', async () => {
  const { logger, entries } = captureLogger()
  await using broker = await TestBroker.start({ logger })
  const client = await broker.connect()
  for (let i = 0; i < 5; i++) await createTopic(client, `wide-${i}`, { partitions: 2000 })
  const { topics } = await client.send(MetadataRequest, MetadataResponse, 12, { topics: null })
  assert.equal(
    topics.reduce((sum, { partitions }) => sum + partitions.length, 0),
    10_000,
  )
  const folders = await broker.fs.readdir('/data')
  assert.deepEqual(
    folders.filter((name) => name.startsWith('wide-')),
    [],
  )
  const named = Array.from({ length: 2000 }, (_, partition) => ({ partition, fetchOffset: 0 }))
  const { responses } = await client.send(FetchRequest, FetchResponse, 12, fetchBody('wide-0', named))
  assert.ok(responses[0]!.partitions.every(({ errorCode, highWatermark }) => errorCode === 0 && highWatermark === 0))
  assert.equal((await produceTo(client, 'wide-3', batchOf(['x']))).errorCode, 0)
  assert.deepEqual(
    entries.filter(({ level }) => level === 'error'),
    [],
  )
})
