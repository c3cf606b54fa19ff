import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Errors } from '@milena/protocol'
import type { AddPartitionsToTxnRequest, InitProducerIdRequest } from '@milena/protocol'
import { CoordinatorError } from '../runtime/coordinator-error.ts'
import { TransactionServiceBench } from '../testing/transaction-service-bench.ts'

const ID = 'tx'
const NONE = Errors.NONE.code

const initRequest = (body: Partial<InitProducerIdRequest> = {}): InitProducerIdRequest => ({
  transactionalId: ID,
  transactionTimeoutMs: 60_000,
  producerId: -1,
  producerEpoch: -1,
  enable2Pc: false,
  keepPreparedTxn: false,
  ...body,
})

const started = async (): Promise<TransactionServiceBench> => {
  const bench = new TransactionServiceBench()
  await bench.start()
  return bench
}

const init = (bench: TransactionServiceBench, body: Partial<InitProducerIdRequest> = {}, apiVersion = 5) =>
  bench.service.initProducerId(initRequest(body), bench.client(apiVersion))

/** A producer with an open transaction in two partitions. */
const open = async (bench: TransactionServiceBench, partitions = [0, 1]) => {
  const { producerId, producerEpoch } = await init(bench)
  const producer = { transactionalId: ID, producerId, producerEpoch }
  const places = partitions.map((partition) => ({ topic: 'events', partition }))
  const errorOf = await bench.service.verifyOrAddPartitions(
    { ...producer, partitions: places, verifyOnly: false },
    bench.client(12),
  )
  assert.deepEqual(
    places.map((place) => errorOf(place)),
    places.map(() => NONE),
  )
  return { producer, places }
}

const end = (bench: TransactionServiceBench, producer: Producer, committed: boolean, apiVersion = 5) =>
  bench.service.endTxn({ ...producer, committed }, bench.client(apiVersion))

interface Producer {
  readonly transactionalId: string
  readonly producerId: number
  readonly producerEpoch: number
}

const stateOf = async (bench: TransactionServiceBench): Promise<string> => {
  const request = { transactionalIds: [ID] }
  const { transactionStates } = await bench.service.describeTransactions(request, bench.client(0))
  return transactionStates[0]?.transactionState ?? ''
}

describe('markers', () => {
  test('go to every partition, then the transaction is complete', async () => {
    const bench = await started()
    const { producer } = await open(bench)
    const answer = await end(bench, producer, true)
    assert.deepEqual([answer.errorCode, answer.producerEpoch], [NONE, 1])
    await bench.settle()
    assert.deepEqual(bench.markers, ['commit events-0 1@0', 'commit events-1 1@0'])
    assert.equal(await stateOf(bench), 'CompleteCommit')
  })

  test('are tried again, with back-off, where they could not be written', async () => {
    const bench = await started()
    const { producer } = await open(bench)
    bench.failures.set('events-1', Errors.NOT_ENOUGH_REPLICAS.code)
    await end(bench, producer, false)
    await bench.settle()
    await bench.advance(20)
    const failed = `error ${Errors.NOT_ENOUGH_REPLICAS.code} events-1 1@0`
    assert.deepEqual(bench.markers, ['abort events-0 1@0', failed, failed])
    assert.equal(await stateOf(bench), 'PrepareAbort')
    bench.failures.clear()
    await bench.advance(40)
    assert.equal(bench.markers.at(-1), 'abort events-1 1@0')
    assert.equal(await stateOf(bench), 'CompleteAbort')
  })

  test('are not needed in a partition that is gone', async () => {
    const bench = await started()
    const { producer } = await open(bench)
    bench.failures.set('events-0', Errors.UNKNOWN_TOPIC_OR_PARTITION.code)
    bench.failures.set('events-1', Errors.UNKNOWN_TOPIC_OR_PARTITION.code)
    await end(bench, producer, true)
    await bench.settle()
    assert.equal(await stateOf(bench), 'PrepareCommit')
    bench.topics.delete('events')
    await bench.advance(20)
    assert.equal(await stateOf(bench), 'CompleteCommit')
  })

  test('are written by the next coordinator under its own epoch; the former one stops', async () => {
    const bench = await started()
    const { producer } = await open(bench)
    bench.failures.set('events-1', Errors.NOT_LEADER_OR_FOLLOWER.code)
    await end(bench, producer, true)
    await bench.settle()
    bench.markers.length = 0
    bench.failures.clear()
    await bench.restart(7)
    assert.deepEqual(bench.markers, ['commit events-0 1@7', 'commit events-1 1@7'])
    assert.equal(await stateOf(bench), 'CompleteCommit')
    await bench.advance(5_000)
    assert.equal(bench.markers.length, 2)
  })

  test('are given up when a partition has seen a newer coordinator', async () => {
    const bench = await started()
    const { producer } = await open(bench)
    bench.failures.set('events-0', Errors.TRANSACTION_COORDINATOR_FENCED.code)
    await end(bench, producer, true)
    await bench.advance(60_000)
    assert.equal(bench.markers.length, 2)
    assert.equal(await stateOf(bench), 'PrepareCommit')
  })

  test('are reported again when the completion could not be written', async () => {
    const bench = await started()
    const { producer } = await open(bench)
    bench.failures.set('events-1', Errors.REQUEST_TIMED_OUT.code)
    await end(bench, producer, true)
    await bench.settle()
    bench.failures.clear()
    bench.nextRefusal = new CoordinatorError(Errors.NOT_ENOUGH_REPLICAS)
    await bench.advance(20)
    assert.equal(await stateOf(bench), 'PrepareCommit')
    await bench.advance(40)
    assert.equal(await stateOf(bench), 'CompleteCommit')
    assert.deepEqual(bench.markers.length, 3)
  })
})

describe('a write in a transaction', () => {
  test('waits a moment for the end of the transaction before it', async () => {
    const bench = await started()
    const { producer, places } = await open(bench, [0])
    bench.failures.set('events-0', Errors.NOT_ENOUGH_REPLICAS.code)
    const { producerId, producerEpoch } = await end(bench, producer, true)
    const next = { transactionalId: ID, producerId, producerEpoch, partitions: places, verifyOnly: false }
    const adding = bench.service.verifyOrAddPartitions(next, bench.client(12))
    await bench.settle()
    bench.failures.clear()
    await bench.advance(20)
    await bench.advance(20)
    assert.equal((await adding)(places[0]!), NONE)
    assert.equal(await stateOf(bench), 'Ongoing')
  })

  test('hears of it when that takes too long', async () => {
    const bench = await started()
    const { producer, places } = await open(bench, [0])
    bench.failures.set('events-0', Errors.NOT_ENOUGH_REPLICAS.code)
    const { producerId, producerEpoch } = await end(bench, producer, true)
    const next = { transactionalId: ID, producerId, producerEpoch, partitions: places, verifyOnly: false }
    const adding = bench.service.verifyOrAddPartitions(next, bench.client(12))
    for (let round = 0; round < 8; round++) await bench.advance(20)
    assert.equal((await adding)(places[0]!), Errors.CONCURRENT_TRANSACTIONS.code)
  })

  test('is verified in generation 1', async () => {
    const bench = await started()
    const { producer, places } = await open(bench, [0])
    const partitions = [...places, { topic: 'events', partition: 2 }]
    const verify = (epoch: number) =>
      bench.service.verifyOrAddPartitions(
        { ...producer, producerEpoch: epoch, partitions, verifyOnly: true },
        bench.client(11),
      )
    const errorOf = await verify(0)
    assert.deepEqual(
      partitions.map((place) => errorOf(place)),
      [NONE, Errors.TRANSACTION_ABORTABLE.code],
    )
    assert.equal((await verify(1))(places[0]!), Errors.INVALID_PRODUCER_EPOCH.code)
  })
})

describe('requests', () => {
  test('InitProducerId: what is refused, and under which name', async () => {
    const bench = await started()
    const errorOf = async (body: Partial<InitProducerIdRequest>, apiVersion = 5): Promise<number> =>
      (await init(bench, body, apiVersion)).errorCode
    assert.equal(await errorOf({ transactionalId: '' }), Errors.INVALID_REQUEST.code)
    for (const transactionTimeoutMs of [0, -1, 900_001]) {
      assert.equal(await errorOf({ transactionTimeoutMs }), Errors.INVALID_TRANSACTION_TIMEOUT.code)
    }
    assert.equal(await errorOf({ transactionTimeoutMs: 900_000 }), NONE)
    assert.equal(await errorOf({ producerId: 5, producerEpoch: 0 }), Errors.PRODUCER_FENCED.code)
    assert.equal(await errorOf({ producerId: 5, producerEpoch: 0 }, 3), Errors.INVALID_PRODUCER_EPOCH.code)
    assert.equal(await errorOf({ enable2Pc: true }), Errors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED.code)
    assert.equal(await errorOf({ keepPreparedTxn: true }), Errors.UNSUPPORTED_VERSION.code)
    bench.producerIdError = new CoordinatorError(Errors.COORDINATOR_LOAD_IN_PROGRESS)
    assert.equal(await errorOf({ transactionalId: null }), Errors.COORDINATOR_LOAD_IN_PROGRESS.code)
    assert.equal(await errorOf({ transactionalId: 'new' }), Errors.COORDINATOR_LOAD_IN_PROGRESS.code)
  })

  test('a coordinator that is elsewhere, or not there', async () => {
    const bench = await started()
    bench.service.onResignation(0)
    bench.service.onResignation(1)
    assert.equal((await init(bench)).errorCode, Errors.NOT_COORDINATOR.code)
    bench.service.shutdown()
    assert.equal((await init(bench)).errorCode, Errors.COORDINATOR_NOT_AVAILABLE.code)
    const list = { stateFilters: [], producerIdFilters: [], durationFilter: -1, transactionalIdPattern: null }
    const { errorCode } = await bench.service.listTransactions(list, bench.client(2))
    assert.equal(errorCode, Errors.COORDINATOR_NOT_AVAILABLE.code)
  })

  test('AddPartitionsToTxn: all of a transaction or nothing of it', async () => {
    const bench = await started()
    const { producerId, producerEpoch } = await init(bench)
    const add = async (names: readonly string[], apiVersion: number) => {
      const topics = names.map((name) => ({ name, partitions: [0, 5] }))
      const request: AddPartitionsToTxnRequest = {
        transactions: [{ transactionalId: ID, producerId, producerEpoch, verifyOnly: false, topics }],
        v3AndBelowTransactionalId: ID,
        v3AndBelowProducerId: producerId,
        v3AndBelowProducerEpoch: producerEpoch,
        v3AndBelowTopics: topics,
      }
      const response = await bench.service.addPartitionsToTxn(request, bench.client(apiVersion))
      const results =
        apiVersion < 4 ? response.resultsByTopicV3AndBelow : response.resultsByTransaction[0]!.topicResults
      return results.map(({ resultsByPartition }) => resultsByPartition.map((each) => each.partitionErrorCode))
    }
    const untried = Errors.OPERATION_NOT_ATTEMPTED.code
    const unknown = Errors.UNKNOWN_TOPIC_OR_PARTITION.code
    const refused = Errors.TOPIC_AUTHORIZATION_FAILED.code
    assert.deepEqual(await add(['events', 'missing'], 3), [
      [untried, unknown],
      [unknown, unknown],
    ])
    assert.deepEqual(await add(['__consumer_offsets'], 3), [[refused, refused]])
    assert.deepEqual(await add(['events'], 5), [[untried, unknown]])
    assert.equal(await stateOf(bench), 'Empty')
  })

  test('a transaction that is open for too long is aborted', async () => {
    const bench = await started()
    await open(bench, [0])
    await bench.advance(60_000)
    assert.deepEqual(bench.markers, [])
    await bench.advance(10_000)
    assert.deepEqual(bench.markers, ['abort events-0 1@0'])
    assert.equal(await stateOf(bench), 'CompleteAbort')
  })
})
