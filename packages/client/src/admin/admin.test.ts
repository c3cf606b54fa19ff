import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Errors } from '@milena/protocol'
import { ManualClock } from '@milena/runtime'
import { apis } from '../apis.ts'
import { encodeAssignment } from '../consumer/consumer-protocol.ts'
import { valuesOf } from '../kafka-error.ts'
import { FakeCluster, topicIdOf } from '../testing/fake-broker.ts'
import { runUntil } from '../testing/run-until.ts'
import { Admin } from './admin.ts'
import type { ConfigResource } from './configs.ts'

function setup(nodeIds: readonly number[] = [1, 2]) {
  const clock = new ManualClock()
  const cluster = new FakeCluster(nodeIds).withTopics({ t: [1, 2], u: [2] }).withCoordinator(() => 1)
  return { clock, cluster, admin: new Admin(cluster.client(clock)) }
}

describe('topics', () => {
  test('each gets its own verdict, in the broker’s words where it has some', async () => {
    const { clock, cluster, admin } = setup()
    cluster.on(apis.createTopics, ({ topics }) => ({
      topics: topics.map(({ name }) => ({
        name,
        errorCode: name === 'old' ? 36 : 0,
        errorMessage: name === 'old' ? "Topic 'old' already exists." : null,
        numPartitions: 3,
      })),
    }))
    const created = await runUntil(
      clock,
      admin.createTopics([
        { name: 'new', numPartitions: 3, configs: { 'retention.ms': '1' } },
        { name: 'old', assignments: new Map([[0, [2, 1]]]) },
      ]),
    )
    const outcome = created.get('old')!
    assert.equal(outcome.ok ? '' : outcome.error.message, "Topic 'old' already exists.")
    assert.throws(() => valuesOf(created), { name: 'TOPIC_ALREADY_EXISTS', code: 36, retriable: false })
    const { topics } = cluster.requests(apis.createTopics)[0]!.body as { topics: object[] }
    assert.deepEqual(topics, [
      {
        name: 'new',
        numPartitions: 3,
        replicationFactor: -1,
        assignments: [],
        configs: [{ name: 'retention.ms', value: '1' }],
      },
      {
        name: 'old',
        numPartitions: -1,
        replicationFactor: -1,
        assignments: [{ partitionIndex: 0, brokerIds: [2, 1] }],
        configs: [],
      },
    ])
  })

  test('a controller that is none any more is looked for', async () => {
    const { clock, cluster, admin } = setup()
    let tries = 0
    cluster.on(apis.deleteTopics, ({ topics }) => ({
      responses: topics.map(({ name }) => ({ name, errorCode: tries++ === 0 ? Errors.NOT_CONTROLLER.code : 0 })),
    }))
    valuesOf(await runUntil(clock, admin.deleteTopics(['t'])))
    assert.equal(tries, 2)
    assert.equal(cluster.requests(apis.metadata).length, 2)
  })

  test('a quota is waited for, unless one would rather know', async () => {
    const { clock, cluster, admin } = setup()
    let tries = 0
    cluster.on(apis.createPartitions, ({ topics }) => ({
      results: topics.map(({ name }) => ({ name, errorCode: tries++ === 0 ? 89 : 0 })),
    }))
    valuesOf(await runUntil(clock, admin.createPartitions([{ topic: 't', totalCount: 4 }])))
    tries = 0
    const refused = await runUntil(
      clock,
      admin.createPartitions([{ topic: 't', totalCount: 4 }], { retryOnQuotaViolation: false }),
    )
    assert.throws(() => valuesOf(refused), { name: 'THROTTLING_QUOTA_EXCEEDED' })
  })

  test('are described page by page', async () => {
    const { clock, cluster, admin } = setup()
    const page = (name: string, partitionIndex: number) => ({
      errorCode: 0,
      name,
      topicId: topicIdOf(name),
      isInternal: false,
      partitions: [
        { errorCode: 0, partitionIndex, leaderId: 1, replicaNodes: [1], isrNodes: [1], offlineReplicas: [] },
      ],
    })
    cluster.on(apis.describeTopicPartitions, ({ cursor }) =>
      cursor === null
        ? { topics: [page('a', 0), page('t', 0)], nextCursor: { topicName: 't', partitionIndex: 1 } }
        : {
            topics: [page('t', 1), { errorCode: 3, name: 'z', topicId: topicIdOf('z'), partitions: [] }],
            nextCursor: null,
          },
    )
    const described = await runUntil(clock, admin.describeTopics(['t', 'a', 'z']))
    const shown = Array.from(described, ([name, outcome]) =>
      outcome.ok ? `${name}:${outcome.value.partitions.map(({ partition }) => partition).join()}` : outcome.error.name,
    )
    assert.deepEqual(shown, ['a:0', 't:0,1', 'UNKNOWN_TOPIC_OR_PARTITION'])
    const asked = cluster.requests(apis.describeTopicPartitions)[1]!.body as { topics: { name: string }[] }
    assert.deepEqual(asked.topics, [{ name: 't' }, { name: 'z' }])
  })

  test('brokers without DescribeTopicPartitions are asked for metadata', async () => {
    const { clock, admin } = setup()
    const described = await runUntil(clock, admin.describeTopics(['t', 'nope']))
    const t = described.get('t')!
    assert.deepEqual(t.ok && t.value.partitions.map(({ leaderId, elr }) => [leaderId, elr]), [
      [1, null],
      [2, null],
    ])
    assert.equal(described.get('nope')!.ok, false)
  })
})

describe('offsets', () => {
  test('each leader is asked for its own; one that has moved is found', async () => {
    const { clock, cluster, admin } = setup()
    const asked: string[] = []
    let moved = false
    cluster.on(apis.listOffsets, ({ topics }, { nodeId }) => ({
      topics: topics.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map(({ partitionIndex, timestamp }) => {
          asked.push(`${nodeId}:${name}-${partitionIndex}@${timestamp}`)
          const wrong = name === 'u' && nodeId === 2
          if (wrong && !moved) {
            moved = true
            cluster.withTopics({ t: [1, 2], u: [1] })
          }
          return { partitionIndex, errorCode: wrong ? 6 : 0, offset: 10 + partitionIndex, timestamp: -1 }
        }),
      })),
    }))
    const offsets = valuesOf(
      await runUntil(
        clock,
        admin.listOffsets([
          { topic: 't', partition: 0, at: 'earliest' },
          { topic: 't', partition: 1, at: 'latest' },
          { topic: 'u', partition: 0, at: 1234 },
        ]),
      ),
    )
    assert.deepEqual(
      Array.from(offsets, ([key, { offset }]) => [key, offset]),
      [
        ['t-0', 10],
        ['t-1', 11],
        ['u-0', 10],
      ],
    )
    assert.deepEqual(asked.sort(), ['1:t-0@-2', '1:u-0@1234', '2:t-1@-1', '2:u-0@1234'])
  })

  test('a place that the broker’s version cannot name is refused', async () => {
    const { clock, cluster, admin } = setup()
    cluster.on(apis.listOffsets, () => ({ topics: [] }), { max: 6 })
    const outcomes = await runUntil(clock, admin.listOffsets([{ topic: 't', partition: 0, at: 'maxTimestamp' }]))
    assert.throws(() => valuesOf(outcomes), { name: 'UNSUPPORTED_VERSION' })
  })

  test('an unknown partition is waited for, as long as allowed', async () => {
    const { clock, cluster, admin } = setup()
    cluster.on(apis.listOffsets, () => ({ topics: [] }))
    const outcomes = await runUntil(
      clock,
      admin.listOffsets([{ topic: 'nope', partition: 0, at: 'latest' }], { timeoutMs: 3_000 }),
    )
    assert.throws(() => valuesOf(outcomes), { name: 'TIMEOUT' })
    assert.ok(clock.monotonicMs() <= 4_000)
  })
})

describe('configs', () => {
  test('a broker is asked for its own, anybody for the rest', async () => {
    const { clock, cluster, admin } = setup()
    cluster.on(apis.describeConfigs, ({ resources }, { nodeId }) => ({
      results: resources.map(({ resourceType, resourceName }) => ({
        errorCode: 0,
        errorMessage: null,
        resourceType,
        resourceName,
        configs: [{ name: 'node', value: String(nodeId), readOnly: false, configSource: 1, isSensitive: false }],
      })),
    }))
    const broker: ConfigResource = { type: 'broker', name: '2' }
    const topic: ConfigResource = { type: 'topic', name: 't' }
    const described = valuesOf(await runUntil(clock, admin.describeConfigs([broker, topic])))
    assert.equal(described.get(broker)![0]!.value, '2')
    assert.equal(described.get(topic)![0]!.source, 'topic')
  })

  test('changes are sent with their operations', async () => {
    const { clock, cluster, admin } = setup()
    cluster.on(apis.incrementalAlterConfigs, ({ resources }) => ({
      responses: resources.map(({ resourceType, resourceName }) => ({
        errorCode: 0,
        errorMessage: null,
        resourceType,
        resourceName,
      })),
    }))
    const topic: ConfigResource = { type: 'topic', name: 't' }
    const changes = [
      { name: 'a', operation: 'set', value: '1' },
      { name: 'b', operation: 'delete' },
    ] as const
    valuesOf(await runUntil(clock, admin.incrementalAlterConfigs(new Map([[topic, changes]]))))
    const { resources } = cluster.requests(apis.incrementalAlterConfigs)[0]!.body as { resources: object[] }
    assert.deepEqual(resources, [
      {
        resourceType: 2,
        resourceName: 't',
        configs: [
          { name: 'a', configOperation: 0, value: '1' },
          { name: 'b', configOperation: 1, value: null },
        ],
      },
    ])
  })
})

describe('groups', () => {
  test('all brokers list theirs', async () => {
    const { clock, cluster, admin } = setup()
    cluster.on(apis.listGroups, (_request, { nodeId }) => ({
      errorCode: 0,
      groups: [{ groupId: `g${nodeId}`, protocolType: 'consumer', groupState: 'Stable', groupType: 'classic' }],
    }))
    const groups = await runUntil(clock, admin.listGroups())
    assert.deepEqual(groups.map(({ groupId }) => groupId).sort(), ['g1', 'g2'])
  })

  test('who is not of the new protocol is asked after in the classic one', async () => {
    const { clock, cluster, admin } = setup()
    cluster.on(apis.consumerGroupDescribe, ({ groupIds }) => ({
      groups: groupIds.map((groupId) => ({
        errorCode: groupId === 'new' ? 0 : Errors.GROUP_ID_NOT_FOUND.code,
        groupId,
        groupState: 'Stable',
        groupEpoch: 4,
        assignmentEpoch: 3,
        assignorName: 'uniform',
        members: [],
      })),
    }))
    const memberAssignment = encodeAssignment({ partitions: [{ topic: 't', partition: 1 }], userData: null })
    cluster.on(apis.describeGroups, ({ groups }) => ({
      groups: groups.map((groupId) => ({
        errorCode: groupId === 'nope' ? Errors.GROUP_ID_NOT_FOUND.code : 0,
        errorMessage: groupId === 'nope' ? 'Group nope not found.' : null,
        groupId,
        groupState: 'Stable',
        protocolType: groupId === 'workers' ? 'connect' : 'consumer',
        protocolData: 'range',
        members: [
          { memberId: 'm', clientId: 'c', clientHost: '/1.2.3.4', memberMetadata: new Uint8Array(0), memberAssignment },
        ],
      })),
    }))
    const described = await runUntil(clock, admin.describeConsumerGroups(['new', 'old', 'workers', 'nope']))
    const shown = Array.from(described, ([groupId, outcome]) =>
      outcome.ok
        ? [groupId, outcome.value.type, outcome.value.members.flatMap((m) => m.assignment)]
        : [groupId, outcome.error.message],
    )
    assert.deepEqual(shown, [
      ['new', 'consumer', []],
      ['old', 'classic', [{ topic: 't', partition: 1 }]],
      ['workers', 'GroupId workers is not a consumer group (connect).'],
      ['nope', 'Group nope not found.'],
    ])
  })

  test('old brokers fetch one group’s offsets at a time', async () => {
    const { clock, cluster, admin } = setup()
    cluster.on(
      apis.offsetFetch,
      ({ groupId, topics }) => ({
        errorCode: groupId === 'g' && topics === null ? 0 : 24,
        topics: [
          {
            name: 't',
            partitions: [
              { partitionIndex: 0, committedOffset: 5, committedLeaderEpoch: 2, metadata: 'm', errorCode: 0 },
              { partitionIndex: 1, committedOffset: -1, committedLeaderEpoch: -1, metadata: null, errorCode: 0 },
            ],
          },
        ],
      }),
      { max: 7 },
    )
    const offsets = await runUntil(clock, admin.listGroupOffsets('g'))
    assert.deepEqual(Array.from(offsets.values()), [
      { topic: 't', partition: 0, offset: 5, leaderEpoch: 2, metadata: 'm' },
    ])
  })

  test('deleting: a coordinator that is loading is waited for, a group with members is refused', async () => {
    const { clock, cluster, admin } = setup()
    let tries = 0
    cluster.on(apis.deleteGroups, ({ groupsNames }) => ({
      results: groupsNames.map((groupId) => ({ groupId, errorCode: groupId === 'busy' ? 68 : tries++ === 0 ? 14 : 0 })),
    }))
    const deleted = await runUntil(clock, admin.deleteGroups(['busy', 'free']))
    assert.deepEqual(
      Array.from(deleted, ([groupId, outcome]) => [groupId, outcome.ok ? 'ok' : outcome.error.name]),
      [
        ['busy', 'NON_EMPTY_GROUP'],
        ['free', 'ok'],
      ],
    )
    assert.equal(cluster.requests(apis.deleteGroups).length, 2)
  })
})
