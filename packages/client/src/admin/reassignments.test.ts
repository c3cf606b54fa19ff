import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ManualClock } from '@milena/runtime'
import { apis } from '../apis.ts'
import type { Outcome } from '../kafka-error.ts'
import { FakeCluster } from '../testing/fake-broker.ts'
import { runUntil } from '../testing/run-until.ts'
import { Admin } from './admin.ts'

function setup() {
  const clock = new ManualClock()
  const cluster = new FakeCluster([1, 2]).withTopics({ t: [1, 2] })
  return { clock, cluster, admin: new Admin(cluster.client(clock)) }
}

const shown = (outcomes: ReadonlyMap<string, Outcome<void>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Array.from(outcomes, ([key, outcome]) => [key, outcome.ok ? 'ok' : outcome.error.name]))

const t0 = { topic: 't', partition: 0 }
const t1 = { topic: 't', partition: 1 }

test('elections: of some partitions or of all, and not of every kind with older brokers', async () => {
  const { clock, cluster, admin } = setup()
  cluster.on(apis.electLeaders, ({ topicPartitions }) => ({
    errorCode: 0,
    replicaElectionResults: (topicPartitions ?? []).map(({ topic, partitions }) => ({
      topic,
      partitionResult: partitions.map((partitionId) => ({
        partitionId,
        errorCode: partitionId === 0 ? 84 : 0,
        errorMessage: null,
      })),
    })),
  }))
  const some = await runUntil(clock, admin.electLeaders('unclean', [t0, t1]))
  assert.deepEqual(shown(some), { 't-0': 'ELECTION_NOT_NEEDED', 't-1': 'ok' })
  assert.equal((await runUntil(clock, admin.electLeaders('preferred', 'all'))).size, 0)
  const [first, second] = cluster.requests(apis.electLeaders).map(({ body }) => body as Record<string, unknown>)
  assert.deepEqual([first!['electionType'], second!['electionType'], second!['topicPartitions']], [1, 0, null])
})

test('an unclean election is nothing that version 0 knows', async () => {
  const { clock, cluster, admin } = setup()
  cluster.on(apis.electLeaders, () => ({ errorCode: 0, replicaElectionResults: [] }), { max: 0 })
  await assert.rejects(runUntil(clock, admin.electLeaders('unclean', 'all')), { name: 'UNSUPPORTED_VERSION' })
  assert.equal((await runUntil(clock, admin.electLeaders('preferred', [t0]))).size, 0)
})

test('reassignments: one refusal is that of all, and null gives up', async () => {
  const { clock, cluster, admin } = setup()
  const codes = [41, 0, 31]
  cluster.on(apis.alterPartitionReassignments, ({ topics }) => ({
    errorCode: codes.shift()!,
    errorMessage: null,
    responses: topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex, replicas }) => ({
        partitionIndex,
        errorCode: replicas === null ? 85 : 0,
        errorMessage: null,
      })),
    })),
  }))
  const changes = [{ ...t0, replicas: [2, 1] }, t1]
  assert.deepEqual(shown(await runUntil(clock, admin.alterPartitionReassignments(changes))), {
    't-0': 'ok',
    't-1': 'NO_REASSIGNMENT_IN_PROGRESS',
  })
  const refused = await runUntil(
    clock,
    admin.alterPartitionReassignments(changes, { allowReplicationFactorChange: false }),
  )
  assert.deepEqual(shown(refused), {
    't-0': 'CLUSTER_AUTHORIZATION_FAILED',
    't-1': 'CLUSTER_AUTHORIZATION_FAILED',
  })
  const last = cluster.requests(apis.alterPartitionReassignments).at(-1)!.body as Record<string, unknown>
  assert.equal(last['allowReplicationFactorChange'], false)
})

test('each broker moves its own replicas', async () => {
  const { clock, cluster, admin } = setup()
  cluster.on(apis.alterReplicaLogDirs, ({ dirs }, { nodeId }) => ({
    results: dirs.flatMap(({ path, topics }) =>
      topics.map(({ name, partitions }) => ({
        topicName: name,
        partitions: partitions.map((partitionIndex) => ({
          partitionIndex,
          errorCode: nodeId === 2 && path === '/b' ? 57 : 0,
        })),
      })),
    ),
  }))
  const moved = await runUntil(
    clock,
    admin.alterReplicaLogDirs([
      { ...t0, brokerId: 1, path: '/b' },
      { ...t0, brokerId: 2, path: '/a' },
      { ...t1, brokerId: 2, path: '/b' },
    ]),
  )
  assert.deepEqual(shown(moved), { 't-0-1': 'ok', 't-0-2': 'ok', 't-1-2': 'LOG_DIR_NOT_FOUND' })
})
