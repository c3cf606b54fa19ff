import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  DescribeTransactionsRequest,
  DescribeTransactionsResponse,
  Errors,
  ListTransactionsRequest,
  ListTransactionsResponse,
} from '@milena/protocol'
import { batches } from '@milena/records'
import { TestBroker } from '../testing/test-broker.ts'
import { createTopic, fetchFrom, valuesIn } from '../testing/topics.ts'
import { TransactionalProducer } from '../testing/transactional-producer.ts'
import type { Generation } from '../testing/transactional-producer.ts'
import type { WireClient } from '../testing/wire-client.ts'

const NONE = Errors.NONE.code

/** Ends the transaction and waits until its markers are written: until then the id is not idle. */
async function endAndWait(client: WireClient, producer: TransactionalProducer, committed: boolean): Promise<number> {
  const errorCode = await producer.end(committed)
  if (errorCode === NONE) await whenComplete(client, producer.transactionalId)
  return errorCode
}

async function stateOf(client: WireClient, transactionalId: string) {
  const body = { transactionalIds: [transactionalId] }
  const answer = await client.send(DescribeTransactionsRequest, DescribeTransactionsResponse, 0, body)
  return answer.transactionStates[0]!
}

async function whenComplete(client: WireClient, transactionalId: string): Promise<void> {
  let { transactionState } = await stateOf(client, transactionalId)
  while (transactionState.startsWith('Prepare')) ({ transactionState } = await stateOf(client, transactionalId))
}

/** The values of data, and `commit` or `abort` where a marker stands. */
async function contentOf(client: WireClient, topic: string): Promise<string[]> {
  const { records } = await fetchFrom(client, topic, 0)
  const content: string[] = []
  for (const batch of batches(records ?? new Uint8Array(0))) {
    for (const { key, value } of batch.records()) {
      if (batch.isControl) content.push(Buffer.from(key ?? []).readInt16BE(2) === 1 ? 'commit' : 'abort')
      else content.push(Buffer.from(value ?? []).toString())
    }
  }
  return content
}

/** What a reader of committed data sees. */
async function committedIn(client: WireClient, topic: string): Promise<string[]> {
  const { records, abortedTransactions } = await fetchFrom(client, topic, 0, { isolationLevel: 1 })
  const aborted = new Set((abortedTransactions ?? []).map(({ firstOffset }) => firstOffset))
  const values: string[] = []
  for (const batch of batches(records ?? new Uint8Array(0))) {
    if (batch.isControl || aborted.has(batch.baseOffset)) continue
    for (const { value } of batch.records()) values.push(Buffer.from(value ?? []).toString())
  }
  return values
}

for (const generation of [1, 2] as const satisfies readonly Generation[]) {
  describe(`transactions of generation ${generation}`, () => {
    const open = async (broker: TestBroker) => {
      const client = await broker.connect()
      await createTopic(client, 'events')
      const producer = new TransactionalProducer(client, 'tx', generation)
      assert.equal(await producer.init(), NONE)
      return { client, producer }
    }
    const write = async (producer: TransactionalProducer, values: readonly string[]): Promise<void> => {
      if (generation === 1) assert.equal(await producer.addPartitions('events'), NONE)
      assert.equal(await producer.produce('events', values), NONE)
    }

    test('commit and abort', async () => {
      await using broker = await TestBroker.start()
      const { client, producer } = await open(broker)
      await write(producer, ['a', 'b'])
      assert.deepEqual(await committedIn(client, 'events'), [])
      assert.equal(await endAndWait(client, producer, true), NONE)
      await write(producer, ['c'])
      assert.equal(await endAndWait(client, producer, false), NONE)
      await write(producer, ['d'])
      assert.equal(await endAndWait(client, producer, true), NONE)
      assert.deepEqual(await contentOf(client, 'events'), ['a', 'b', 'commit', 'c', 'abort', 'd', 'commit'])
      assert.deepEqual(await committedIn(client, 'events'), ['a', 'b', 'd'])
    })

    test('a second producer of the same id aborts what the first one left, and fences it', async () => {
      await using broker = await TestBroker.start()
      const { client, producer } = await open(broker)
      await write(producer, ['lost'])
      const second = new TransactionalProducer(client, 'tx', generation)
      assert.equal(await second.initOnce(), Errors.CONCURRENT_TRANSACTIONS.code)
      assert.equal(await second.init(), NONE)
      assert.deepEqual(await contentOf(client, 'events'), ['lost', 'abort'])
      assert.equal(second.producerId, producer.producerId)
      assert.ok(second.producerEpoch > producer.producerEpoch)
      assert.equal(await producer.end(true), Errors.PRODUCER_FENCED.code)
      assert.equal(await producer.produce('events', ['zombie']), Errors.INVALID_PRODUCER_EPOCH.code)
      await write(second, ['found'])
      assert.equal(await endAndWait(client, second, true), NONE)
      assert.deepEqual(await committedIn(client, 'events'), ['found'])
    })

    test('a producer that is fenced between two transactions finds out as it writes', async () => {
      await using broker = await TestBroker.start()
      const { client, producer } = await open(broker)
      await write(producer, ['a'])
      assert.equal(await endAndWait(client, producer, true), NONE)
      assert.equal(await new TransactionalProducer(client, 'tx', generation).init(), NONE)
      assert.equal(await producer.produce('events', ['zombie']), Errors.INVALID_PRODUCER_EPOCH.code)
      assert.deepEqual(await committedIn(client, 'events'), ['a'])
    })

    test('a broker that stops in the middle goes on where it was', async () => {
      const first = await TestBroker.start()
      const { producer } = await open(first)
      await write(producer, ['a'])
      await first.close()
      await using broker = await TestBroker.start({ fs: first.fs })
      const client = await broker.connect()
      const again = new TransactionalProducer(client, 'tx', generation)
      again.producerId = producer.producerId
      again.producerEpoch = producer.producerEpoch
      let errorCode = await again.end(true)
      while (errorCode === Errors.COORDINATOR_LOAD_IN_PROGRESS.code) errorCode = await again.end(true)
      assert.equal(errorCode, NONE)
      await whenComplete(client, 'tx')
      assert.deepEqual(await committedIn(client, 'events'), ['a'])
    })

    test('what is in no transaction is not written', async () => {
      await using broker = await TestBroker.start()
      const { client, producer } = await open(broker)
      if (generation === 1) {
        assert.equal(await producer.produce('events', ['x']), Errors.TRANSACTION_ABORTABLE.code)
      } else {
        producer.producerEpoch += 1
        assert.equal(await producer.produce('events', ['x']), Errors.INVALID_PRODUCER_EPOCH.code)
      }
      assert.deepEqual(valuesIn((await fetchFrom(client, 'events', 0)).records), [])
    })
  })
}

test('transactions are listed and described', async () => {
  await using broker = await TestBroker.start()
  const client = await broker.connect()
  await createTopic(client, 'events', { partitions: 3 })
  const producer = new TransactionalProducer(client, 'orders-1', 1)
  await producer.init({ timeoutMs: 12_345 })
  assert.equal(await producer.addPartitions('events', [0, 2]), NONE)
  const other = new TransactionalProducer(client, 'bills-1', 1)
  await other.init()

  const described = await stateOf(client, 'orders-1')
  assert.equal(described.transactionState, 'Ongoing')
  assert.equal(described.transactionTimeoutMs, 12_345)
  assert.deepEqual(described.topics, [{ topic: 'events', partitions: [0, 2] }])
  assert.equal((await stateOf(client, 'nobody')).errorCode, Errors.TRANSACTIONAL_ID_NOT_FOUND.code)
  assert.equal((await stateOf(client, '')).errorCode, Errors.INVALID_REQUEST.code)

  const list = async (body: object): Promise<string[]> => {
    const filters = { stateFilters: [], producerIdFilters: [], ...body }
    const answer = await client.send(ListTransactionsRequest, ListTransactionsResponse, 2, filters)
    assert.equal(answer.errorCode, NONE)
    const ids = answer.transactionStates.map(({ transactionalId }) => transactionalId)
    return [...ids, ...answer.unknownStateFilters].toSorted()
  }
  assert.deepEqual(await list({}), ['bills-1', 'orders-1'])
  assert.deepEqual(await list({ stateFilters: ['Ongoing', 'Nonsense'] }), ['Nonsense', 'orders-1'])
  assert.deepEqual(await list({ producerIdFilters: [other.producerId] }), ['bills-1'])
  assert.deepEqual(await list({ transactionalIdPattern: 'bills' }), [])
  assert.deepEqual(await list({ transactionalIdPattern: 'bills.*' }), ['bills-1'])
  const invalid = { stateFilters: [], producerIdFilters: [], transactionalIdPattern: '(' }
  const refused = await client.send(ListTransactionsRequest, ListTransactionsResponse, 2, invalid)
  assert.equal(refused.errorCode, Errors.INVALID_REGULAR_EXPRESSION.code)
})
