import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Errors, INT64_MAX, INT64_MIN } from '@milena/protocol'
import { TestBroker } from '../testing/test-broker.ts'
import { batchOf, createTopic, produceTo } from '../testing/topics.ts'
import { ack, beginShareGroup, ShareMember } from './testing/share-member.ts'

const ACCEPT = 1
const INVALID = `0/${Errors.INVALID_REQUEST.code}`

test('ranges that are huge, overlap or lie nowhere are refused, and change nothing for who has the records', async () => {
  await using broker = await TestBroker.start({ properties: { 'share.coordinator.state.topic.num.partitions': '2' } })
  const client = await broker.connect()
  const topicId = await createTopic(client, 'events')
  await produceTo(client, 'events', batchOf(['a', 'b', 'c']))
  await beginShareGroup(client, { topicId, partitions: [0] })
  const member = new ShareMember(client, { memberId: 'm', topicId })
  assert.equal(await member.take({ maxWaitMs: 10_000 }), 'a b c 0-2x1')
  const hostile = [
    [ack(0, INT64_MAX, ACCEPT)],
    [ack(INT64_MIN, INT64_MAX, ACCEPT)],
    [ack(INT64_MAX, INT64_MIN, ACCEPT)],
    [ack(INT64_MAX, INT64_MAX, ACCEPT, ACCEPT)],
    [ack(2, 0, ACCEPT)],
    [ack(0, 2, ACCEPT), ack(1, 2, ACCEPT)],
    [ack(0, 2, ACCEPT, ACCEPT)],
    [ack(0, 0, 99)],
    [ack(0, 100_000, ...Array.from({ length: 100_001 }, () => ACCEPT))],
  ]
  for (const batches of hostile) {
    assert.equal(await member.acknowledge(batches), INVALID, JSON.stringify(batches).slice(0, 80))
  }
  assert.equal(await member.acknowledge([ack(0, 2, ACCEPT)]), '0/0')
})
