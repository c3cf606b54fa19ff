import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  AlterReplicaLogDirsRequest,
  AlterReplicaLogDirsResponse,
  DescribeLogDirsRequest,
  DescribeLogDirsResponse,
  Errors,
} from '@milena/protocol'
import { TestBroker } from '../testing/test-broker.ts'
import { batchOf, createTopic, fetchFrom, produceTo, valuesIn } from '../testing/topics.ts'
import type { WireClient } from '../testing/wire-client.ts'

const DIRS = ['/data/one', '/data/two']

async function describeDirs(client: WireClient): Promise<DescribeLogDirsResponse['results']> {
  const body = { topics: [{ topic: 'events', partitions: [0] }] }
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
