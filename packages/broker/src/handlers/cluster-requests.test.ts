/** DescribeCluster, DescribeTopicPartitions and InitProducerId. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  DescribeClusterRequest,
  DescribeClusterResponse,
  DescribeTopicPartitionsRequest,
  DescribeTopicPartitionsResponse,
  Errors,
  InitProducerIdRequest,
  InitProducerIdResponse,
} from '@milena/protocol'
import type { Input } from '@milena/protocol'
import { TestBroker } from '../testing/test-broker.ts'
import { createTopic } from '../testing/topics.ts'
import type { WireClient } from '../testing/wire-client.ts'

test('DescribeCluster', async () => {
  await using broker = await TestBroker.start()
  const client = await broker.connect()
  for (let version = 0; version <= 2; version++) {
    const answer = await client.send(DescribeClusterRequest, DescribeClusterResponse, version, {
      includeClusterAuthorizedOperations: version === 1,
    })
    assert.equal(answer.errorCode, 0)
    assert.equal(answer.clusterId, broker.broker.clusterId)
    assert.equal(answer.controllerId, 1)
    assert.deepEqual(answer.brokers, [
      { brokerId: 1, host: '127.0.0.1', port: broker.port, rack: null, isFenced: false },
    ])
    assert.equal(answer.clusterAuthorizedOperations, version === 1 ? 8096 : -(2 ** 31))
  }
  for (const [endpointType, code] of [
    [2, Errors.MISMATCHED_ENDPOINT_TYPE.code],
    [9, Errors.UNSUPPORTED_ENDPOINT_TYPE.code],
  ] as const) {
    const body = { includeClusterAuthorizedOperations: false, endpointType }
    const answer = await client.send(DescribeClusterRequest, DescribeClusterResponse, 1, body)
    assert.equal(answer.errorCode, code)
    assert.match(answer.errorMessage ?? '', /endpoint/)
  }
})

async function describe(
  client: WireClient,
  body: Input<typeof DescribeTopicPartitionsRequest>,
): Promise<{ readonly found: string[]; readonly nextCursor: DescribeTopicPartitionsResponse['nextCursor'] }> {
  const answer = await client.send(DescribeTopicPartitionsRequest, DescribeTopicPartitionsResponse, 0, body)
  const found = answer.topics.map(
    ({ name, errorCode, partitions }) => `${name}:${errorCode}:${partitions.map((each) => each.partitionIndex).join()}`,
  )
  return { found, nextCursor: answer.nextCursor }
}

test('DescribeTopicPartitions in pages', async () => {
  await using broker = await TestBroker.start()
  const client = await broker.connect()
  for (const name of ['b', 'a', 'c']) await createTopic(client, name, { partitions: 3 })
  const topics = ['c', 'a', 'nowhere', 'b'].map((name) => ({ name }))
  assert.deepEqual(await describe(client, { topics }), {
    found: ['a:0:0,1,2', 'b:0:0,1,2', 'c:0:0,1,2', 'nowhere:3:'],
    nextCursor: null,
  })
  const first = await describe(client, { topics: [], responsePartitionLimit: 4 })
  assert.deepEqual(first, { found: ['a:0:0,1,2', 'b:0:0'], nextCursor: { topicName: 'b', partitionIndex: 1 } })
  const second = await describe(client, { topics: [], responsePartitionLimit: 2, cursor: first.nextCursor })
  assert.deepEqual(second, { found: ['b:0:1,2'], nextCursor: { topicName: 'c', partitionIndex: 0 } })
  const third = await describe(client, { topics: [], responsePartitionLimit: 2000, cursor: second.nextCursor })
  assert.deepEqual(third, { found: ['c:0:0,1,2'], nextCursor: null })
})

test('DescribeTopicPartitions: cursors that cannot be', async () => {
  await using broker = await TestBroker.start()
  const client = await broker.connect()
  await createTopic(client, 'a')
  const topics = [{ name: 'a' }]
  for (const cursor of [
    { topicName: 'a', partitionIndex: -1 },
    { topicName: 'b', partitionIndex: 0 },
  ]) {
    assert.deepEqual((await describe(client, { topics, cursor })).found, [`a:${Errors.INVALID_REQUEST.code}:`])
  }
  const beyond = { topicName: 'b', partitionIndex: 0 }
  assert.deepEqual((await describe(client, { topics: [], cursor: beyond })).found, [])
})

async function producerId(client: WireClient, version = 4): Promise<number> {
  const body = { transactionalId: null, transactionTimeoutMs: 60_000 }
  const answer = await client.send(InitProducerIdRequest, InitProducerIdResponse, version, body)
  assert.equal(answer.errorCode, 0)
  assert.equal(answer.producerEpoch, 0)
  return answer.producerId
}

test('InitProducerId gives every producer an id of its own, across restarts', async () => {
  const ids = new Set<number>()
  const first = await TestBroker.start()
  const client = await first.connect()
  for (let version = 0; version <= 5; version++) ids.add(await producerId(client, version))
  const together = await Promise.all(Array.from({ length: 1500 }, () => producerId(client)))
  for (const id of together) ids.add(id)
  await first.close()
  await using second = await TestBroker.start({ fs: first.fs })
  ids.add(await producerId(await second.connect()))
  assert.equal(ids.size, 6 + 1500 + 1)
})

test('InitProducerId: what cannot be had', async () => {
  await using broker = await TestBroker.start()
  const client = await broker.connect()
  const ask = async (body: Partial<Input<typeof InitProducerIdRequest>>): Promise<number[]> => {
    const whole = { transactionalId: null, transactionTimeoutMs: 1000, ...body }
    const answer = await client.send(InitProducerIdRequest, InitProducerIdResponse, 4, whole)
    return [answer.errorCode, answer.producerId, answer.producerEpoch]
  }
  assert.deepEqual(await ask({ transactionalId: 'tx' }), [Errors.NOT_COORDINATOR.code, -1, -1])
  assert.deepEqual(await ask({ transactionalId: '' }), [Errors.INVALID_REQUEST.code, -1, -1])
  assert.deepEqual(await ask({ producerId: 5 }), [Errors.INVALID_REQUEST.code, -1, -1])
  assert.deepEqual(await ask({ producerEpoch: 5 }), [Errors.INVALID_REQUEST.code, -1, -1])
})
