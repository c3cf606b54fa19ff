/** DeleteRecords and OffsetForLeaderEpoch. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  DeleteRecordsRequest,
  DeleteRecordsResponse,
  Errors,
  OffsetForLeaderEpochRequest,
  OffsetForLeaderEpochResponse,
} from '@milena/protocol'
import { TestBroker } from '../testing/test-broker.ts'
import { batchOf, createTopic, fetchFrom, produceTo } from '../testing/topics.ts'
import type { WireClient } from '../testing/wire-client.ts'

async function deleteTo(
  client: WireClient,
  version: number,
  offset: number,
  topic = 'events',
): Promise<[number, number]> {
  const { topics } = await client.send(DeleteRecordsRequest, DeleteRecordsResponse, version, {
    topics: [{ name: topic, partitions: [{ partitionIndex: 0, offset }] }],
    timeoutMs: 1000,
  })
  const { errorCode, lowWatermark } = topics[0]!.partitions[0]!
  return [errorCode, lowWatermark]
}

test('DeleteRecords moves the start of the log, and consumers are told', async () => {
  await using broker = await TestBroker.start()
  const client = await broker.connect()
  await createTopic(client, 'events')
  for (let i = 0; i < 6; i++) await produceTo(client, 'events', batchOf([`${i}`]))
  for (let version = 0; version <= 2; version++) {
    assert.deepEqual(await deleteTo(client, version, version + 1), [0, version + 1])
    assert.equal((await fetchFrom(client, 'events', 5)).logStartOffset, version + 1)
  }
  assert.deepEqual(await deleteTo(client, 2, 1), [0, 3], 'what is behind the start is deleted already')
  assert.equal((await fetchFrom(client, 'events', 0)).errorCode, Errors.OFFSET_OUT_OF_RANGE.code)
  assert.deepEqual(await deleteTo(client, 2, 7), [Errors.OFFSET_OUT_OF_RANGE.code, -1])
  assert.deepEqual(await deleteTo(client, 2, -2), [Errors.OFFSET_OUT_OF_RANGE.code, -1])
  assert.deepEqual(await deleteTo(client, 2, -1), [0, 6], '-1 is all that is committed')
  assert.equal((await produceTo(client, 'events', batchOf(['after']))).baseOffset, 6)
})

test('DeleteRecords: what may not be cut', async () => {
  await using broker = await TestBroker.start()
  const client = await broker.connect()
  await createTopic(client, 'compacted', { configs: { 'cleanup.policy': 'compact' } })
  await createTopic(client, 'empty')
  await createTopic(client, '__consumer_offsets', { configs: { 'cleanup.policy': 'compact' } })
  assert.deepEqual(await deleteTo(client, 2, 0, 'nowhere'), [Errors.UNKNOWN_TOPIC_OR_PARTITION.code, -1])
  assert.deepEqual(await deleteTo(client, 2, 0, '__consumer_offsets'), [Errors.INVALID_TOPIC_EXCEPTION.code, -1])
  assert.deepEqual(await deleteTo(client, 2, 0, 'compacted'), [Errors.POLICY_VIOLATION.code, -1])
  assert.deepEqual(await deleteTo(client, 2, 0, 'empty'), [0, 0])
  assert.deepEqual(await deleteTo(client, 2, 1, 'empty'), [Errors.OFFSET_OUT_OF_RANGE.code, -1])
})

test('DeleteRecords: a partition that is named twice, and a topic of none', async () => {
  await using broker = await TestBroker.start()
  const client = await broker.connect()
  await createTopic(client, 'events')
  await createTopic(client, 'other')
  await produceTo(client, 'events', batchOf(['a', 'b', 'c']))
  const partitions = [2, 1].map((offset) => ({ partitionIndex: 0, offset }))
  const { topics } = await client.send(DeleteRecordsRequest, DeleteRecordsResponse, 2, {
    topics: [
      { name: 'events', partitions },
      { name: 'other', partitions: [] },
    ],
    timeoutMs: 1000,
  })
  assert.deepEqual(topics, [{ name: 'events', partitions: [{ partitionIndex: 0, lowWatermark: 1, errorCode: 0 }] }])
})

test('OffsetForLeaderEpoch', async () => {
  await using broker = await TestBroker.start()
  const client = await broker.connect()
  await createTopic(client, 'events')
  await createTopic(client, 'empty')
  await produceTo(client, 'events', batchOf(['a', 'b']))
  const ask = async (
    version: number,
    topic: string,
    leaderEpoch: number,
    currentLeaderEpoch: number,
  ): Promise<number[]> => {
    const { topics } = await client.send(OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse, version, {
      replicaId: -2,
      topics: [{ topic, partitions: [{ partition: 0, currentLeaderEpoch, leaderEpoch }] }],
    })
    const answer = topics[0]!.partitions[0]!
    return [answer.errorCode, answer.leaderEpoch, answer.endOffset]
  }
  for (let version = 2; version <= 4; version++) {
    assert.deepEqual(await ask(version, 'events', 0, 0), [0, 0, 2])
    assert.deepEqual(await ask(version, 'events', 0, -1), [0, 0, 2])
    assert.deepEqual(await ask(version, 'empty', 0, 0), [0, 0, 0])
    assert.deepEqual(await ask(version, 'empty', -2, 0), [0, -2, 0], 'before the first epoch, which began at 0')
    assert.deepEqual(await ask(version, 'events', 5, 0), [0, -1, -1])
    assert.deepEqual(await ask(version, 'events', 0, 3), [Errors.UNKNOWN_LEADER_EPOCH.code, -1, -1])
    assert.deepEqual(await ask(version, 'nowhere', 0, 0), [Errors.UNKNOWN_TOPIC_OR_PARTITION.code, -1, -1])
  }
})
