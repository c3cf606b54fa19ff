import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  DescribeProducersRequest,
  DescribeProducersResponse,
  Errors,
  FindCoordinatorRequest,
  FindCoordinatorResponse,
  ListOffsetsRequest,
  ListOffsetsResponse,
  OffsetFetchRequest,
  OffsetFetchResponse,
  TxnOffsetCommitRequest,
  TxnOffsetCommitResponse,
  WriteTxnMarkersRequest,
  WriteTxnMarkersResponse,
} from '@milena/protocol'
import { TestBroker } from '../testing/test-broker.ts'
import { batchOf, createTopic, fetchFrom, produceTo } from '../testing/topics.ts'
import { TransactionalProducer } from '../testing/transactional-producer.ts'
import type { Generation } from '../testing/transactional-producer.ts'
import type { WireClient } from '../testing/wire-client.ts'

const NONE = Errors.NONE.code
const GROUP = 'readers'

/** Looks for the group's coordinator, which makes its topic, and waits until it is loaded. */
async function findGroup(client: WireClient): Promise<void> {
  await client.send(FindCoordinatorRequest, FindCoordinatorResponse, 2, { key: GROUP, keyType: 0 })
  while ((await offsetOf(client, true)).errorCode === Errors.COORDINATOR_LOAD_IN_PROGRESS.code);
}

async function offsetOf(client: WireClient, requireStable: boolean): Promise<{ errorCode: number; offset: number }> {
  const { errorCode, topics } = await client.send(OffsetFetchRequest, OffsetFetchResponse, 7, {
    groupId: GROUP,
    topics: [{ name: 'events', partitionIndexes: [0] }],
    requireStable,
  })
  const partition = topics[0]?.partitions[0]
  return { errorCode: partition?.errorCode ?? errorCode, offset: partition?.committedOffset ?? -1 }
}

async function commitOffset(
  client: WireClient,
  { transactionalId, producerId, producerEpoch }: TransactionalProducer,
  committedOffset: number,
  generation: Generation,
): Promise<number> {
  const { topics } = await client.send(TxnOffsetCommitRequest, TxnOffsetCommitResponse, generation === 1 ? 3 : 5, {
    transactionalId,
    groupId: GROUP,
    producerId,
    producerEpoch,
    topics: [{ name: 'events', partitions: [{ partitionIndex: 0, committedOffset, committedMetadata: '' }] }],
  })
  return topics[0]!.partitions[0]!.errorCode
}

async function stableOffset(client: WireClient): Promise<{ errorCode: number; offset: number }> {
  for (;;) {
    const found = await offsetOf(client, true)
    if (found.errorCode !== Errors.UNSTABLE_OFFSET_COMMIT.code) return found
  }
}

for (const generation of [1, 2] as const satisfies readonly Generation[]) {
  test(`offsets of transactions of generation ${generation}: pending, committed, aborted, after a restart`, async () => {
    const broker = await TestBroker.start()
    const client = await broker.connect()
    await createTopic(client, 'events')
    await findGroup(client)
    const producer = new TransactionalProducer(client, 'tx', generation)
    assert.equal(await producer.init(), NONE)
    if (generation === 1) {
      assert.equal(await commitOffset(client, producer, 5, generation), Errors.INVALID_TXN_STATE.code, 'not added')
      assert.equal(await producer.addOffsets(GROUP), NONE)
    }
    assert.equal(await commitOffset(client, producer, 5, generation), NONE)
    assert.deepEqual(await offsetOf(client, true), { errorCode: Errors.UNSTABLE_OFFSET_COMMIT.code, offset: -1 })
    assert.deepEqual(await offsetOf(client, false), { errorCode: NONE, offset: -1 })
    assert.equal(await producer.end(true), NONE)
    assert.deepEqual(await stableOffset(client), { errorCode: NONE, offset: 5 })

    assert.equal(await producer.init(), NONE)
    if (generation === 1) assert.equal(await producer.addOffsets(GROUP), NONE)
    assert.equal(await commitOffset(client, producer, 9, generation), NONE)
    await broker.close()
    await using again = await TestBroker.start({ fs: broker.fs })
    const later = await again.connect()
    await findGroup(later)
    assert.equal((await offsetOf(later, true)).errorCode, Errors.UNSTABLE_OFFSET_COMMIT.code)
    // The next producer of the id aborts what was open.
    assert.equal(await new TransactionalProducer(later, 'tx', generation).init(), NONE)
    assert.deepEqual(await stableOffset(later), { errorCode: NONE, offset: 5 })
  })
}

describe('a transaction that nobody ends', () => {
  async function hang(broker: TestBroker): Promise<{ client: WireClient; producer: TransactionalProducer }> {
    const client = await broker.connect()
    await createTopic(client, 'events')
    const producer = new TransactionalProducer(client, 'tx', 1)
    assert.equal(await producer.init(), NONE)
    assert.equal(await producer.addPartitions('events'), NONE)
    assert.equal(await producer.produce('events', ['a']), NONE)
    await produceTo(client, 'events', batchOf(['b']))
    return { client, producer }
  }

  async function describeProducers(client: WireClient, partition = 0) {
    const body = { topics: [{ name: 'events', partitionIndexes: [partition] }] }
    const { topics } = await client.send(DescribeProducersRequest, DescribeProducersResponse, 0, body)
    return topics[0]!.partitions[0]!
  }

  async function writeMarker(
    client: WireClient,
    { producerId, producerEpoch }: TransactionalProducer,
    options: { readonly coordinatorEpoch?: number; readonly topic?: string; readonly transactionVersion?: number } = {},
  ): Promise<number> {
    const { coordinatorEpoch = 1, topic = 'events', transactionVersion = 0 } = options
    const topics = [{ name: topic, partitionIndexes: [0] }]
    const marker = { producerId, producerEpoch, transactionResult: false, topics, coordinatorEpoch, transactionVersion }
    const { markers } = await client.send(WriteTxnMarkersRequest, WriteTxnMarkersResponse, 2, { markers: [marker] })
    return markers[0]!.topics[0]!.partitions[0]!.errorCode
  }

  async function latest(client: WireClient, isolationLevel: number): Promise<number> {
    const body = {
      replicaId: -1,
      isolationLevel,
      topics: [{ name: 'events', partitions: [{ partitionIndex: 0, timestamp: -1 }] }],
    }
    const { topics } = await client.send(ListOffsetsRequest, ListOffsetsResponse, 7, body)
    return topics[0]!.partitions[0]!.offset
  }

  test('is seen where it is, and aborted there', async () => {
    await using broker = await TestBroker.start()
    const { client, producer } = await hang(broker)
    assert.deepEqual([await latest(client, 0), await latest(client, 1)], [2, 0])
    const [active] = (await describeProducers(client)).activeProducers
    assert.deepEqual(
      [active?.producerId, active?.currentTxnStartOffset, active?.coordinatorEpoch],
      [producer.producerId, 0, -1],
    )
    assert.equal((await describeProducers(client, 7)).errorCode, Errors.UNKNOWN_TOPIC_OR_PARTITION.code)

    const waiting = fetchFrom(await broker.connect(), 'events', 0, { isolationLevel: 1, maxWaitMs: 60_000 })
    assert.equal(await writeMarker(client, producer, { topic: 'nothing' }), Errors.UNKNOWN_TOPIC_OR_PARTITION.code)
    assert.equal(await writeMarker(client, producer, { transactionVersion: 2 }), Errors.INVALID_PRODUCER_EPOCH.code)
    assert.equal(await writeMarker(client, producer), NONE)
    const { lastStableOffset, highWatermark, abortedTransactions } = await waiting
    assert.deepEqual([lastStableOffset, highWatermark], [3, 3], 'the marker wakes who waits')
    assert.deepEqual(abortedTransactions, [{ producerId: producer.producerId, firstOffset: 0 }])
    assert.equal((await fetchFrom(client, 'events', 0)).abortedTransactions, null)
    assert.deepEqual([await latest(client, 0), await latest(client, 1)], [3, 3])

    const fenced = Errors.TRANSACTION_COORDINATOR_FENCED.code
    assert.equal(await writeMarker(client, producer, { coordinatorEpoch: 0 }), fenced, 'of a zombie')
    const [after] = (await describeProducers(client)).activeProducers
    assert.deepEqual([after?.currentTxnStartOffset, after?.coordinatorEpoch], [-1, 1])
  })

  test('its producer writes nothing beside it, and nothing with an older epoch', async () => {
    await using broker = await TestBroker.start()
    const { client, producer } = await hang(broker)
    const { producerId, producerEpoch, transactionalId } = producer
    const plain = batchOf(['c'], { producerId, producerEpoch, baseSequence: 1 })
    assert.equal((await produceTo(client, 'events', plain)).errorCode, Errors.INVALID_TXN_STATE.code)
    const stale = batchOf(['c'], {
      producerId,
      producerEpoch: producerEpoch - 1,
      baseSequence: 1,
      isTransactional: true,
    })
    assert.equal(
      (await produceTo(client, 'events', stale, { transactionalId })).errorCode,
      Errors.INVALID_PRODUCER_EPOCH.code,
    )
  })
})

test('a fetch from the start is never out of range, however soon it comes behind the first write', async () => {
  await using broker = await TestBroker.start()
  const client = await broker.connect()
  const reader = await broker.connect()
  for (let round = 0; round < 20; round++) {
    const name = `events-${round}`
    await createTopic(client, name)
    const written = produceTo(client, name, batchOf(['a']))
    const fetched = await Promise.all(Array.from({ length: 5 }, () => fetchFrom(reader, name, 0)))
    assert.deepEqual(new Set(fetched.map(({ errorCode }) => errorCode)), new Set([NONE]))
    assert.equal((await written).errorCode, NONE)
  }
})
