import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DirectWrites } from './direct-writes.ts'

test('small writes are done at once, until one is slow; then none for a second', () => {
  let nowMs = 0
  const writes = new DirectWrites(() => nowMs)
  const run = (sizeInBytes: number, tookMs: number): boolean => writes.run(sizeInBytes, () => (nowMs += tookMs))
  assert.deepEqual([run(16_384, 0.1), run(16_385, 0), run(100, 3)], [true, false, true])
  assert.equal(nowMs, 3.1)
  assert.equal(run(100, 0), false)
  nowMs += 999
  assert.equal(run(100, 0), false)
  nowMs += 1
  assert.equal(run(100, 0), true)
})

test('what the write throws is thrown', () => {
  assert.throws(
    () =>
      new DirectWrites().run(1, () => {
        throw new Error('ENOSPC')
      }),
    /ENOSPC/,
  )
})
