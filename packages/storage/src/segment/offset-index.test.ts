import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { OffsetIndex } from './offset-index.ts'

function indexOf(...entries: [offset: number, position: number][]): OffsetIndex {
  const index = new OffsetIndex(100)
  for (const [offset, position] of entries) index.append(offset, position)
  return index
}

describe('OffsetIndex', () => {
  test('finds the last entry that is not behind the offset', () => {
    const index = indexOf([110, 1000], [120, 2000], [130, 3000])
    assert.deepEqual(index.lookup(105), { offset: 100, position: 0 })
    assert.deepEqual(index.lookup(110), { offset: 110, position: 1000 })
    assert.deepEqual(index.lookup(129), { offset: 120, position: 2000 })
    assert.deepEqual(index.lookup(1000), { offset: 130, position: 3000 })
    assert.deepEqual(new OffsetIndex(7).lookup(9), { offset: 7, position: 0 })
  })

  test('is laid out as in the file: relative offset and position, big-endian', () => {
    const { entries } = indexOf([110, 1000], [120, 2000])
    assert.equal(entries.copy(0, 2).toString('hex'), '0000000a000003e800000014000007d0')
  })

  test('forgets the entries from a position on', () => {
    const index = indexOf([110, 1000], [120, 2000], [130, 3000])
    index.truncateToPosition(2000)
    assert.deepEqual(index.lookup(1000), { offset: 110, position: 1000 })
    assert.equal(index.count, 1)
  })

  test('is full when segment.index.bytes are used up', () => {
    const index = indexOf([110, 1000], [120, 2000])
    assert.equal(index.isFull(24), false)
    assert.equal(index.isFull(23), true)
  })

  test('counts the entries that can be right', () => {
    assert.equal(indexOf([110, 1000], [120, 2000]).validCount(5000), 2)
    assert.equal(indexOf([110, 1000], [120, 2000]).validCount(2000), 1, 'beyond the log')
    assert.equal(indexOf([110, 1000], [110, 2000]).validCount(5000), 1, 'the same offset again')
    assert.equal(indexOf([110, 1000], [120, 1000]).validCount(5000), 1, 'the same position again')
    assert.equal(indexOf([110, 1000], [100, 0]).validCount(5000), 1, 'zeros, as after a loss of power')
    assert.equal(indexOf([100, 0]).validCount(5000), 0)
  })

  test('gives back to the file what it holds, and takes it again', () => {
    const index = indexOf([110, 1000], [120, 2000])
    const { entries } = index
    const file = entries.copy(0, 2)
    entries.markPersisted(2)
    entries.unload()
    assert.deepEqual([entries.count, entries.unloadedCount, entries.residentBytes], [2, 2, 0])
    index.append(130, 3000)
    entries.load(file)
    assert.deepEqual(index.lookup(115), { offset: 110, position: 1000 })
    assert.deepEqual(index.lookup(135), { offset: 130, position: 3000 })
    assert.equal(entries.persistedCount, 2)
  })
})
