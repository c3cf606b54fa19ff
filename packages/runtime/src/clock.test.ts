import assert from 'node:assert/strict'
import { describe, mock, test } from 'node:test'
import { systemClock } from './clock.ts'
import { ManualClock } from './manual-clock.ts'

describe('systemClock', () => {
  test('shows whole milliseconds and time that does not go back', () => {
    assert.ok(Number.isInteger(systemClock.nowMs()))
    const before = systemClock.monotonicMs()
    assert.ok(systemClock.monotonicMs() >= before)
  })

  test('fires once, after the call that set the timer', async () => {
    let returned = false
    await new Promise<void>((resolve) => {
      systemClock.setTimer(Number.NaN, () => {
        assert.ok(returned)
        resolve()
      })
      returned = true
    })
  })

  test('waits longer than setTimeout can, and is called off on the way', (context) => {
    mock.timers.enable({ apis: ['setTimeout'] })
    context.after(() => mock.timers.reset())
    const dayMs = 24 * 60 * 60 * 1000
    let fired = 0
    systemClock.setTimer(60 * dayMs, () => fired++)
    const cancelled = systemClock.setTimer(60 * dayMs, () => assert.fail('it was cancelled'))
    systemClock.setTimer(Infinity, () => assert.fail('it waits for ever')).cancel()
    for (let day = 0; day < 59; day++) mock.timers.tick(dayMs)
    assert.equal(fired, 0)
    cancelled.cancel()
    for (let day = 0; day < 60; day++) mock.timers.tick(dayMs)
    assert.equal(fired, 1)
  })
})

describe('ManualClock', () => {
  test('fires in the order of deadlines, then in that of setting, and shows the deadline meanwhile', () => {
    const clock = new ManualClock(1000)
    const seen: string[] = []
    const note = (name: string) => () => seen.push(`${name}@${clock.nowMs()}`)
    clock.setTimer(30, note('c'))
    clock.setTimer(10, note('a1'))
    clock.setTimer(10, note('a2'))
    clock.setTimer(20, note('b'))
    clock.setTimer(31, note('late'))
    clock.advance(30)
    assert.deepEqual(seen, ['a1@1010', 'a2@1010', 'b@1020', 'c@1030'])
    assert.equal(clock.nowMs(), 1030)
    assert.equal(clock.monotonicMs(), 30)
    assert.equal(clock.pendingTimers, 1)
    assert.equal(clock.nextDeadlineMs, 1031)
  })

  test('fires what a timer sets, when it is due by then, and not what was called off', () => {
    const clock = new ManualClock(0)
    const seen: number[] = []
    const again = (): void => {
      seen.push(clock.nowMs())
      clock.setTimer(10, again)
    }
    clock.setTimer(10, again)
    const other = clock.setTimer(15, () => assert.fail('it was cancelled'))
    clock.setTimer(12, () => other.cancel())
    clock.advance(35)
    assert.deepEqual(seen, [10, 20, 30])
    other.cancel()
    assert.equal(clock.pendingTimers, 1)
  })

  test('lets promises settle between timers', async () => {
    const clock = new ManualClock(0)
    const sleep = (ms: number): Promise<void> => new Promise((resolve) => void clock.setTimer(ms, resolve))
    const seen: number[] = []
    const work = (async () => {
      for (let step = 0; step < 3; step++) {
        await sleep(10)
        seen.push(clock.nowMs())
      }
    })()
    await clock.advanceAsync(30)
    assert.deepEqual(seen, [10, 20, 30])
    await work
    assert.throws(() => clock.advance(-1), RangeError)
  })
})
