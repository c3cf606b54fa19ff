import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Errors, ListOffsetsRequest, ListOffsetsResponse } from '@milena/protocol'
import { buildBatch } from '@milena/records'
import { TestBroker } from '../testing/test-broker.ts'
import { createTopic, produceTo } from '../testing/topics.ts'
import type { WireClient } from '../testing/wire-client.ts'

type Found = ListOffsetsResponse['topics'][number]['partitions'][number]

async function list(
  client: WireClient,
  version: number,
  timestamp: number,
  options: { readonly topic?: string; readonly currentLeaderEpoch?: number; readonly isolationLevel?: number } = {},
): Promise<Found> {
  const { topic = 'events', currentLeaderEpoch = -1, isolationLevel = 0 } = options
  const { topics } = await client.send(ListOffsetsRequest, ListOffsetsResponse, version, {
    replicaId: -1,
    isolationLevel,
    topics: [{ name: topic, partitions: [{ partitionIndex: 0, timestamp, currentLeaderEpoch }] }],
  })
  return topics[0]!.partitions[0]!
}

/** Three batches with one record each, with these timestamps. */
async function fill(client: WireClient, timestamps: readonly number[]): Promise<void> {
  await createTopic(client, 'events')
  for (const timestamp of timestamps) {
    const records = buildBatch({ records: [{ timestamp, key: null, value: Buffer.from('x') }] })
    assert.equal((await produceTo(client, 'events', records)).errorCode, 0)
  }
}

test('every version finds the start, the end, and the first record at or after a timestamp', async () => {
  await using broker = await TestBroker.start()
  const client = await broker.connect()
  const base = Date.now() - 10_000
  await fill(client, [base, base + 2000, base + 1000])
  for (let version = 1; version <= 11; version++) {
    const epoch = version >= 4 ? 0 : -1
    const found = async (timestamp: number): Promise<number[]> => {
      const { errorCode, offset, timestamp: at, leaderEpoch } = await list(client, version, timestamp)
      return [errorCode, offset, at, leaderEpoch]
    }
    assert.deepEqual(await found(-1), [0, 3, -1, epoch])
    assert.deepEqual(await found(-2), [0, 0, -1, epoch])
    assert.deepEqual(await found(base + 1), [0, 1, base + 2000, epoch])
    assert.deepEqual(await found(base), [0, 0, base, epoch])
    assert.deepEqual(await found(base + 2001), [0, -1, -1, -1])
  }
})

test('special timestamps need the version that brought them', async () => {
  await using broker = await TestBroker.start()
  const client = await broker.connect()
  const base = Date.now() - 10_000
  await fill(client, [base, base + 2000, base + 1000])
  const unsupported = Errors.UNSUPPORTED_VERSION.code
  const cases: readonly [number, number, number][] = [
    [-3, 7, 1],
    [-4, 8, 0],
    [-5, 9, -1],
    [-6, 11, -1],
  ]
  for (const [timestamp, firstVersion, offset] of cases) {
    assert.equal((await list(client, firstVersion - 1, timestamp)).errorCode, unsupported)
    const found = await list(client, firstVersion, timestamp)
    assert.deepEqual([found.errorCode, found.offset], [0, offset])
  }
  assert.equal((await list(client, 11, -7)).errorCode, unsupported)
})

test('a partition that nobody has written to', async () => {
  await using broker = await TestBroker.start()
  const client = await broker.connect()
  await createTopic(client, 'events')
  assert.equal((await list(client, 7, -1)).offset, 0)
  assert.equal((await list(client, 7, -2)).offset, 0)
  assert.equal((await list(client, 7, -3)).offset, -1)
  assert.equal((await list(client, 7, Date.now())).offset, -1)
  assert.equal((await list(client, 7, -1, { isolationLevel: 1 })).offset, 0)
})

test('errors', async () => {
  await using broker = await TestBroker.start()
  const client = await broker.connect()
  await createTopic(client, 'events')
  assert.equal((await list(client, 7, -1, { topic: 'nowhere' })).errorCode, Errors.UNKNOWN_TOPIC_OR_PARTITION.code)
  assert.equal((await list(client, 7, -1, { currentLeaderEpoch: 5 })).errorCode, Errors.UNKNOWN_LEADER_EPOCH.code)
  const twice = [0, 0].map((partitionIndex) => ({ partitionIndex, timestamp: -1 }))
  const { topics } = await client.send(ListOffsetsRequest, ListOffsetsResponse, 5, {
    replicaId: -1,
    isolationLevel: 0,
    topics: [{ name: 'events', partitions: twice }],
  })
  assert.deepEqual(
    topics[0]!.partitions.map(({ errorCode }) => errorCode),
    [Errors.INVALID_REQUEST.code],
    'what is named twice is refused, and answered once',
  )
  const unknownLevel = await client.send(ListOffsetsRequest, ListOffsetsResponse, 5, {
    replicaId: -1,
    isolationLevel: 5,
    topics: [{ name: 'events', partitions: twice.slice(1) }],
  })
  assert.equal(unknownLevel.topics[0]!.partitions[0]!.errorCode, Errors.UNKNOWN_SERVER_ERROR.code)
})
