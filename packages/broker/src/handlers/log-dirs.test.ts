import assert from 'node:assert/strict'
import { resolve } from 'node:path'
import { test } from 'node:test'
import {
  AlterReplicaLogDirsRequest,
  AlterReplicaLogDirsResponse,
  CreateTopicsRequest,
  CreateTopicsResponse,
  DescribeLogDirsRequest,
  DescribeLogDirsResponse,
  Errors,
  IncrementalAlterConfigsRequest,
  IncrementalAlterConfigsResponse,
} from '@milena/protocol'
import { MemoryFileSystem } from '@milena/runtime'
import { TestBroker } from '../testing/test-broker.ts'
import { batchOf, createTopic, fetchFrom, produceTo, valuesIn } from '../testing/topics.ts'
import type { WireClient } from '../testing/wire-client.ts'

const DIRS = ['/data/one', '/data/two']

async function describeDirs(client: WireClient, partitions = [0]): Promise<DescribeLogDirsResponse['results']> {
  const body = { topics: [{ topic: 'events', partitions }] }
  const { errorCode, results } = await client.send(DescribeLogDirsRequest, DescribeLogDirsResponse, 5, body)
  assert.equal(errorCode, 0)
  return results
}

async function move(client: WireClient, path: string, name = 'events'): Promise<number> {
  const { results } = await client.send(AlterReplicaLogDirsRequest, AlterReplicaLogDirsResponse, 2, {
    dirs: [{ path, topics: [{ name, partitions: [0] }] }],
  })
  return results[0]!.partitions[0]!.errorCode
}

test('a replica is found in its folder, and moves to another one while it is in use', async () => {
  await using broker = await TestBroker.start({ properties: { 'log.dirs': DIRS.join(',') } })
  const client = await broker.connect()
  await createTopic(client, 'events')
  for (const value of ['a', 'b']) assert.equal((await produceTo(client, 'events', batchOf([value]))).errorCode, 0)
  const before = await describeDirs(client)
  assert.deepEqual(
    before.map(({ logDir, errorCode }) => ({ logDir, errorCode })),
    DIRS.map((logDir) => ({ logDir, errorCode: 0 })),
  )
  assert.ok(before.every(({ totalBytes, usableBytes }) => totalBytes > 0 && usableBytes > 0))
  const from = before.findIndex(({ topics }) => topics.length > 0)
  const target = DIRS[1 - from]!
  const { partitionSize } = before[from]!.topics[0]!.partitions[0]!
  assert.ok(partitionSize > 0)
  assert.equal(await move(client, target), 0)
  let dirs = await describeDirs(client)
  while (dirs[from]!.topics.length > 0) dirs = await describeDirs(client)
  assert.deepEqual(dirs[1 - from]!.topics[0]!.partitions, [
    { partitionIndex: 0, partitionSize, offsetLag: 0, isFutureKey: false },
  ])
  assert.equal((await produceTo(client, 'events', batchOf(['c']))).baseOffset, 2)
  assert.deepEqual(valuesIn((await fetchFrom(client, 'events', 0)).records), ['a', 'b', 'c'])
})

/** Holds the one rename that ends a move, when the log is closed already. */
class HeldMove extends MemoryFileSystem {
  readonly held = Promise.withResolvers<void>()
  readonly released = Promise.withResolvers<void>()

  override async rename(from: string, to: string): Promise<void> {
    if (from.endsWith('-future')) {
      this.held.resolve()
      await this.released.promise
    }
    return super.rename(from, to)
  }
}

test('who writes to a replica while it moves waits, and is not told to try again', async () => {
  const fs = new HeldMove()
  await using broker = await TestBroker.start({ fs, properties: { 'log.dirs': DIRS.join(',') } })
  const client = await broker.connect()
  const producer = await broker.connect()
  await createTopic(client, 'events')
  assert.equal((await produceTo(producer, 'events', batchOf(['a']))).errorCode, 0)
  const from = (await describeDirs(client)).findIndex(({ topics }) => topics.length > 0)
  assert.equal(await move(client, DIRS[1 - from]!), 0)
  await fs.held.promise
  const written = produceTo(producer, 'events', batchOf(['b']))
  // What is asked for after it is answered before it.
  await describeDirs(client)
  fs.released.resolve()
  const { errorCode, baseOffset } = await written
  assert.deepEqual({ errorCode, baseOffset }, { errorCode: 0, baseOffset: 1 })
  assert.deepEqual(valuesIn((await fetchFrom(client, 'events', 0)).records), ['a', 'b'])
})

test('a folder that is configured relative to where the broker runs is known by its absolute path', async () => {
  await using broker = await TestBroker.start({ properties: { 'log.dirs': 'data/one,data/two' } })
  const client = await broker.connect()
  await createTopic(client, 'events')
  const dirs = await describeDirs(client)
  const absolute = dirs.map(({ logDir }) => logDir)
  assert.deepEqual(absolute, [resolve('data/one'), resolve('data/two')])
  const empty = absolute[dirs.findIndex(({ topics }) => topics.length === 0)]!
  assert.equal(await move(client, empty), 0)
  assert.equal(await move(client, 'data/one'), Errors.LOG_DIR_NOT_FOUND.code)
})

test('a folder that is none, and a partition that is none', async () => {
  await using broker = await TestBroker.start({ properties: { 'log.dirs': DIRS.join(',') } })
  const client = await broker.connect()
  await createTopic(client, 'events')
  assert.equal(await move(client, '/nowhere'), Errors.LOG_DIR_NOT_FOUND.code)
  assert.equal(await move(client, '/nowhere', 'x'.repeat(249)), Errors.INVALID_TOPIC_EXCEPTION.code)
  assert.equal(await move(client, DIRS[0]!, 'nothing'), Errors.UNKNOWN_TOPIC_OR_PARTITION.code)
  assert.equal(await move(client, DIRS[1]!), 0)
  await produceTo(client, 'events', batchOf(['a']))
  const [one, two] = await describeDirs(client)
  assert.deepEqual([one!.topics.length, two!.topics.length], [0, 1])
})

async function cordon(client: WireClient, value: string): Promise<void> {
  const { responses } = await client.send(IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse, 1, {
    validateOnly: false,
    resources: [
      {
        resourceType: 4,
        resourceName: '1',
        configs: [{ name: 'cordoned.log.dirs', configOperation: 0, value }],
      },
    ],
  })
  assert.equal(responses[0]!.errorCode, 0)
}

async function cordonedDirs(client: WireClient): Promise<string[]> {
  return (await describeDirs(client)).filter(({ isCordoned }) => isCordoned).map(({ logDir }) => logDir)
}

test('a cordoned folder takes nothing new, from the next request on and after a restart', async () => {
  const properties = { 'log.dirs': DIRS.join(',') }
  const fs = new MemoryFileSystem()
  await using before = await TestBroker.start({ properties, fs })
  let client = await before.connect()
  await cordon(client, DIRS[0]!)
  assert.deepEqual(await cordonedDirs(client), [DIRS[0]])
  await createTopic(client, 'events', { partitions: 4 })
  await produceTo(client, 'events', batchOf(['a']))
  const [one, two] = await describeDirs(client, [0, 1, 2, 3])
  assert.deepEqual([one!.topics.length, two!.topics[0]!.partitions.length], [0, 4])
  assert.equal(await move(client, DIRS[0]!), Errors.INVALID_REPLICA_ASSIGNMENT.code)
  await cordon(client, '*')
  await before.close()
  await using after = await TestBroker.start({ properties, fs })
  client = await after.connect()
  assert.deepEqual(await cordonedDirs(client), DIRS)
  const refused = await client.send(CreateTopicsRequest, CreateTopicsResponse, 7, {
    topics: [{ name: 'more', numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] }],
    timeoutMs: 1000,
    validateOnly: false,
  })
  assert.equal(refused.topics[0]!.errorCode, Errors.INVALID_REPLICATION_FACTOR.code)
  assert.equal((await produceTo(client, 'events', batchOf(['b']))).errorCode, 0)
  await cordon(client, '')
  await createTopic(client, 'more')
})

test('a broker may be started with its folders cordoned', async () => {
  const properties = { 'log.dirs': DIRS.join(','), 'cordoned.log.dirs': DIRS[1]! }
  await using broker = await TestBroker.start({ properties })
  const client = await broker.connect()
  assert.deepEqual(await cordonedDirs(client), [DIRS[1]])
  await createTopic(client, 'events')
  await produceTo(client, 'events', batchOf(['a']))
  assert.equal((await describeDirs(client))[0]!.topics.length, 1)
})
