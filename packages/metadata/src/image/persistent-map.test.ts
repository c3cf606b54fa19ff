import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { PersistentMap } from './persistent-map.ts'

describe('a persistent map', () => {
  test('does what a Map does, and leaves what it came from as it was', () => {
    const key = fc.oneof(fc.constantFrom('a', 'b', 'topic-1', 'topic-2'), fc.string({ maxLength: 4 }))
    const step = fc.tuple(fc.boolean(), key, fc.nat(9))
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        let map = PersistentMap.empty<number>()
        const model = new Map<string, number>()
        for (const [isSet, name, value] of steps) {
          const before = new Map(map)
          const previous = map
          map = isSet ? map.set(name, value) : map.delete(name)
          assert.deepEqual(new Map(previous), before)
          if (isSet) model.set(name, value)
          else model.delete(name)
          assert.equal(map.size, model.size)
          assert.equal(map.get(name), model.get(name))
        }
        assert.deepEqual(new Map(map), model)
        for (const [name, value] of model) assert.equal(map.get(name), value)
      }),
    )
  })

  test('holds keys whose hashes are equal', () => {
    const colliding = equalHashes()
    let map = PersistentMap.from(colliding.map((name, index) => [name, index] as const))
    assert.deepEqual(
      colliding.map((name) => map.get(name)),
      [0, 1],
    )
    map = map.delete(colliding[0]!)
    assert.deepEqual([map.has(colliding[0]!), map.get(colliding[1]!), map.size], [false, 1, 1])
  })

  test('ten thousand names', () => {
    const names = Array.from({ length: 10_000 }, (_, index) => `topic-${index}`)
    const map = PersistentMap.from(names.map((name) => [name, name] as const))
    assert.equal(map.size, 10_000)
    assert.ok(names.every((name) => map.get(name) === name))
    assert.deepEqual(new Set(map.keys()), new Set(names))
    assert.equal([...map.values()].length, 10_000)
  })
})

/** Two texts with the same FNV-1a hash, by the birthday of 32 bits; the final mix is a bijection. */
function equalHashes(): [string, string] {
  const seen = new Map<number, string>()
  for (let index = 0; ; index++) {
    const name = `k${index}`
    let hash = 0x811c9dc5
    for (let at = 0; at < name.length; at++) hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193)
    const other = seen.get(hash)
    if (other !== undefined) return [other, name]
    seen.set(hash, name)
  }
}
