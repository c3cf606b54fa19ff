import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DirectCalls } from './direct-calls.ts'

function callsOnAClock(): { calls: DirectCalls; run: (tookMs: number) => boolean; pass: (ms: number) => void } {
  let nowMs = 0
  const calls = new DirectCalls(() => nowMs)
  const run = (tookMs: number): boolean => {
    calls.run(() => (nowMs += tookMs))
    return calls.areQuick
  }
  return { calls, run, pass: (ms) => void (nowMs += ms) }
}

test('one that takes far too long ends them for a second', () => {
  const { calls, run, pass } = callsOnAClock()
  assert.deepEqual([run(0.1), run(10), run(0.1)], [true, true, true])
  assert.equal(run(20), false)
  pass(999)
  assert.equal(calls.areQuick, false)
  pass(1)
  assert.equal(calls.areQuick, true)
  assert.equal(run(10), true)
})

test('many that take a little too long end them, as many that do not never do', () => {
  const { run } = callsOnAClock()
  for (let count = 0; count < 1000; count++) assert.equal(run(0.24), true)
  let slow = 0
  while (run(0.5)) slow += 1
  assert.ok(slow < 64, `${slow} calls`)
})

test('what the call throws is thrown', () => {
  assert.throws(
    () =>
      new DirectCalls().run(() => {
        throw new Error('ENOSPC')
      }),
    /ENOSPC/,
  )
})
