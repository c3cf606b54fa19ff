import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ManualClock } from '@milena/runtime'
import { apis } from '../apis.ts'
import { valuesOf } from '../kafka-error.ts'
import { FakeCluster } from '../testing/fake-broker.ts'
import { runUntil } from '../testing/run-until.ts'
import { Admin } from './admin.ts'

function setup() {
  const clock = new ManualClock()
  const cluster = new FakeCluster([1, 2]).withTopics({ t: [1, 2] }).withCoordinator(() => 2)
  return { clock, cluster, admin: new Admin(cluster.client(clock)) }
}

test('every broker lists the transactions that it coordinates', async () => {
  const { clock, cluster, admin } = setup()
  let loading = true
  cluster.on(apis.listTransactions, (_request, { nodeId }) => {
    const errorCode = nodeId === 2 && loading ? 14 : 0
    loading = false
    return {
      errorCode,
      unknownStateFilters: [],
      transactionStates: [{ transactionalId: `x${nodeId}`, producerId: nodeId, transactionState: 'Ongoing' }],
    }
  })
  const listed = await runUntil(clock, admin.listTransactions({ minDurationMs: 5, transactionalIdPattern: 'x.*' }))
  assert.deepEqual(
    [listed.get(1), listed.get(2)],
    [
      [{ transactionalId: 'x1', producerId: 1, state: 'Ongoing' }],
      [{ transactionalId: 'x2', producerId: 2, state: 'Ongoing' }],
    ],
  )
  const asked = cluster.requests(apis.listTransactions)[0]!.body as Record<string, unknown>
  assert.equal(asked['durationFilter'], 5)
  assert.equal(asked['transactionalIdPattern'], 'x.*')
})

test('a filter that a broker does not know is refused', async () => {
  const { clock, cluster, admin } = setup()
  cluster.on(apis.listTransactions, () => ({ errorCode: 0, unknownStateFilters: [], transactionStates: [] }), {
    max: 1,
  })
  await assert.rejects(runUntil(clock, admin.listTransactions({ transactionalIdPattern: 'x' })), {
    name: 'UNSUPPORTED_VERSION',
  })
  assert.equal((await runUntil(clock, admin.listTransactions({ minDurationMs: 1 }))).size, 2)
})

test('the coordinator describes a transactional id', async () => {
  const { clock, cluster, admin } = setup()
  cluster.on(apis.describeTransactions, ({ transactionalIds }, { nodeId }) => ({
    transactionStates: transactionalIds.map((transactionalId) => ({
      errorCode: nodeId !== 2 ? 16 : transactionalId === 'nope' ? 105 : 0,
      transactionalId,
      transactionState: 'Empty',
      transactionTimeoutMs: 60_000,
      transactionStartTimeMs: -1,
      producerId: 7,
      producerEpoch: 3,
      topics: [{ topic: 't', partitions: [1] }],
    })),
  }))
  const described = await runUntil(clock, admin.describeTransactions(['a', 'nope']))
  assert.deepEqual(described.get('a'), {
    ok: true,
    value: {
      coordinatorId: 2,
      state: 'Empty',
      producerId: 7,
      producerEpoch: 3,
      timeoutMs: 60_000,
      partitions: [{ topic: 't', partition: 1 }],
    },
  })
  const nope = described.get('nope')!
  assert.equal(nope.ok ? '' : nope.error.name, 'TRANSACTIONAL_ID_NOT_FOUND')
})

test('leaders describe producers; a broker that was named and has no replica is not asked twice', async () => {
  const { clock, cluster, admin } = setup()
  cluster.on(apis.describeProducers, ({ topics }, { nodeId }) => ({
    topics: topics.map(({ name, partitionIndexes }) => ({
      name,
      partitions: partitionIndexes.map((partitionIndex) => ({
        partitionIndex,
        errorCode: nodeId === partitionIndex + 1 ? 0 : 6,
        errorMessage: null,
        activeProducers: [
          {
            producerId: 7,
            producerEpoch: 0,
            lastSequence: 4,
            lastTimestamp: 9,
            coordinatorEpoch: -1,
            currentTxnStartOffset: partitionIndex === 0 ? -1 : 30,
          },
        ],
      })),
    })),
  }))
  const partitions = [0, 1].map((partition) => ({ topic: 't', partition }))
  const producers = valuesOf(await runUntil(clock, admin.describeProducers(partitions)))
  const starts = ['t-0', 't-1'].map((key) => producers.get(key)![0]!.transactionStartOffset)
  assert.deepEqual(starts, [undefined, 30])
  const before = cluster.requests(apis.describeProducers).length
  const refused = await runUntil(clock, admin.describeProducers([partitions[0]!], { brokerId: 2 }))
  assert.throws(() => valuesOf(refused), { name: 'NOT_LEADER_OR_FOLLOWER' })
  assert.equal(cluster.requests(apis.describeProducers).length, before + 1)
})

test('a marker goes to the leader, found again when it has moved', async () => {
  const { clock, cluster, admin } = setup()
  const answers = [6, 0, 90]
  cluster.on(apis.writeTxnMarkers, ({ markers }) => ({
    markers: markers.map(({ producerId, topics }) => ({
      producerId,
      topics: topics.map(({ name, partitionIndexes }) => ({
        name,
        partitions: partitionIndexes.map((partitionIndex) => ({ partitionIndex, errorCode: answers.shift()! })),
      })),
    })),
  }))
  const spec = { topic: 't', partition: 1, producerId: 7, producerEpoch: 3, coordinatorEpoch: 2 }
  await runUntil(clock, admin.abortTransaction(spec))
  const [first, second] = cluster.requests(apis.writeTxnMarkers)
  assert.deepEqual([first!.nodeId, second!.nodeId], [2, 2])
  assert.deepEqual((first!.body as { markers: object[] }).markers, [
    {
      producerId: 7,
      producerEpoch: 3,
      transactionResult: false,
      topics: [{ name: 't', partitionIndexes: [1] }],
      coordinatorEpoch: 2,
      transactionVersion: 0,
    },
  ])
  await assert.rejects(runUntil(clock, admin.abortTransaction(spec)), { name: 'PRODUCER_FENCED' })
})

test('whoever holds a transactional id is fenced, after the transaction that is ending', async () => {
  const { clock, cluster, admin } = setup()
  const answers = [51, 0]
  cluster.on(apis.initProducerId, () => ({ errorCode: answers.shift()!, producerId: 1, producerEpoch: 1 }))
  await runUntil(clock, admin.forceTerminateTransaction('x'))
  assert.deepEqual(answers, [])
  const { body, nodeId } = cluster.requests(apis.initProducerId)[0]!
  assert.equal(nodeId, 2)
  const { transactionalId, transactionTimeoutMs, producerId, producerEpoch } = body as Record<string, unknown>
  assert.deepEqual([transactionalId, transactionTimeoutMs, producerId, producerEpoch], ['x', 30_000, -1, -1])
})
