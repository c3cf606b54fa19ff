import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SeededRandom } from '@milena/runtime'
import { placeReplicas } from './striped-replica-placer.ts'

const count = (ids: readonly number[]): readonly number[] => {
  const counts = new Map<number, number>()
  for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1)
  return Array.from(counts.values()).sort((a, b) => a - b)
}

test('partitions are spread over racks, and leaders over brokers', () => {
  const brokers = [0, 1, 2, 3, 4, 5].map((id) => ({ id, rack: `r${id % 3}` }))
  for (let seed = 1; seed <= 20; seed++) {
    const placed = placeReplicas(brokers, { partitions: 12, replicationFactor: 3 }, new SeededRandom(seed))
    for (const replicas of placed) {
      assert.equal(new Set(replicas.map((id) => id % 3)).size, 3, `seed ${seed}: ${replicas.join()}`)
    }
    assert.deepEqual(count(placed.map(([leader]) => leader!)), [2, 2, 2, 2, 2, 2], `seed ${seed}`)
    assert.deepEqual(count(placed.flat()), [6, 6, 6, 6, 6, 6], `seed ${seed}`)
    const single = placeReplicas(brokers, { partitions: 12, replicationFactor: 1 }, new SeededRandom(seed))
    assert.deepEqual(count(single.flat()), [2, 2, 2, 2, 2, 2], `seed ${seed}`)
  }
})

test('no broker twice, also where a rack is small', () => {
  const brokers = [0, 1, 2, 3].map((id) => ({ id, rack: id === 0 ? 'small' : 'large' }))
  for (let seed = 1; seed <= 20; seed++) {
    const placed = placeReplicas(brokers, { partitions: 5, replicationFactor: 4 }, new SeededRandom(seed))
    for (const replicas of placed) assert.equal(new Set(replicas).size, 4, `seed ${seed}`)
  }
})

test('what cannot be placed', () => {
  const place = (ids: readonly number[], replicationFactor: number) =>
    placeReplicas(
      ids.map((id) => ({ id, rack: null })),
      { partitions: 1, replicationFactor },
      new SeededRandom(1),
    )
  assert.throws(() => place([1], 2), {
    message:
      'The target replication factor of 2 cannot be reached because only 1 broker(s) are registered or some brokers have all their log directories cordoned.',
  })
  assert.throws(() => place([], 1), {
    message: 'All brokers are currently fenced, or have all their log directories cordoned.',
  })
})
