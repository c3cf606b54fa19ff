import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FetchRequest, FetchResponse } from '@milena/protocol'
import { ManualClock } from '@milena/runtime'
import { ack, beginShareGroup, ShareMember } from '../share/testing/share-member.ts'
import { setQuota } from '../testing/client-quotas.ts'
import { TestBroker } from '../testing/test-broker.ts'
import { batchOf, createTopic, fetchBody, produceTo, valuesIn } from '../testing/topics.ts'

const ACCEPT = 1
const GREEDY = { 'client-id': 'greedy' }
/** Of whom no request is so quick that it would not be over it. */
const NEXT_TO_NOTHING_PERCENT = 0.001

/** Whoever looks at it finds that a millisecond has passed. */
class BusyClock extends ManualClock {
  #looks = 0

  override monotonicMs(): number {
    return super.monotonicMs() + this.#looks++
  }
}

test('a fetch of a client that is over its quota of time brings nothing, and keeps its session', async () => {
  const clock = new BusyClock(Date.now())
  await using broker = await TestBroker.start({ clock })
  const admin = await broker.connect('admin')
  await createTopic(admin, 'events')
  await produceTo(admin, 'events', batchOf(['a']))
  const greedy = await broker.connect('greedy')
  const fetch = (sessionId: number, sessionEpoch: number) =>
    greedy.send(FetchRequest, FetchResponse, 12, {
      ...fetchBody('events', [{ fetchOffset: 0 }]),
      sessionId,
      sessionEpoch,
    })
  const { sessionId } = await fetch(0, 0)
  assert.notEqual(sessionId, 0)
  await setQuota(admin, GREEDY, 'request_percentage', NEXT_TO_NOTHING_PERCENT)
  const refused = await fetch(sessionId, 1)
  assert.deepEqual([refused.errorCode, refused.sessionId, refused.responses], [0, sessionId, []])
  assert.ok(refused.throttleTimeMs > 0)
  await setQuota(admin, GREEDY, 'request_percentage', null)
  const waiting = fetch(sessionId, 2)
  clock.advance(refused.throttleTimeMs)
  const { throttleTimeMs, responses } = await waiting
  assert.equal(throttleTimeMs, 0)
  assert.deepEqual(valuesIn(responses[0]!.partitions[0]!.records), ['a'])
})

for (const [key, value] of [
  ['consumer_byte_rate', 1_000],
  ['request_percentage', NEXT_TO_NOTHING_PERCENT],
] as const) {
  test(`a share fetch over the quota ${key} brings nothing, and its records stay locked for their time`, async () => {
    const properties = { 'share.coordinator.state.topic.num.partitions': '2' }
    const clock = new BusyClock(Date.now())
    await using broker = await TestBroker.start({ properties, clock })
    const admin = await broker.connect('admin')
    const topicId = await createTopic(admin, 'events')
    await produceTo(admin, 'events', batchOf(['small']))
    await produceTo(admin, 'events', batchOf(['x'.repeat(20_000)]))
    await beginShareGroup(admin, { topicId })
    const greedy = new ShareMember(await broker.connect('greedy'), { memberId: 'greedy', topicId })
    const modest = new ShareMember(await broker.connect('modest'), { memberId: 'modest', topicId })
    assert.equal(await greedy.take({ maxWaitMs: 10_000, maxRecords: 1, batchSize: 1 }), 'small 0-0x1')
    await setQuota(admin, GREEDY, key, value)
    const refused = await greedy.fetch({ maxWaitMs: 10_000 }, [ack(0, 0, ACCEPT)])
    assert.equal(refused.errorCode, 0)
    assert.ok(refused.throttleTimeMs > 0)
    // What it said of earlier records counts all the same.
    const told = refused.responses.flatMap(({ partitions }) => partitions)
    assert.deepEqual(
      told.map(({ acknowledgeErrorCode, records, acquiredRecords }) => [
        acknowledgeErrorCode,
        records,
        acquiredRecords,
      ]),
      [[0, new Uint8Array(), []]],
    )
    assert.equal(await modest.take(), '')
    const waiting = modest.fetch({ maxWaitMs: 60_000 })
    clock.advance(30_000)
    const { responses } = await waiting
    const [{ acquiredRecords } = { acquiredRecords: [] }] = responses[0]!.partitions
    assert.deepEqual(
      acquiredRecords.map(({ firstOffset, deliveryCount }) => [firstOffset, deliveryCount]),
      [[1, 2]],
    )
  })
}
