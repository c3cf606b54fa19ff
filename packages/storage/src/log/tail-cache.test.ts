import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { LogTail } from './tail-cache.ts'
import { TailCache } from './tail-cache.ts'

function fill(tail: LogTail, from: number, to: number, bytes = 100): void {
  for (let offset = from; offset < to; offset++) tail.add(new Uint8Array(bytes).fill(offset), offset, offset + 1)
}

/** The first bytes of all entries from the one that holds `offset` on. */
function contents(tail: LogTail, offset: number): number[] {
  const found: number[] = []
  const first = tail.find(offset)
  for (let index = first; first >= 0 && tail.entryAt(index) !== undefined; index++)
    found.push(tail.entryAt(index)!.bytes[0]!)
  return found
}

describe('TailCache', () => {
  test('serves any offset that it holds, and none before or behind', () => {
    const tail = new TailCache(100_000).openTail()
    tail.add(new Uint8Array(10).fill(1), 10, 15)
    tail.add(new Uint8Array(10).fill(2), 15, 16)
    assert.deepEqual(contents(tail, 10), [1, 2])
    assert.deepEqual(contents(tail, 14), [1, 2])
    assert.deepEqual(contents(tail, 15), [2])
    assert.deepEqual([tail.find(9), tail.find(16)], [-1, -1])
  })

  test('lets the oldest go first, whichever log it belongs to, and keeps within its bytes', () => {
    const cache = new TailCache(1000)
    const [one, two] = [cache.openTail(), cache.openTail()]
    for (let offset = 0; offset < 20; offset++) {
      fill(one, offset, offset + 1)
      fill(two, offset, offset + 1)
      assert.ok(cache.sizeInBytes <= 1000)
    }
    assert.deepEqual(contents(two, 19), [19])
    assert.equal(one.find(17), -1)
    assert.ok(two.startOffset >= 18)
  })

  test('an entry that alone is too large passes through', () => {
    const cache = new TailCache(1000)
    const tail = cache.openTail()
    fill(tail, 0, 2)
    tail.add(new Uint8Array(5000), 2, 3)
    assert.deepEqual([cache.sizeInBytes, tail.startOffset], [0, Infinity])
    fill(tail, 3, 4)
    assert.deepEqual(contents(tail, 3), [3])
  })

  test('a cut drops what reaches beyond it, and a gap all that came before', () => {
    const cache = new TailCache(100_000)
    const tail = cache.openTail()
    fill(tail, 0, 5)
    tail.truncateTo(3)
    assert.deepEqual(contents(tail, 0), [0, 1, 2])
    fill(tail, 3, 4)
    assert.deepEqual(contents(tail, 0), [0, 1, 2, 3])
    fill(tail, 10, 12)
    assert.deepEqual([tail.startOffset, contents(tail, 10)], [10, [10, 11]])
    tail.clear()
    assert.deepEqual([cache.sizeInBytes, tail.startOffset], [0, Infinity])
  })

  test('thousands of entries come and go without growing', () => {
    const cache = new TailCache(50_000)
    const tail = cache.openTail()
    for (let offset = 0; offset < 20_000; offset += 100) {
      fill(tail, offset, offset + 100, 1)
      assert.ok(cache.sizeInBytes <= 50_000)
      assert.deepEqual(contents(tail, offset + 99), [(offset + 99) % 256])
    }
  })

  test('keeps large buffers as they came, and copies small slices that pin large ones', () => {
    const tail = new TailCache(10_000_000).openTail()
    const large = new Uint8Array(1_000_000)
    const frame = new Uint8Array(1_000_000).fill(7)
    tail.add(large, 0, 1)
    tail.add(frame.subarray(100, 200), 1, 2)
    assert.equal(tail.entryAt(tail.find(0))!.bytes, large)
    const copy = tail.entryAt(tail.find(1))!.bytes
    assert.deepEqual([copy.buffer.byteLength, copy[0]], [100, 7])
  })
})
