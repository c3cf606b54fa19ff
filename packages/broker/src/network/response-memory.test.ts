import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ResponseMemory } from './response-memory.ts'

test('with much waiting for slow readers, everybody gets less at a time', () => {
  const memory = new ResponseMemory(1000)
  assert.equal(memory.fairShare(100), 100)
  assert.equal(memory.fairShare(10_000), 250)
  memory.take(900)
  assert.equal(memory.fairShare(10_000), 25)
  memory.take(200)
  assert.equal(memory.fairShare(10_000), 0, 'one batch is given all the same: limits are soft')
  memory.release(1100)
  assert.equal(memory.fairShare(10_000), 250)
})
