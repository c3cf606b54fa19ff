import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { LeaderEpochCache } from './leader-epoch-cache.ts'

function cacheOf(...entries: [epoch: number, startOffset: number][]): LeaderEpochCache {
  const cache = new LeaderEpochCache()
  for (const [epoch, startOffset] of entries) cache.assign(epoch, startOffset)
  return cache
}

function pairs(cache: LeaderEpochCache): [number, number][] {
  return cache.entries.map(({ epoch, startOffset }) => [epoch, startOffset])
}

describe('LeaderEpochCache', () => {
  test('notes an epoch once, where it begins', () => {
    const cache = cacheOf([1, 0], [1, 5], [3, 10], [3, 20])
    assert.deepEqual(pairs(cache), [
      [1, 0],
      [3, 10],
    ])
    assert.equal(cache.revision, 2)
  })

  test('drops what a new entry contradicts', () => {
    assert.deepEqual(pairs(cacheOf([1, 0], [2, 10], [3, 20], [2, 15])), [
      [1, 0],
      [2, 15],
    ])
    assert.deepEqual(pairs(cacheOf([1, 5], [2, 10], [3, 5])), [[3, 5]])
  })

  test('tells where an epoch ends', () => {
    const cache = cacheOf([2, 10], [4, 20], [7, 30])
    assert.deepEqual(cache.endOffsetFor(7, 99), { leaderEpoch: 7, endOffset: 99 })
    assert.deepEqual(cache.endOffsetFor(4, 99), { leaderEpoch: 4, endOffset: 30 })
    assert.deepEqual(cache.endOffsetFor(5, 99), { leaderEpoch: 4, endOffset: 30 }, 'an epoch that wrote nothing')
    assert.deepEqual(cache.endOffsetFor(1, 99), { leaderEpoch: 1, endOffset: 10 }, 'before all known ones')
    assert.deepEqual(cache.endOffsetFor(8, 99), { leaderEpoch: -1, endOffset: -1 }, 'not yet known')
    assert.deepEqual(cache.endOffsetFor(-1, 99), { leaderEpoch: -1, endOffset: -1 })
    assert.deepEqual(cache.endOffsetFor(-2, 99), { leaderEpoch: -2, endOffset: 10 }, 'only -1 stands for none')
    assert.deepEqual(new LeaderEpochCache().endOffsetFor(0, 99), { leaderEpoch: -1, endOffset: -1 })
  })

  test('forgets what is cut off at either end', () => {
    const cache = cacheOf([2, 10], [4, 20], [7, 30])
    cache.truncateFromEnd(30)
    cache.truncateFromStart(25)
    assert.deepEqual(pairs(cache), [[4, 25]])
    cache.truncateFromStart(25)
    cache.truncateFromStart(3)
    assert.deepEqual(pairs(cache), [[4, 25]])
    assert.equal(cache.epochForOffset(24), undefined)
    assert.equal(cache.epochForOffset(25), 4)
  })

  test('is written as Kafka writes it, and read again', () => {
    const cache = cacheOf([2, 10], [4, 20])
    assert.equal(cache.format(), '0\n2\n2 10\n4 20\n')
    assert.deepEqual(pairs(LeaderEpochCache.parse(cache.format())), pairs(cache))
    assert.deepEqual(pairs(LeaderEpochCache.parse('0\n0\n')), [])
    for (const text of ['', '1\n0\n', '0\n2\n1 0\n', '0\n1\n1 x\n', '0\n1\n1\n']) {
      assert.throws(() => LeaderEpochCache.parse(text), { name: 'CorruptFileError' }, JSON.stringify(text))
    }
  })
})
