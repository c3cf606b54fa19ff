import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  Errors,
  FindCoordinatorRequest,
  FindCoordinatorResponse,
  MetadataRequest,
  MetadataResponse,
} from '@milena/protocol'
import { TestBroker } from '../testing/test-broker.ts'
import { batchOf, produceTo } from '../testing/topics.ts'

test('a group has its coordinator at the first time of asking, in every version', async () => {
  for (let version = 0; version <= 6; version++) {
    await using broker = await TestBroker.start()
    const client = await broker.connect()
    const node = { nodeId: 1, host: '127.0.0.1', port: broker.port, errorCode: Errors.NONE.code }
    if (version < 4) {
      const found = await client.send(FindCoordinatorRequest, FindCoordinatorResponse, version, { key: 'g' })
      const { nodeId, host, port, errorCode, errorMessage } = found
      assert.deepEqual({ nodeId, host, port, errorCode }, node)
      if (version >= 1) assert.equal(errorMessage, 'NONE')
    } else {
      const body = { coordinatorKeys: ['g', ''] }
      const { coordinators } = await client.send(FindCoordinatorRequest, FindCoordinatorResponse, version, body)
      assert.deepEqual(coordinators, [
        { key: 'g', ...node, errorMessage: '' },
        { key: '', ...node, errorMessage: '' },
      ])
    }
  }
})

test('the topic of the coordinator is internal, and closed to clients', async () => {
  await using broker = await TestBroker.start()
  const client = await broker.connect()
  await client.send(FindCoordinatorRequest, FindCoordinatorResponse, 0, { key: 'g' })
  const topics = [{ name: '__consumer_offsets' }]
  const metadata = await client.send(MetadataRequest, MetadataResponse, 9, { topics, allowAutoTopicCreation: false })
  assert.equal(metadata.topics[0]?.isInternal, true)
  assert.equal(metadata.topics[0].partitions.length, 4)
  const { errorCode } = await produceTo(client, '__consumer_offsets', batchOf(['forged']))
  assert.equal(errorCode, Errors.INVALID_TOPIC_EXCEPTION.code)
})

test('a replication factor that the cluster cannot give makes no coordinator', async () => {
  await using broker = await TestBroker.start({ properties: { 'offsets.topic.replication.factor': '3' } })
  const client = await broker.connect()
  const found = await client.send(FindCoordinatorRequest, FindCoordinatorResponse, 1, { key: 'g', keyType: 0 })
  assert.equal(found.errorCode, Errors.COORDINATOR_NOT_AVAILABLE.code)
  assert.deepEqual([found.nodeId, found.host, found.port], [-1, '', -1])
  assert.equal(found.errorMessage, Errors.COORDINATOR_NOT_AVAILABLE.message)
})

test('coordinators of transactions and of share partitions, and keys that are none', async () => {
  await using broker = await TestBroker.start()
  const client = await broker.connect()
  const ask = async (version: number, keyType: number, key: string): Promise<number> => {
    const body = version < 4 ? { key, keyType } : { coordinatorKeys: [key], keyType }
    const found = await client.send(FindCoordinatorRequest, FindCoordinatorResponse, version, body)
    return version < 4 ? found.errorCode : found.coordinators[0]!.errorCode
  }
  assert.equal(await ask(3, 1, 'transactional-id'), Errors.NONE.code)
  assert.equal(await ask(6, 1, ''), Errors.NONE.code)
  assert.equal(await ask(6, 2, 'g:3iD8vypfSu2RX31yJvf699:0'), Errors.NONE.code)
  assert.equal(await ask(6, 2, 'a:b:c'), Errors.INVALID_REQUEST.code)
  assert.equal(await ask(5, 2, 'g:3iD8vypfSu2RX31yJvf6-A:0'), Errors.INVALID_REQUEST.code)
  assert.equal(await ask(3, 9, 'g'), Errors.INVALID_REQUEST.code)
  assert.equal(await ask(6, -1, 'g'), Errors.INVALID_REQUEST.code)
})
