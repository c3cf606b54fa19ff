import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Dice } from '../testing/dice.ts'
import { TimerQueue } from './timer-queue.ts'

const owner = {}
const other = {}

test('timers fire in the order of their deadlines, once', () => {
  const queue = new TimerQueue<object, string>()
  queue.set(owner, 'late', 30, 'c')
  queue.set(owner, 'early', 10, 'a')
  queue.set(other, 'early', 20, 'b')
  assert.equal(queue.nextMs, 10)
  assert.equal(queue.takeDue(9), undefined)
  assert.deepEqual(
    [queue.takeDue(30), queue.takeDue(30), queue.takeDue(30), queue.takeDue(30)].map((due) => due?.event),
    ['a', 'b', 'c', undefined],
  )
})

test('a timer that is set again moves, later or earlier, with its new meaning', () => {
  const queue = new TimerQueue<object, string>()
  queue.set(owner, 'session', 10, 'old')
  queue.set(owner, 'session', 50, 'new')
  assert.equal(queue.takeDue(49), undefined)
  queue.set(owner, 'session', 20, 'newest')
  assert.equal(queue.takeDue(20)?.event, 'newest')
  assert.equal(queue.size, 0)
})

test('cancelled timers are gone; an owner can cancel all of its own', () => {
  const queue = new TimerQueue<object, string>()
  queue.set(owner, 'a', 1, 'a')
  queue.set(owner, 'b', 2, 'b')
  queue.set(other, 'a', 3, 'c')
  queue.cancel(owner, 'a')
  queue.cancel(owner, 'unknown')
  queue.cancelAll(owner)
  assert.deepEqual([...queue.timersOf(owner)], [])
  assert.equal(queue.takeDue(100)?.event, 'c')
  assert.equal(queue.size, 0)
})

test('random timers fire when a plain map of deadlines says', () => {
  for (let seed = 1; seed <= 30; seed++) {
    const dice = new Dice(seed)
    const queue = new TimerQueue<object, string>()
    const plain = new Map<string, number>()
    let nowMs = 0
    for (let step = 0; step < 300; step++) {
      const key = `timer ${dice.below(40)}`
      if (dice.chance(0.7)) {
        const deadlineMs = nowMs + 1 + dice.below(100)
        plain.set(key, deadlineMs)
        queue.set(owner, key, deadlineMs, key)
      } else if (dice.chance(0.5)) {
        plain.delete(key)
        queue.cancel(owner, key)
      } else {
        nowMs += dice.below(60)
        const fired: string[] = []
        for (let due = queue.takeDue(nowMs); due !== undefined; due = queue.takeDue(nowMs)) fired.push(due.event)
        const expected = [...plain].filter(([, deadlineMs]) => deadlineMs <= nowMs)
        assert.deepEqual(fired.toSorted(), expected.map(([name]) => name).toSorted(), `seed ${seed}`)
        for (const [name] of expected) plain.delete(name)
      }
      assert.equal(queue.size, plain.size)
    }
  }
})
