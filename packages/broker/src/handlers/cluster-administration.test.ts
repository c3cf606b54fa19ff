import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  AlterClientQuotasRequest,
  AlterClientQuotasResponse,
  AlterPartitionReassignmentsRequest,
  AlterPartitionReassignmentsResponse,
  DescribeClientQuotasRequest,
  DescribeClientQuotasResponse,
  DescribeClusterRequest,
  DescribeClusterResponse,
  DescribeQuorumRequest,
  DescribeQuorumResponse,
  ElectLeadersRequest,
  ElectLeadersResponse,
  Errors,
  ListPartitionReassignmentsRequest,
  ListPartitionReassignmentsResponse,
  UnregisterBrokerRequest,
  UnregisterBrokerResponse,
  UpdateFeaturesRequest,
  UpdateFeaturesResponse,
} from '@milena/protocol'
import { TestBroker } from '../testing/test-broker.ts'
import { batchOf, createTopic, fetchFrom, produceTo } from '../testing/topics.ts'

// What is expected here is what Apache Kafka 4.3.1 answered to the same requests.
describe('partitions', () => {
  test('are reassigned to where they are, in every version, and nowhere else', async () => {
    await using broker = await TestBroker.start()
    const client = await broker.connect()
    await createTopic(client, 'events')
    for (const version of [0, 1]) {
      const partitions = [
        { partitionIndex: 0, replicas: [1] },
        { partitionIndex: 0, replicas: [2] },
        { partitionIndex: 0, replicas: null },
        { partitionIndex: 9, replicas: [1] },
      ]
      const body = { timeoutMs: 1000, topics: [{ name: 'events', partitions }] }
      const answer = await client.send(
        AlterPartitionReassignmentsRequest,
        AlterPartitionReassignmentsResponse,
        version,
        body,
      )
      assert.equal(answer.errorCode, Errors.NONE.code)
      assert.deepEqual(
        answer.responses[0]!.partitions.map(({ errorCode }) => errorCode),
        [0, Errors.INVALID_REPLICA_ASSIGNMENT.code, Errors.NO_REASSIGNMENT_IN_PROGRESS.code, 3],
      )
    }
    const all = { timeoutMs: 1000, topics: null }
    const listed = await client.send(ListPartitionReassignmentsRequest, ListPartitionReassignmentsResponse, 0, all)
    assert.deepEqual([listed.errorCode, listed.topics], [0, []])
  })

  test('elect a leader where one is needed, in every version', async () => {
    await using broker = await TestBroker.start()
    const client = await broker.connect()
    await createTopic(client, 'events')
    for (const version of [0, 1, 2]) {
      const topicPartitions = [{ topic: 'events', partitions: [0, 5] }]
      const body = { ...(version === 0 ? {} : { electionType: 0 }), topicPartitions, timeoutMs: 1000 }
      const { replicaElectionResults } = await client.send(ElectLeadersRequest, ElectLeadersResponse, version, body)
      assert.deepEqual(replicaElectionResults[0]?.partitionResult, [
        { partitionId: 0, errorCode: 84, errorMessage: 'Leader election not needed for topic partition.' },
        { partitionId: 5, errorCode: 3, errorMessage: 'No such partition as events-5' },
      ])
    }
    const unknown = { electionType: 5, topicPartitions: null, timeoutMs: 1000 }
    const { errorCode } = await client.send(ElectLeadersRequest, ElectLeadersResponse, 2, unknown)
    assert.equal(errorCode, Errors.INVALID_REQUEST.code)
  })
})

describe('the cluster', () => {
  test('says who keeps its metadata', async () => {
    await using broker = await TestBroker.start()
    const client = await broker.connect()
    const body = { topics: [{ topicName: '__cluster_metadata', partitions: [{ partitionIndex: 0 }] }] }
    for (const version of [0, 1, 2]) {
      const { errorCode, topics, nodes } = await client.send(
        DescribeQuorumRequest,
        DescribeQuorumResponse,
        version,
        body,
      )
      const { leaderId, leaderEpoch, highWatermark, currentVoters } = topics[0]!.partitions[0]!
      assert.deepEqual({ errorCode, leaderId, leaderEpoch }, { errorCode: 0, leaderId: 1, leaderEpoch: 1 })
      assert.ok(highWatermark > 0)
      assert.equal(currentVoters.length, 1)
      assert.equal(currentVoters[0]!.lastFetchTimestamp > 0, version >= 1)
      assert.deepEqual(
        nodes.map(({ listeners }) => listeners.length > 0),
        version >= 2 ? [true] : [],
      )
    }
    const other = { topics: [{ topicName: 'events', partitions: [{ partitionIndex: 0 }] }] }
    const { topics } = await client.send(DescribeQuorumRequest, DescribeQuorumResponse, 2, other)
    assert.equal(topics[0]!.partitions[0]!.errorCode, Errors.UNKNOWN_TOPIC_OR_PARTITION.code)
  })

  test('is described in every version, with fenced brokers where they are asked for', async () => {
    await using broker = await TestBroker.start()
    const client = await broker.connect()
    for (const version of [0, 1, 2]) {
      const body = version < 2 ? {} : { includeFencedBrokers: true }
      const whole = { includeClusterAuthorizedOperations: true, ...body }
      const answer = await client.send(DescribeClusterRequest, DescribeClusterResponse, version, whole)
      assert.deepEqual(answer.brokers, [
        { brokerId: 1, host: '127.0.0.1', port: broker.port, rack: null, isFenced: false },
      ])
    }
  })

  test('refuses feature levels that it does not know, all of them together', async () => {
    await using broker = await TestBroker.start()
    const client = await broker.connect()
    const send = (version: number, levels: Readonly<Record<string, number>>) => {
      const featureUpdates = Object.entries(levels).map(([feature, maxVersionLevel]) => ({
        feature,
        maxVersionLevel,
        allowDowngrade: false,
      }))
      const body = { timeoutMs: 1000, featureUpdates }
      return client.send(UpdateFeaturesRequest, UpdateFeaturesResponse, version, body)
    }
    for (const version of [0, 1, 2]) {
      const refused = await send(version, { nope: 1, 'metadata.version': 30 })
      assert.equal(refused.errorCode, Errors.INVALID_UPDATE_VERSION.code)
      assert.match(refused.errorMessage ?? '', /^The update failed for all features since .* feature nope/)
      const held = await send(version, { 'metadata.version': 30, 'kraft.version': 1 })
      assert.equal(held.errorCode, Errors.NONE.code)
      assert.equal(held.results.length, version < 2 ? 2 : 0)
    }
  })

  test('forgets a broker, which leads again when it is started again', async () => {
    const first = await TestBroker.start()
    const client = await first.connect()
    await createTopic(client, 'events')
    await produceTo(client, 'events', batchOf(['kept']))
    const unregister = (brokerId: number) =>
      client.send(UnregisterBrokerRequest, UnregisterBrokerResponse, 0, { brokerId })
    const unknown = await unregister(9)
    assert.deepEqual(
      [unknown.errorCode, unknown.errorMessage],
      [Errors.BROKER_ID_NOT_REGISTERED.code, 'Broker ID 9 is not currently registered'],
    )
    assert.equal((await unregister(1)).errorCode, Errors.NONE.code)
    assert.equal((await produceTo(client, 'events', batchOf(['lost']))).errorCode, 6)
    await first.close()
    await using second = await TestBroker.start({ fs: first.fs })
    const again = await second.connect()
    assert.equal((await fetchFrom(again, 'events', 0)).highWatermark, 1)
  })
})

test('client quotas are set and found in every version, and kept over a restart', async () => {
  const first = await TestBroker.start()
  const client = await first.connect()
  const bob = [{ entityType: 'user', entityName: 'bob' }]
  for (const version of [0, 1]) {
    const ops = [{ key: 'producer_byte_rate', value: 1000 + version, remove: false }]
    const entries = [
      { entity: bob, ops },
      { entity: [{ entityType: 'ip', entityName: 'not an address' }], ops: [] },
    ]
    const body = { entries, validateOnly: false }
    const answer = await client.send(AlterClientQuotasRequest, AlterClientQuotasResponse, version, body)
    assert.deepEqual(
      answer.entries.map(({ errorCode, errorMessage }) => [errorCode, errorMessage]),
      [
        [0, null],
        [Errors.INVALID_REQUEST.code, 'not an address is not a valid IP or resolvable host.'],
      ],
    )
  }
  await first.close()
  await using second = await TestBroker.start({ fs: first.fs })
  const again = await second.connect()
  for (const version of [0, 1]) {
    const body = { components: [], strict: false }
    const { entries } = await again.send(DescribeClientQuotasRequest, DescribeClientQuotasResponse, version, body)
    assert.deepEqual(entries, [{ entity: bob, values: [{ key: 'producer_byte_rate', value: 1001 }] }])
  }
})
