import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DeleteTopicsRequest, DeleteTopicsResponse, Errors, FetchRequest, FetchResponse } from '@milena/protocol'
import { ManualClock } from '@milena/runtime'
import { TestBroker } from '../testing/test-broker.ts'
import { batchOf, createTopic, fetchBody, fetchFrom, produceBody, produceTo, valuesIn } from '../testing/topics.ts'
import type { WireClient } from '../testing/wire-client.ts'
import { ProduceRequest, ProduceResponse } from '@milena/protocol'

async function fill(client: WireClient, topic: string, values: readonly string[]): Promise<void> {
  for (const value of values) assert.equal((await produceTo(client, topic, batchOf([value]))).errorCode, 0)
}

test('every version fetches', async () => {
  await using broker = await TestBroker.start()
  const client = await broker.connect()
  const topicId = await createTopic(client, 'events')
  await fill(client, 'events', ['a', 'b', 'c'])
  for (let version = 4; version <= 18; version++) {
    const body = fetchBody('events', [{ fetchOffset: 1 }])
    const byId = { ...body, topics: body.topics.map(({ partitions }) => ({ topicId, partitions })) }
    const { responses, errorCode } = await client.send(
      FetchRequest,
      FetchResponse,
      version,
      version >= 13 ? byId : body,
    )
    assert.equal(errorCode, 0)
    const [answer] = responses[0]!.partitions
    assert.deepEqual(valuesIn(answer!.records), ['b', 'c'], `version ${version}`)
    assert.equal(answer!.highWatermark, 3)
    assert.equal(answer!.lastStableOffset, 3)
    assert.equal(answer!.logStartOffset, version >= 5 ? 0 : -1)
    assert.equal(answer!.abortedTransactions, null)
    assert.equal(answer!.preferredReadReplica, -1)
  }
})

test('offsets that are not there, epochs that are not now', async () => {
  await using broker = await TestBroker.start()
  const client = await broker.connect()
  await createTopic(client, 'events')
  await createTopic(client, 'empty')
  await fill(client, 'events', ['a', 'b'])
  const cases: readonly [string, Parameters<typeof fetchBody>[1][number], number][] = [
    ['events', { fetchOffset: 2 }, 0],
    ['events', { fetchOffset: 3 }, Errors.OFFSET_OUT_OF_RANGE.code],
    ['events', { fetchOffset: -1 }, Errors.OFFSET_OUT_OF_RANGE.code],
    ['empty', { fetchOffset: 0 }, 0],
    ['empty', { fetchOffset: 1 }, Errors.OFFSET_OUT_OF_RANGE.code],
    ['events', { fetchOffset: 0, partition: 5 }, Errors.UNKNOWN_TOPIC_OR_PARTITION.code],
    ['nowhere', { fetchOffset: 0 }, Errors.UNKNOWN_TOPIC_OR_PARTITION.code],
    ['events', { fetchOffset: 0, currentLeaderEpoch: 0 }, 0],
    ['events', { fetchOffset: 0, currentLeaderEpoch: 9 }, Errors.UNKNOWN_LEADER_EPOCH.code],
    ['events', { fetchOffset: 0, currentLeaderEpoch: -2 }, 0],
  ]
  for (const [topic, partition, expected] of cases) {
    // A long wait: whatever is an error is answered at once.
    const maxWaitMs = expected === 0 ? 0 : 60_000
    const { responses } = await client.send(
      FetchRequest,
      FetchResponse,
      12,
      fetchBody(topic, [partition], { maxWaitMs }),
    )
    const { errorCode, highWatermark } = responses[0]!.partitions[0]!
    assert.equal(errorCode, expected, `${topic} ${JSON.stringify(partition)}`)
    if (errorCode !== 0) assert.equal(highWatermark, -1)
  }
})

test('a log that diverged is told where', async () => {
  await using broker = await TestBroker.start()
  const client = await broker.connect()
  await createTopic(client, 'events')
  await fill(client, 'events', ['a', 'b'])
  const body = fetchBody('events', [{ fetchOffset: 2, lastFetchedEpoch: 0 }])
  const same = await client.send(FetchRequest, FetchResponse, 12, body)
  assert.deepEqual(same.responses[0]!.partitions[0]!.divergingEpoch, { epoch: -1, endOffset: -1 })
  const ahead = fetchBody('events', [{ fetchOffset: 5, lastFetchedEpoch: 0 }], { maxWaitMs: 60_000 })
  const diverged = await client.send(FetchRequest, FetchResponse, 12, ahead)
  assert.deepEqual(diverged.responses[0]!.partitions[0]!.divergingEpoch, { epoch: 0, endOffset: 2 })
  assert.equal(diverged.responses[0]!.partitions[0]!.errorCode, 0)
})

test('limits are soft for the first batch and hard for the rest', async () => {
  await using broker = await TestBroker.start()
  const client = await broker.connect()
  await createTopic(client, 'events', { partitions: 2 })
  const big = 'x'.repeat(2000)
  await fill(client, 'events', [big, big, big])
  await client.send(ProduceRequest, ProduceResponse, 9, produceBody('events', [{ index: 1, records: batchOf([big]) }]))
  const fetched = async (partitionMaxBytes: number, maxBytes: number): Promise<number[]> => {
    const partitions = [0, 1].map((partition) => ({ partition, fetchOffset: 0, partitionMaxBytes }))
    const { responses } = await client.send(
      FetchRequest,
      FetchResponse,
      12,
      fetchBody('events', partitions, { maxBytes }),
    )
    return responses[0]!.partitions.map(({ records }) => valuesIn(records).length)
  }
  assert.deepEqual(await fetched(1, 1), [1, 0], 'one batch, however small the limits are')
  assert.deepEqual(await fetched(1, 1_000_000), [1, 0], 'the limit of a partition binds all but the first batch')
  assert.deepEqual(await fetched(4500, 1_000_000), [2, 1])
  assert.deepEqual(await fetched(1_000_000, 4500), [2, 0])
  assert.deepEqual(await fetched(1_000_000, 1_000_000), [3, 1])
})

test('a long poll is woken by a write, not by the clock', async () => {
  await using broker = await TestBroker.start({ clock: new ManualClock(Date.now()) })
  const [consumer, producer] = [await broker.connect(), await broker.connect()]
  await createTopic(producer, 'events', { partitions: 2 })
  const polled = fetchFrom(consumer, 'events', 0, { maxWaitMs: 60_000 })
  await produceTo(producer, 'events', batchOf(['woken']))
  assert.deepEqual(valuesIn((await polled).records), ['woken'])
})

test('a long poll waits for as many bytes as it was told', async () => {
  await using broker = await TestBroker.start({ clock: new ManualClock(Date.now()) })
  const [consumer, producer] = [await broker.connect(), await broker.connect()]
  await createTopic(producer, 'events')
  const sizes = [batchOf(['one']), batchOf(['two']), batchOf(['three'])].map((batch) => batch.length)
  const minBytes = sizes.reduce((sum, size) => sum + size, 0)
  await produceTo(producer, 'events', batchOf(['one']))
  const polled = fetchFrom(consumer, 'events', 0, { maxWaitMs: 60_000, minBytes })
  await produceTo(producer, 'events', batchOf(['two']))
  await produceTo(producer, 'events', batchOf(['three']))
  assert.deepEqual(valuesIn((await polled).records), ['one', 'two', 'three'])
})

test('a long poll ends with its time, empty', async () => {
  const clock = new ManualClock(Date.now())
  await using broker = await TestBroker.start({ clock })
  const client = await broker.connect()
  await createTopic(client, 'events')
  const timers = clock.pendingTimers
  const polled = fetchFrom(client, 'events', 0, { maxWaitMs: 500 })
  // It waits once its timer stands beside those of the broker itself.
  while (clock.pendingTimers === timers) await new Promise((resolve) => setImmediate(resolve))
  clock.advance(500)
  assert.equal((await polled).highWatermark, 0)
})

test('a long poll ends when its topic is deleted', async () => {
  await using broker = await TestBroker.start({ clock: new ManualClock(Date.now()) })
  const [consumer, admin] = [await broker.connect(), await broker.connect()]
  await createTopic(admin, 'events')
  const polled = fetchFrom(consumer, 'events', 0, { maxWaitMs: 60_000 })
  await admin.send(DeleteTopicsRequest, DeleteTopicsResponse, 5, { topicNames: ['events'], timeoutMs: 1000 })
  assert.equal((await polled).errorCode, Errors.UNKNOWN_TOPIC_OR_PARTITION.code)
})

test('a long poll holds back what comes after it on its connection, and nobody else', async () => {
  await using broker = await TestBroker.start({ clock: new ManualClock(Date.now()) })
  const [consumer, producer] = [await broker.connect(), await broker.connect()]
  await createTopic(producer, 'events')
  const order: string[] = []
  const polled = fetchFrom(consumer, 'events', 0, { maxWaitMs: 60_000 }).then(() => order.push('poll'))
  const after = produceTo(consumer, 'events', batchOf(['mine'])).then(() => order.push('after'))
  await produceTo(producer, 'events', batchOf(['theirs']))
  await Promise.all([polled, after])
  assert.deepEqual(order, ['poll', 'after'])
})

test('an isolation level that there is not', async () => {
  await using broker = await TestBroker.start()
  const client = await broker.connect()
  await createTopic(client, 'events')
  const answers = [6, 12, 13].map(async (version) => {
    const partitions = version < 13 ? [{ fetchOffset: 0 }, { fetchOffset: 0, partition: 7 }] : []
    const body = fetchBody('events', partitions, { isolationLevel: 2 })
    const { errorCode, responses } = await client.send(FetchRequest, FetchResponse, version, body)
    return [errorCode, ...responses.flatMap((topic) => topic.partitions.map((each) => each.errorCode))]
  })
  // Before version 7 there is no error of the whole; where there is nothing to be read, nobody looks at the level.
  assert.deepEqual(await Promise.all(answers), [[0, -1, -1], [-1, -1, -1], [0]])
})

test('fewer than no bytes', async () => {
  await using broker = await TestBroker.start()
  const client = await broker.connect()
  await createTopic(client, 'events')
  await fill(client, 'events', ['a'])
  const unknown = Errors.UNKNOWN_SERVER_ERROR.code
  assert.equal((await fetchFrom(client, 'events', 0, { maxBytes: -1 })).errorCode, unknown)
  assert.equal((await fetchFrom(client, 'events', 1, { maxBytes: -1 })).errorCode, 0, 'nothing there to be read')
})

test('a partition that is named twice is read once, as it was named last', async () => {
  await using broker = await TestBroker.start()
  const client = await broker.connect()
  await createTopic(client, 'events', { partitions: 2 })
  await fill(client, 'events', ['a'])
  const asked = [{ fetchOffset: 9 }, { fetchOffset: 0, partition: 1 }, { fetchOffset: 0 }]
  const { responses } = await client.send(FetchRequest, FetchResponse, 12, fetchBody('events', asked))
  assert.deepEqual(
    responses[0]!.partitions.map(({ partitionIndex, errorCode }) => [partitionIndex, errorCode]),
    [
      [0, 0],
      [1, 0],
    ],
  )
})

test('what is not known stands behind the rest', async () => {
  await using broker = await TestBroker.start()
  const client = await broker.connect()
  await createTopic(client, 'events')
  const asked = [7, 0].map((partition) => ({ partition, fetchOffset: 0 }))
  const { responses } = await client.send(FetchRequest, FetchResponse, 12, fetchBody('events', asked))
  assert.deepEqual(
    responses[0]!.partitions.map(({ partitionIndex }) => partitionIndex),
    [0, 7],
  )
})

test('a fetch that calls itself a replica is refused', async () => {
  await using broker = await TestBroker.start()
  const client = await broker.connect()
  await createTopic(client, 'events')
  const { errorCode } = await fetchFrom(client, 'events', 0, { replicaId: 3, maxWaitMs: 60_000 })
  assert.equal(errorCode, Errors.NOT_LEADER_OR_FOLLOWER.code)
})

test('unknown topic ids', async () => {
  await using broker = await TestBroker.start()
  const client = await broker.connect()
  const topicId = 'h5QKKNXUR62dv6MHHEIpTA'
  const partitions = [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1000 }]
  const body = { maxWaitMs: 60_000, minBytes: 1, topics: [{ topicId, partitions }] }
  const { responses } = await client.send(FetchRequest, FetchResponse, 13, body)
  assert.equal(responses[0]!.topicId, topicId)
  assert.equal(responses[0]!.partitions[0]!.errorCode, Errors.UNKNOWN_TOPIC_ID.code)
})
