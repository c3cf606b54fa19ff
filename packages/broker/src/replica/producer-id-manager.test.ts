import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ProducerIdManager } from './producer-id-manager.ts'

test('ids come from blocks, and a block is asked for once however many wait', async () => {
  let blocks = 0
  const manager = new ProducerIdManager(() => Promise.resolve({ firstProducerId: 1000 * blocks++, size: 3 }))
  const ids = await Promise.all(Array.from({ length: 7 }, () => manager.next()))
  assert.deepEqual(ids, [0, 1, 2, 1000, 1001, 1002, 2000])
  assert.equal(blocks, 3)
})

test('a controller that has none to give is asked again by the next one', async () => {
  let calls = 0
  const manager = new ProducerIdManager(() => {
    calls += 1
    return calls === 1 ? Promise.reject(new Error('not now')) : Promise.resolve({ firstProducerId: 5, size: 1 })
  })
  await assert.rejects(manager.next(), /not now/)
  assert.equal(await manager.next(), 5)
})
