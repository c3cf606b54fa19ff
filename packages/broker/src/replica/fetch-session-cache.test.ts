import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ManualClock, SeededRandom } from '@milena/runtime'
import { FetchSessionCache } from './fetch-session-cache.ts'
import type { FetchSession } from './fetch-session.ts'
import { nextSessionEpoch } from './fetch-session.ts'

function setUp(slots: number): {
  readonly clock: ManualClock
  readonly cache: FetchSessionCache
  readonly open: (partitions: number) => FetchSession | undefined
} {
  const clock = new ManualClock()
  const cache = new FetchSessionCache({ slots, clock, random: new SeededRandom(1) })
  const open = (partitions: number): FetchSession | undefined => {
    const session = cache.create({ size: partitions, usesTopicIds: false })
    for (let partition = 0; session !== undefined && partition < partitions; partition++) {
      const epochs = { currentLeaderEpoch: -1, lastFetchedEpoch: -1 }
      session.put({ topic: 't', topicId: '', partition, fetchOffset: 0, maxBytes: 1, ...epochs })
    }
    return session
  }
  return { clock, cache, open }
}

const MINUTES_3 = 180_000

test('a full cache gives no session to a newcomer while all are in use', () => {
  const { cache, open } = setUp(2)
  assert.ok(open(1) !== undefined && open(1) !== undefined)
  assert.equal(open(100), undefined)
  assert.equal(cache.size, 2)
})

test('who was not seen for long gives way first, the least recently used before all', () => {
  const { clock, cache, open } = setUp(2)
  const [first, second] = [open(5)!, open(5)!]
  clock.advance(1000)
  cache.touch(first)
  clock.advance(MINUTES_3)
  const third = open(1)!
  assert.equal(cache.get(second.id), undefined)
  assert.ok(cache.get(first.id) !== undefined && cache.get(third.id) !== undefined)
})

test('a session of many partitions displaces an old one of few, not the other way round', () => {
  const { clock, cache, open } = setUp(2)
  const [small, large] = [open(2)!, open(10)!]
  clock.advance(MINUTES_3)
  cache.touch(small)
  cache.touch(large)
  assert.equal(open(2), undefined)
  assert.ok(open(5) !== undefined)
  assert.equal(cache.get(small.id), undefined)
  assert.ok(cache.get(large.id) !== undefined)
})

test('without slots there are no sessions', () => {
  assert.equal(setUp(0).open(1), undefined)
})

test('session epochs wrap to 1', () => {
  assert.deepEqual([0, 1, 0x7fff_ffff, -1].map(nextSessionEpoch), [1, 2, 1, -1])
})
