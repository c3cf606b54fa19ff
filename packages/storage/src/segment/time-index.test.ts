import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { TimeIndex } from './time-index.ts'

function indexOf(...entries: [timestamp: number, offset: number][]): TimeIndex {
  const index = new TimeIndex(100)
  for (const [timestamp, offset] of entries) index.append(timestamp, offset)
  return index
}

describe('TimeIndex', () => {
  test('finds the last entry that is not younger than the timestamp', () => {
    const index = indexOf([1000, 110], [2000, 120])
    assert.deepEqual(index.lookup(999), { timestamp: -1, offset: 100 })
    assert.deepEqual(index.lookup(1000), { timestamp: 1000, offset: 110 })
    assert.deepEqual(index.lookup(5000), { timestamp: 2000, offset: 120 })
  })

  test('is laid out as in the file: timestamp and relative offset, big-endian', () => {
    const { entries } = indexOf([0x1_0000_0002, 110])
    assert.equal(entries.copy(0, 1).toString('hex'), '0000000100000002' + '0000000a')
  })

  test('keeps a place for the entry that a roll adds', () => {
    const index = indexOf([1000, 110], [2000, 120])
    assert.equal(index.isFull(48), false)
    assert.equal(index.isFull(47), true)
  })

  test('counts the entries that can be right', () => {
    assert.equal(indexOf([1000, 110], [2000, 110]).validCount(200), 2)
    assert.equal(indexOf([1000, 110], [1000, 120]).validCount(200), 1, 'no younger')
    assert.equal(indexOf([1000, 110], [2000, 109]).validCount(200), 1, 'an offset that falls')
    assert.equal(indexOf([1000, 110], [2000, 120]).validCount(120), 1, 'beyond the end')
    assert.equal(indexOf([1000, 110], [0, 100]).validCount(200), 1, 'zeros, as after a loss of power')
  })

  test('forgets the entries from an offset on', () => {
    const index = indexOf([1000, 110], [2000, 120])
    index.truncateToOffset(120)
    assert.deepEqual(index.lookup(5000), { timestamp: 1000, offset: 110 })
  })
})
