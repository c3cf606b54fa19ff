import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OffsetMap } from './offset-map.ts'

const key = (name: string | number): Uint8Array => Buffer.from(String(name))

function put(map: OffsetMap, name: string | number, offset: number): void {
  const bytes = key(name)
  map.put(bytes, 0, bytes.length, offset)
}

function get(map: OffsetMap, name: string | number): number {
  const bytes = key(name)
  return map.get(bytes, 0, bytes.length)
}

test('the last offset of a key is found, and that of no other', () => {
  const map = new OffsetMap(1_000_000)
  assert.equal(get(map, 'nobody'), -1)
  for (let index = 0; index < 30_000; index++) put(map, index % 20_000, index)
  assert.equal(map.size, 20_000)
  for (let index = 0; index < 20_000; index++) assert.equal(get(map, index), index < 10_000 ? index + 20_000 : index)
  assert.equal(get(map, 20_000), -1)
})

test('offset 0 is an offset, and an empty key is a key', () => {
  const map = new OffsetMap(1000)
  put(map, '', 0)
  assert.deepEqual([get(map, ''), get(map, 'a')], [0, -1])
})

test('it takes the memory it is given and not more', () => {
  const map = new OffsetMap(24 * 5000)
  assert.ok(map.slotsMax > 4900 && map.slotsMax <= 5000)
  for (let index = 0; index < map.slotsMax - 1; index++) put(map, index, index)
  for (let index = 0; index < map.slotsMax - 1; index++) assert.equal(get(map, index), index)
  put(map, 0, 9000)
  assert.equal(get(map, 0), 9000)
  assert.ok(map.utilization > 0.99)
  assert.throws(() => put(map, 'one more', 1), RangeError)
})
