import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Errors, MetadataRequest, MetadataResponse, ZERO_UUID } from '@milena/protocol'
import type { Input } from '@milena/protocol'
import { TestBroker } from '../testing/test-broker.ts'
import { batchOf, createTopic, produceTo } from '../testing/topics.ts'
import type { WireClient } from '../testing/wire-client.ts'

function ask(
  client: WireClient,
  version: number,
  body: Partial<Input<typeof MetadataRequest>>,
): Promise<MetadataResponse> {
  return client.send(MetadataRequest, MetadataResponse, version, { topics: [], ...body })
}

test('every version describes a topic', async () => {
  await using broker = await TestBroker.start()
  const client = await broker.connect()
  const topicId = await createTopic(client, 'events', { partitions: 3 })
  for (let version = 0; version <= 13; version++) {
    const answer = await ask(client, version, { topics: [{ name: 'events' }] })
    const [topic] = answer.topics
    assert.equal(topic!.errorCode, 0)
    assert.equal(topic!.name, 'events')
    assert.equal(topic!.topicId, version >= 10 ? topicId : ZERO_UUID)
    assert.equal(topic!.isInternal, false)
    assert.deepEqual(
      topic!.partitions.map(({ partitionIndex }) => partitionIndex),
      [0, 1, 2],
    )
    for (const { errorCode, leaderId, leaderEpoch, replicaNodes, isrNodes, offlineReplicas } of topic!.partitions) {
      assert.deepEqual(
        { errorCode, leaderId, leaderEpoch, replicaNodes, isrNodes, offlineReplicas },
        {
          errorCode: 0,
          leaderId: 1,
          leaderEpoch: version >= 7 ? 0 : -1,
          replicaNodes: [1],
          isrNodes: [1],
          offlineReplicas: [],
        },
      )
    }
    assert.deepEqual(answer.brokers, [{ nodeId: 1, host: '127.0.0.1', port: broker.port, rack: null }])
    assert.equal(answer.controllerId, version >= 1 ? 1 : -1)
    assert.equal(answer.clusterId, version >= 2 ? broker.broker.clusterId : null)
  }
})

test('no topics and all topics: in version 0 an empty list is all, afterwards null is', async () => {
  await using broker = await TestBroker.start()
  const client = await broker.connect()
  await createTopic(client, 'a')
  await createTopic(client, 'b')
  const names = async (version: number, topics: [] | null): Promise<string[]> =>
    (await ask(client, version, { topics })).topics.map(({ name }) => name ?? '').toSorted()
  assert.deepEqual(await names(0, []), ['a', 'b'])
  for (let version = 1; version <= 13; version++) {
    assert.deepEqual(await names(version, []), [])
    assert.deepEqual(await names(version, null), ['a', 'b'])
  }
})

test('topics by id', async () => {
  await using broker = await TestBroker.start()
  const client = await broker.connect()
  const topicId = await createTopic(client, 'events')
  const unknown = 'h5QKKNXUR62dv6MHHEIpTA'
  const { topics } = await ask(client, 12, {
    topics: [
      { topicId, name: null },
      { topicId: unknown, name: null },
      { topicId, name: null },
    ],
  })
  assert.deepEqual(
    topics.map(({ errorCode, name, topicId: id }) => [errorCode, name, id]),
    [
      [Errors.UNKNOWN_TOPIC_ID.code, null, unknown],
      [0, 'events', topicId],
    ],
  )
})

test('a topic by id before version 12 is an error of its own, with no word of brokers', async () => {
  await using broker = await TestBroker.start()
  const client = await broker.connect()
  const topicId = await createTopic(client, 'events')
  const answer = await ask(client, 10, { topics: [{ topicId, name: null }] })
  assert.deepEqual([answer.brokers, answer.clusterId, answer.controllerId], [[], null, -1])
  assert.deepEqual(
    answer.topics.map(({ errorCode, name }) => [errorCode, name]),
    [[Errors.INVALID_REQUEST.code, '']],
  )
})

test('a topic that does not exist is made when both sides allow it, and told of from the next request on', async () => {
  await using broker = await TestBroker.start({ properties: { 'num.partitions': '2' } })
  const client = await broker.connect()
  const asked = async (version: number, name: string, allowAutoTopicCreation = true): Promise<[number, number]> => {
    const [topic] = (await ask(client, version, { topics: [{ name }], allowAutoTopicCreation })).topics
    return [topic!.errorCode, topic!.partitions.length]
  }
  const notThere = [Errors.UNKNOWN_TOPIC_OR_PARTITION.code, 0]
  assert.deepEqual(await asked(9, 'new', false), notThere)
  assert.deepEqual(await asked(9, 'new', false), notThere, 'it was not made')
  assert.deepEqual(await asked(9, 'new'), notThere)
  assert.deepEqual(await asked(9, 'new'), [0, 2])
  assert.equal((await produceTo(client, 'new', batchOf(['x']))).errorCode, 0)
  // Before version 4 a client cannot forbid it.
  assert.deepEqual(await asked(1, 'newer'), notThere)
  assert.deepEqual(await asked(1, 'newer'), [0, 2])
})

test('auto.create.topics.enable=false', async () => {
  await using broker = await TestBroker.start({ properties: { 'auto.create.topics.enable': 'false' } })
  const client = await broker.connect()
  const { topics } = await ask(client, 9, { topics: [{ name: 'new' }] })
  assert.equal(topics[0]!.errorCode, Errors.UNKNOWN_TOPIC_OR_PARTITION.code)
})

test('many who ask for the same new topic at once make it once', async () => {
  await using broker = await TestBroker.start()
  const clients = await Promise.all(Array.from({ length: 10 }, () => broker.connect()))
  const asked = (): Promise<MetadataResponse[]> =>
    Promise.all(clients.map((client) => ask(client, 12, { topics: [{ name: 'new' }] })))
  await asked()
  const answers = await asked()
  assert.deepEqual(new Set(answers.map(({ topics }) => topics[0]!.errorCode)), new Set([0]))
  assert.equal(new Set(answers.map(({ topics }) => topics[0]!.topicId)).size, 1)
})

test('a topic that cannot be made is not there', async () => {
  await using broker = await TestBroker.start({ properties: { 'default.replication.factor': '3' } })
  const client = await broker.connect()
  const { topics } = await ask(client, 9, { topics: [{ name: 'new' }, { name: 'not/legal' }] })
  assert.deepEqual(
    topics.map(({ errorCode }) => errorCode),
    [Errors.UNKNOWN_TOPIC_OR_PARTITION.code, Errors.INVALID_TOPIC_EXCEPTION.code],
  )
})

test('authorized operations, when asked for: all of them, while there is no authorizer', async () => {
  await using broker = await TestBroker.start()
  const client = await broker.connect()
  await createTopic(client, 'events')
  const topics = [{ name: 'events' }]
  const silent = await ask(client, 8, { topics })
  assert.equal(silent.clusterAuthorizedOperations, -(2 ** 31))
  assert.equal(silent.topics[0]!.topicAuthorizedOperations, -(2 ** 31))
  const told = await ask(client, 8, {
    topics,
    includeClusterAuthorizedOperations: true,
    includeTopicAuthorizedOperations: true,
  })
  assert.equal(told.clusterAuthorizedOperations, 8096)
  assert.equal(told.topics[0]!.topicAuthorizedOperations, 3576)
  const missing = await ask(client, 8, {
    topics: [{ name: 'nowhere' }],
    allowAutoTopicCreation: false,
    includeTopicAuthorizedOperations: true,
  })
  assert.equal(missing.topics[0]!.topicAuthorizedOperations, 3576, 'also of a topic that is not there')
})
