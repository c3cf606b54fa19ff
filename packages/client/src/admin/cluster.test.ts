import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ManualClock } from '@milena/runtime'
import { apis } from '../apis.ts'
import { FakeCluster } from '../testing/fake-broker.ts'
import { runUntil } from '../testing/run-until.ts'
import { Admin } from './admin.ts'

function setup() {
  const clock = new ManualClock()
  const cluster = new FakeCluster([1, 2]).withTopics({ t: [1, 2] })
  return { clock, cluster, admin: new Admin(cluster.client(clock)) }
}

test('controllers say where the others are, and the one that leads gets what is for it', async () => {
  const clock = new ManualClock()
  const cluster = new FakeCluster([1, 2])
  cluster.on(apis.describeCluster, ({ endpointType }) => ({
    errorCode: endpointType === 2 ? 0 : 114,
    errorMessage: null,
    endpointType,
    clusterId: 'c',
    controllerId: 2,
    brokers: [1, 2].map((brokerId) => ({ brokerId, host: `broker-${brokerId}`, port: 9092, rack: null })),
  }))
  cluster.on(apis.unregisterBroker, () => ({ errorCode: 0, errorMessage: null }))
  const admin = new Admin(cluster.client(clock, { bootstrapRole: 'controllers' }))
  const { clusterId, brokers } = await runUntil(clock, admin.describeCluster())
  assert.deepEqual([clusterId, brokers.map(({ nodeId }) => nodeId)], ['c', [1, 2]])
  await runUntil(clock, admin.unregisterBroker(9))
  assert.deepEqual(
    cluster.requests(apis.unregisterBroker).map(({ nodeId, body }) => [nodeId, body]),
    [[2, { brokerId: 9 }]],
  )
})

test('which versions a broker speaks, unknown keys included', async () => {
  const { clock, cluster, admin } = setup()
  cluster.on(apis.apiVersions, () => ({
    errorCode: 0,
    apiKeys: [...cluster.apiKeys(), { apiKey: 999, minVersion: 3, maxVersion: 4 }],
  }))
  const versions = await runUntil(clock, admin.describeApiVersions(2))
  assert.deepEqual(versions.get(999), { min: 3, max: 4 })
})

describe('features', () => {
  test('what is supported and what is agreed on', async () => {
    const { clock, cluster, admin } = setup()
    let epoch = 6
    cluster.on(apis.apiVersions, () => ({
      errorCode: 0,
      apiKeys: cluster.apiKeys(),
      supportedFeatures: [{ name: 'f', minVersion: 0, maxVersion: 3 }],
      finalizedFeaturesEpoch: epoch,
      finalizedFeatures: [{ name: 'f', minVersionLevel: 2, maxVersionLevel: 2 }],
    }))
    const described = await runUntil(clock, admin.describeFeatures({ nodeId: 2 }))
    assert.deepEqual(described, {
      supported: new Map([['f', { min: 0, max: 3 }]]),
      finalized: new Map([['f', 2]]),
      finalizedEpoch: 6,
    })
    epoch = -1
    assert.equal((await runUntil(clock, admin.describeFeatures())).finalizedEpoch, undefined)
  })

  test('one refusal is that of all; older brokers answer for each', async () => {
    const { clock, cluster, admin } = setup()
    const updates = new Map([
      ['a', { level: 1, type: 'upgrade' }],
      ['b', { level: 0, type: 'unsafeDowngrade' }],
    ] as const)
    const codes = [41, 96]
    cluster.on(apis.updateFeatures, () => ({ errorCode: codes.shift()!, errorMessage: 'No.', results: [] }))
    const refused = await runUntil(clock, admin.updateFeatures(updates, { validateOnly: true }))
    assert.deepEqual(
      Array.from(refused, ([name, outcome]) => [name, outcome.ok ? 'ok' : outcome.error.message]),
      [
        ['a', 'No.'],
        ['b', 'No.'],
      ],
    )
    const { featureUpdates, validateOnly } = cluster.requests(apis.updateFeatures)[1]!.body as {
      featureUpdates: { upgradeType: number }[]
      validateOnly: boolean
    }
    assert.deepEqual([featureUpdates.map(({ upgradeType }) => upgradeType), validateOnly], [[1, 3], true])
  })

  test('brokers of version 0 know no kinds of downgrades, and cannot try', async () => {
    const { clock, cluster, admin } = setup()
    cluster.on(
      apis.updateFeatures,
      ({ featureUpdates }) => ({
        errorCode: 0,
        errorMessage: null,
        results: featureUpdates.map(({ feature, allowDowngrade }) => ({
          feature,
          errorCode: allowDowngrade ? 0 : 96,
          errorMessage: null,
        })),
      }),
      { max: 0 },
    )
    const updates = new Map([
      ['a', { level: 1, type: 'upgrade' }],
      ['b', { level: 0, type: 'safeDowngrade' }],
    ] as const)
    const outcomes = await runUntil(clock, admin.updateFeatures(updates))
    assert.deepEqual([outcomes.get('a')!.ok, outcomes.get('b')!.ok], [false, true])
    await assert.rejects(runUntil(clock, admin.updateFeatures(updates, { validateOnly: true })), {
      name: 'UNSUPPORTED_VERSION',
    })
  })
})

describe('the quorum', () => {
  test('is described', async () => {
    const { clock, cluster, admin } = setup()
    const replica = (replicaId: number, time: number) => ({
      replicaId,
      replicaDirectoryId: 'AAAAAAAAAAAAAAAAAAAAMA',
      logEndOffset: 5,
      lastFetchTimestamp: time,
      lastCaughtUpTimestamp: time,
    })
    cluster.on(apis.describeQuorum, ({ topics }) => ({
      errorCode: 0,
      errorMessage: null,
      topics: topics.map(({ topicName, partitions }) => ({
        topicName,
        partitions: partitions.map(({ partitionIndex }) => ({
          partitionIndex,
          errorCode: 0,
          errorMessage: null,
          leaderId: 1,
          leaderEpoch: 2,
          highWatermark: 4,
          currentVoters: [replica(1, 77)],
          observers: [replica(9, -1)],
        })),
      })),
      nodes: [{ nodeId: 1, listeners: [{ name: 'C', host: 'h', port: 9093 }] }],
    }))
    const quorum = await runUntil(clock, admin.describeMetadataQuorum())
    assert.deepEqual(quorum.voters, [
      { replicaId: 1, directoryId: 'AAAAAAAAAAAAAAAAAAAAMA', logEndOffset: 5, lastFetchMs: 77, lastCaughtUpMs: 77 },
    ])
    assert.deepEqual(Object.keys(quorum.observers[0]!), ['replicaId', 'directoryId', 'logEndOffset'])
    assert.deepEqual(quorum.endpoints.get(1), [{ listener: 'C', host: 'h', port: 9093 }])
  })

  test('cannot be changed where there is none', async () => {
    const { clock, admin } = setup()
    const voter = { voterId: 3, directoryId: 'AAAAAAAAAAAAAAAAAAAAMA', endpoints: [] }
    await assert.rejects(runUntil(clock, admin.addRaftVoter(voter)), { name: 'UNSUPPORTED_VERSION' })
    await assert.rejects(runUntil(clock, admin.removeRaftVoter(voter)), { name: 'UNSUPPORTED_VERSION' })
  })

  test('voters come and go', async () => {
    const { clock, cluster, admin } = setup()
    cluster.on(apis.addRaftVoter, () => ({ errorCode: 126, errorMessage: 'Already one.' }))
    cluster.on(apis.removeRaftVoter, () => ({ errorCode: 0, errorMessage: null }))
    const voter = {
      voterId: 3,
      directoryId: 'AAAAAAAAAAAAAAAAAAAAMA',
      endpoints: [{ listener: 'C', host: 'h', port: 1 }],
    }
    await assert.rejects(runUntil(clock, admin.addRaftVoter(voter)), {
      name: 'DUPLICATE_VOTER',
      message: 'Already one.',
    })
    const { listeners, ackWhenCommitted } = cluster.requests(apis.addRaftVoter)[0]!.body as Record<string, unknown>
    assert.deepEqual([listeners, ackWhenCommitted], [[{ name: 'C', host: 'h', port: 1 }], true])
    await runUntil(clock, admin.removeRaftVoter(voter))
    assert.equal(cluster.requests(apis.removeRaftVoter).length, 1)
  })
})
