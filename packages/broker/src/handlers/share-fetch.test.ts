import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DeleteShareGroupStateRequest, DeleteShareGroupStateResponse } from '@milena/protocol'
import { DeleteTopicsRequest, DeleteTopicsResponse, Errors } from '@milena/protocol'
import { IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse } from '@milena/protocol'
import { ack, beginShareGroup, ShareMember } from '../share/testing/share-member.ts'
import { TestBroker } from '../testing/test-broker.ts'
import { batchOf, createTopic, produceTo } from '../testing/topics.ts'
import type { WireClient } from '../testing/wire-client.ts'

const [ACCEPT, RELEASE, REJECT, RENEW] = [1, 2, 3, 4]
const properties = { 'share.coordinator.state.topic.num.partitions': '2' }
const codeOf = (name: keyof typeof Errors): number => Errors[name].code

/** A broker with a topic of these records, a batch each, and a share group that begins at its start. */
async function startWith(
  batches: readonly (readonly string[])[],
  options: { readonly properties?: Readonly<Record<string, string>>; readonly partitions?: number } = {},
): Promise<{ broker: TestBroker; client: WireClient; topicId: string }> {
  const broker = await TestBroker.start({ properties: { ...properties, ...options.properties } })
  const client = await broker.connect()
  const count = options.partitions ?? 1
  const topicId = await createTopic(client, 'events', { partitions: count })
  for (const values of batches) await produceTo(client, 'events', batchOf(values))
  await beginShareGroup(client, { topicId, partitions: Array.from({ length: count }, (_, index) => index) })
  return { broker, client, topicId }
}

test('records are handed out once, come again when they are given back, and are done with when accepted', async () => {
  const { broker, client, topicId } = await startWith([['a', 'b', 'c'], ['d']])
  await using _ = broker
  const one = new ShareMember(client, { memberId: 'one', topicId })
  const two = new ShareMember(await broker.connect(), { memberId: 'two', topicId })
  assert.equal(await one.take({ maxWaitMs: 10_000 }), 'a b c d 0-3x1')
  assert.equal(await two.take({ maxWaitMs: 10 }), '')
  assert.equal(await one.acknowledge([ack(0, 2, ACCEPT, RELEASE, REJECT)]), '0/0')
  // Only the batch with what is the member's comes, and all of that.
  assert.equal(await two.take({ maxWaitMs: 10_000 }), 'a b c 1-1x2')
  assert.equal(await two.acknowledge([ack(1, 1, ACCEPT)]), '0/0')
  assert.equal(await one.take({ maxWaitMs: 10 }, [ack(3, 3, RELEASE)]), 'd 3-3x2')
})

test('who waits is woken by what is produced, given back, and left behind by a connection that closes', async () => {
  const { broker, client, topicId } = await startWith([])
  await using _ = broker
  const one = new ShareMember(await broker.connect(), { memberId: 'one', topicId })
  const two = new ShareMember(await broker.connect(), { memberId: 'two', topicId })
  const waits = { maxWaitMs: 60_000 }
  const produced = one.take(waits)
  await produceTo(client, 'events', batchOf(['a', 'b']))
  assert.equal(await produced, 'a b 0-1x1')
  const given = two.take(waits)
  assert.equal(await one.acknowledge([ack(0, 0, RELEASE)]), '0/0')
  assert.equal(await given, 'a b 0-0x2')
  const left = two.take(waits)
  await one.client.close()
  assert.equal(await left, 'a b 1-1x2')
})

test('what cannot be written is said of its partition alone', async () => {
  const { broker, client, topicId } = await startWith([['a', 'b']])
  await using _ = broker
  const one = new ShareMember(client, { memberId: 'one', topicId })
  assert.equal(await one.take({ maxWaitMs: 10_000 }), 'a b 0-1x1')
  const topics = [{ topicId, partitions: [{ partition: 0 }] }]
  await client.send(DeleteShareGroupStateRequest, DeleteShareGroupStateResponse, 0, { groupId: 'g', topics })
  assert.equal(await one.acknowledge([ack(0, 0, ACCEPT)]), `0/${codeOf('UNKNOWN_SERVER_ERROR')}`)
})

test('the end of a session gives back what its member has', async () => {
  const { broker, client, topicId } = await startWith([['a', 'b']])
  await using _ = broker
  const one = new ShareMember(client, { memberId: 'one', topicId })
  const two = new ShareMember(await broker.connect(), { memberId: 'two', topicId })
  assert.equal(await one.take({ maxWaitMs: 10_000 }), 'a b 0-1x1')
  assert.equal(await two.take(), '')
  const waiting = two.take({ maxWaitMs: 60_000 })
  assert.equal(await one.acknowledge([ack(0, 0, ACCEPT)], { shareSessionEpoch: -1 }), '0/0')
  assert.equal(await waiting, 'a b 1-1x2')
  assert.equal(await one.acknowledge([ack(1, 1, ACCEPT)]), `${codeOf('SHARE_SESSION_NOT_FOUND')}/-`)
})

test('a fetch that ends the session gives back, too', async () => {
  const { broker, client, topicId } = await startWith([['a'], ['b']])
  await using _ = broker
  const one = new ShareMember(client, { memberId: 'one', topicId })
  const two = new ShareMember(await broker.connect(), { memberId: 'two', topicId })
  assert.equal(await one.take({ maxWaitMs: 10_000, maxRecords: 1, batchSize: 1 }), 'a 0-0x1')
  assert.equal(await two.take({ maxWaitMs: 10_000 }), 'b 1-1x1')
  assert.equal(await one.acknowledge([ack(1, 1, ACCEPT)]), `0/${codeOf('INVALID_RECORD_STATE')}`)
  assert.equal(await one.take({ shareSessionEpoch: -1, maxWaitMs: 10_000 }), 'nothing')
  assert.equal(await two.take({ maxWaitMs: 10_000 }), 'a 0-0x2')
})

test('what is known of a partition outlives the last session of its group', async () => {
  const { broker, client, topicId } = await startWith([['a']])
  await using _ = broker
  const one = new ShareMember(client, { memberId: 'one', topicId })
  assert.equal(await one.take({ maxWaitMs: 10_000 }), 'a 0-0x1')
  assert.equal(await one.take({ shareSessionEpoch: -1 }), 'nothing')
  assert.equal(await one.take({ shareSessionEpoch: 0, topics: [] }), 'nothing')
  const refused = await one.acknowledge([ack(0, 0, ACCEPT)], { shareSessionEpoch: 1 })
  assert.equal(refused, `0/${codeOf('INVALID_RECORD_STATE')}`)
})

test('who is told of an error in one partition is told of all, and does not wait', async () => {
  const { broker, client, topicId } = await startWith([])
  await using _ = broker
  const other = await createTopic(client, 'other')
  const one = new ShareMember(client, { memberId: 'one', topicId })
  const partitions = [{ partitionIndex: 0, partitionMaxBytes: 0, acknowledgementBatches: [] }]
  const topics = [topicId, other].map((id) => ({ topicId: id, partitions }))
  const { responses } = await one.fetch({ maxWaitMs: 3_600_000, topics })
  const told = new Map(responses.map((each) => [each.topicId, each.partitions.map(({ errorCode }) => errorCode)]))
  assert.deepEqual([told.get(topicId), told.get(other)], [[0], [-1]])
})

test('a session counts its requests', async () => {
  const { broker, client, topicId } = await startWith([['a']])
  await using _ = broker
  const member = new ShareMember(client, { memberId: 'one', topicId })
  const error = (name: keyof typeof Errors): string => `error ${codeOf(name)}`
  assert.equal(await member.take({ shareSessionEpoch: 1 }), error('SHARE_SESSION_NOT_FOUND'))
  assert.equal(await member.take({ shareSessionEpoch: -1 }), error('SHARE_SESSION_NOT_FOUND'))
  assert.equal(await member.acknowledge([], { shareSessionEpoch: 0 }), `${codeOf('INVALID_SHARE_SESSION_EPOCH')}/-`)
  assert.equal(await member.take({ shareSessionEpoch: 0 }, [ack(0, 0, ACCEPT)]), error('INVALID_REQUEST'))
  assert.equal(await member.take({ maxWaitMs: 10_000 }), 'a 0-0x1')
  assert.equal(await member.take({ shareSessionEpoch: 2 }), error('INVALID_SHARE_SESSION_EPOCH'))
  assert.equal(await member.take({ shareSessionEpoch: 1 }), 'nothing')
  // Opening it anew takes nothing from the member.
  assert.equal(await member.take({ shareSessionEpoch: 0 }), '')
  assert.equal(await member.acknowledge([ack(0, 0, ACCEPT)], { shareSessionEpoch: 1 }), '0/0')
})

test('who is no member of a group is refused', async () => {
  const { broker, client, topicId } = await startWith([])
  await using _ = broker
  for (const memberId of [null, '', 'm'.repeat(37)]) {
    const member = new ShareMember(client, { memberId: 'one', topicId })
    const { errorCode, errorMessage } = await member.fetch({ memberId })
    assert.equal(errorCode, codeOf('INVALID_REQUEST'))
    assert.equal(errorMessage, null)
  }
  const { errorCode } = await new ShareMember(client, { memberId: 'one', topicId }).fetch({ groupId: null })
  assert.equal(errorCode, codeOf('INVALID_REQUEST'))
})

test('no more sessions than there may be', async () => {
  const { broker, client, topicId } = await startWith([], { properties: { 'group.share.max.share.sessions': '1' } })
  await using _ = broker
  const one = new ShareMember(client, { memberId: 'one', topicId })
  const two = new ShareMember(await broker.connect(), { memberId: 'two', topicId })
  assert.equal((await one.fetch()).errorCode, 0)
  assert.equal(await two.take({ shareSessionEpoch: 0 }), `error ${codeOf('SHARE_SESSION_LIMIT_REACHED')}`)
  assert.equal(await one.take({ shareSessionEpoch: -1 }), 'nothing')
  assert.equal((await two.fetch()).errorCode, 0)
})

test('acknowledgements that cannot be are refused, each for itself', async () => {
  const { broker, client, topicId } = await startWith([['a', 'b', 'c', 'd']])
  await using _ = broker
  const member = new ShareMember(client, { memberId: 'one', topicId })
  const stranger = new ShareMember(await broker.connect(), { memberId: 'two', topicId })
  assert.equal(await member.take({ maxWaitMs: 10_000 }), 'a b c d 0-3x1')
  assert.equal(await stranger.take(), '')
  const invalid = `0/${codeOf('INVALID_REQUEST')}`
  for (const batches of [
    [ack(1, 0, ACCEPT)],
    [ack(2, 3, ACCEPT), ack(0, 1, ACCEPT)],
    [ack(0, 3)],
    [ack(0, 3, ACCEPT, ACCEPT)],
    [ack(0, 3, 5)],
    [ack(0, 3, -1)],
    [ack(0, Number.MAX_SAFE_INTEGER, ACCEPT)],
    [ack(7, 9, ACCEPT)],
  ]) {
    assert.equal(await member.acknowledge(batches), invalid, JSON.stringify(batches))
  }
  assert.equal(await member.acknowledge([ack(0, 0, RENEW)], { isRenewAck: false }), invalid)
  assert.equal(await stranger.acknowledge([ack(0, 3, ACCEPT)]), `0/${codeOf('INVALID_RECORD_STATE')}`)
  assert.equal(await member.acknowledge([ack(0, 1, ACCEPT), ack(1, 2, ACCEPT)]), `0/${codeOf('INVALID_RECORD_STATE')}`)
  assert.equal(await member.acknowledge([ack(0, 3, ACCEPT)]), '0/0')
  assert.equal(await member.acknowledge([ack(0, 3, ACCEPT)]), '0/0', 'the log of the group has moved on')
})

test('the answer tells how long locks last, which may be renewed', async () => {
  const { broker, client, topicId } = await startWith([['a']])
  await using _ = broker
  const member = new ShareMember(client, { memberId: 'one', topicId })
  const { acquisitionLockTimeoutMs } = await member.fetch({ maxWaitMs: 10_000 })
  assert.equal(acquisitionLockTimeoutMs, 30_000)
  assert.equal(await member.acknowledge([ack(0, 0, RENEW)]), '0/0')
  const renewal = { isRenewAck: true, maxBytes: 0, minBytes: 0, maxRecords: 0, maxWaitMs: 0 }
  assert.equal(await member.take(renewal, [ack(0, 0, RENEW)]), '')
  const refused = await member.fetch({ ...renewal, minBytes: 1, shareSessionEpoch: member.epoch }, [ack(0, 0, RENEW)])
  assert.equal(refused.errorCode, codeOf('INVALID_REQUEST'))
  assert.equal(await setGroupConfig(client, { 'share.renew.acknowledge.enable': 'false' }), 0)
  assert.equal(await member.acknowledge([ack(0, 0, RENEW)]), `0/${codeOf('INVALID_RECORD_STATE')}`)
})

test('a limit of records is kept, in version 2', async () => {
  const { broker, client, topicId } = await startWith([['a', 'b', 'c'], ['d']])
  await using _ = broker
  const member = new ShareMember(client, { memberId: 'one', topicId })
  const limited = { maxRecords: 2, shareAcquireMode: 1, maxWaitMs: 10_000 }
  assert.equal(await member.take(limited), 'a b c 0-1x1')
  assert.equal(await member.take(limited), 'a b c d 2-2x1 3-3x1')
  const { errorCode } = await member.fetch({ ...limited, shareAcquireMode: 2 })
  assert.equal(errorCode, codeOf('UNKNOWN_SERVER_ERROR'))
})

test('what was accepted is so for good; what was only handed out comes again after a restart', async () => {
  const { broker, client, topicId } = await startWith([['a', 'b', 'c']])
  const member = new ShareMember(client, { memberId: 'one', topicId })
  assert.equal(await member.take({ maxWaitMs: 10_000 }), 'a b c 0-2x1')
  assert.equal(await member.acknowledge([ack(0, 1, ACCEPT, RELEASE)]), '0/0')
  await broker.close()
  await using again = await TestBroker.start({ fs: broker.fs, properties })
  const other = new ShareMember(await again.connect(), { memberId: 'two', topicId })
  // Whether the end of the connection was written down before the broker ended does not matter.
  assert.match(await other.take({ maxWaitMs: 10_000 }), /^a b c (1-1x2 2-2x1|1-2x2)$/)
})

test('a topic that is not there, or not any more, is told in every answer', async () => {
  const { broker, client, topicId } = await startWith([['a']])
  await using _ = broker
  const member = new ShareMember(client, { memberId: 'one', topicId })
  const lost = new ShareMember(client, { memberId: 'two', topicId: 'AAAAAAAAAAAAAAAAAAAAAg' })
  const unknownId = `error ${codeOf('UNKNOWN_TOPIC_ID')}/0`
  assert.equal(await lost.take(), unknownId)
  assert.equal(await lost.take(), unknownId)
  assert.equal(await lost.acknowledge([ack(0, 0, ACCEPT)]), `0/${codeOf('UNKNOWN_TOPIC_ID')}`)
  assert.equal(await member.take({ maxWaitMs: 10_000 }), 'a 0-0x1')
  await client.send(DeleteTopicsRequest, DeleteTopicsResponse, 6, {
    topics: [{ name: 'events', topicId: 'AAAAAAAAAAAAAAAAAAAAAA' }],
    timeoutMs: 10_000,
  })
  assert.equal(await member.take(), `error ${codeOf('UNKNOWN_TOPIC_OR_PARTITION')}/0`)
})

test('partitions take turns, forgotten ones are read no more', async () => {
  const { broker, client, topicId } = await startWith([['a', 'b']], { partitions: 2 })
  await using _ = broker
  const member = new ShareMember(client, { memberId: 'one', topicId, partitions: [0, 1] })
  const { responses } = await member.fetch({ maxWaitMs: 10_000 })
  assert.deepEqual(new Set(responses[0]!.partitions.map(({ partitionIndex }) => partitionIndex)), new Set([0, 1]))
  assert.equal(await member.acknowledge([ack(0, 1, RELEASE)]), '0/0')
  const forgotten = await member.fetch({ forgottenTopicsData: [{ topicId, partitions: [0] }] })
  assert.deepEqual(forgotten.responses, [])
  assert.equal(await member.acknowledge([ack(0, 0, ACCEPT)]), `0/${codeOf('INVALID_RECORD_STATE')}`)
})

async function setGroupConfig(client: WireClient, configs: Readonly<Record<string, string>>): Promise<number> {
  const resource = {
    resourceType: 32,
    resourceName: 'g',
    configs: Object.entries(configs).map(([name, value]) => ({ name, value, configOperation: 0 })),
  }
  const { responses } = await client.send(IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse, 1, {
    resources: [resource],
    validateOnly: false,
  })
  return responses[0]!.errorCode
}

test('a group that is ahead of its log waits for it', async () => {
  const { broker, client, topicId } = await startWith([['a']])
  await using _ = broker
  await beginShareGroup(client, { groupId: 'ahead', topicId, startOffset: 2 })
  const member = new ShareMember(client, { groupId: 'ahead', memberId: 'one', topicId })
  const waiting = member.take({ maxWaitMs: 60_000 })
  const other = await broker.connect()
  await produceTo(other, 'events', batchOf(['b']))
  await produceTo(other, 'events', batchOf(['c']))
  assert.equal(await waiting, 'c 2-2x1')
})
