import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ManualClock } from '@milena/runtime'
import { Throttler } from './throttler.ts'

test('who goes too fast waits until the rate is what it may be', async () => {
  const clock = new ManualClock()
  const throttler = new Throttler(clock, 1000, new AbortController().signal)
  await throttler.passed(100)
  let hasPassed = false
  const passing = throttler.passed(900).then(() => {
    hasPassed = true
  })
  clock.advance(999)
  await new Promise(setImmediate)
  assert.equal(hasPassed, false)
  clock.advance(1)
  await passing
  assert.equal(clock.pendingTimers, 0)
})

test('who is slow, or may go as fast as can be, never waits', async () => {
  const clock = new ManualClock()
  const slow = new Throttler(clock, 1000, new AbortController().signal)
  for (let second = 0; second < 5; second++) {
    clock.advance(1000)
    await slow.passed(1000)
  }
  const free = new Throttler(clock, Infinity, new AbortController().signal)
  for (let turn = 0; turn < 5; turn++) await free.passed(1e12)
  assert.equal(clock.pendingTimers, 0)
})

test('nobody waits for what is called off', async () => {
  const clock = new ManualClock()
  const abort = new AbortController()
  const throttler = new Throttler(clock, 1, abort.signal)
  const passing = throttler.passed(1_000_000)
  abort.abort()
  await passing
  await throttler.passed(1_000_000)
  assert.equal(clock.pendingTimers, 0)
})
