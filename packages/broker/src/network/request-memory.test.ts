import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RequestMemory } from './request-memory.ts'

test('those who wait proceed in order, as far as the memory goes', () => {
  const memory = new RequestMemory(100)
  memory.take(150)
  const proceeded: string[] = []
  memory.whenAvailable(() => {
    proceeded.push('first')
    memory.take(120)
  })
  memory.whenAvailable(() => proceeded.push('second'))
  memory.release(20)
  assert.deepEqual(proceeded, [], 'still beyond the limit')
  memory.release(50)
  assert.deepEqual(proceeded, ['first'], 'which used it up again')
  memory.release(120)
  assert.deepEqual(proceeded, ['first', 'second'])
  assert.equal(memory.hasWaiting, false)
})

test('who stops waiting is not called', () => {
  const memory = new RequestMemory(10)
  memory.take(10)
  const stop = memory.whenAvailable(() => assert.fail('was told not to wait'))
  stop()
  memory.release(10)
  assert.equal(memory.usedBytes, 0)
})
