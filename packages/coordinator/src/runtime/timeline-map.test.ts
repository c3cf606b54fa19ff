import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Dice } from '../testing/dice.ts'
import { Timeline } from './timeline.ts'
import { TimelineMap } from './timeline-map.ts'

test('a change is written at once and committed when its offset is', () => {
  const timeline = new Timeline()
  const map = new TimelineMap<string, number>(timeline)
  timeline.advance(0)
  map.set('a', 1)
  assert.equal(map.get('a'), 1)
  assert.equal(map.getCommitted('a'), undefined)
  timeline.commit(0)
  assert.equal(map.getCommitted('a'), 1)
})

test('a deleted key is still there for those who see what is committed', () => {
  const timeline = new Timeline()
  const map = new TimelineMap<string, number>(timeline)
  timeline.advanceCommitted(0)
  map.set('a', 1)
  timeline.advance(1)
  map.delete('a')
  assert.deepEqual([...map.entries()], [])
  assert.deepEqual([...map.committedEntries()], [['a', 1]])
  timeline.commit(1)
  assert.deepEqual([...map.committedEntries()], [])
})

test('a change without a record belongs to what was written last', () => {
  const timeline = new Timeline()
  const map = new TimelineMap<string, number>(timeline)
  map.set('a', 1)
  assert.equal(map.getCommitted('a'), 1, 'nothing is uncommitted')
  timeline.advance(5)
  map.set('a', 2)
  map.set('a', 3)
  assert.equal(map.getCommitted('a'), 1)
  timeline.commit(5)
  assert.equal(map.getCommitted('a'), 3)
})

/** The same map in the simplest way: the changes in order, applied as far as one may see. */
class PlainHistory {
  readonly #changes: { offset: number; key: string; value: number | undefined }[] = []

  change(offset: number, key: string, value: number | undefined): void {
    this.#changes.push({ offset, key, value })
  }

  until(offset: number): Map<string, number> {
    const map = new Map<string, number>()
    for (const change of this.#changes.filter((candidate) => candidate.offset <= offset)) {
      if (change.value === undefined) map.delete(change.key)
      else map.set(change.key, change.value)
    }
    return map
  }
}

test('both faces agree with a plain history under random changes and commits', () => {
  for (let seed = 1; seed <= 50; seed++) {
    const dice = new Dice(seed)
    const timeline = new Timeline()
    const map = new TimelineMap<string, number>(timeline)
    const history = new PlainHistory()
    let written = -1
    let committed = -1
    for (let step = 0; step < 200; step++) {
      if (dice.chance(0.4)) timeline.advance(++written)
      if (dice.chance(0.3)) timeline.commit((committed = Math.max(committed, dice.below(written + 2) - 1)))
      const key = dice.pick(['a', 'b', 'c'])
      const value = dice.chance(0.4) ? undefined : step
      history.change(written, key, value)
      if (value === undefined) map.delete(key)
      else map.set(key, value)
      assert.deepEqual(new Map(map.entries()), history.until(written), `seed ${seed}`)
      assert.deepEqual(new Map(map.committedEntries()), history.until(committed), `seed ${seed}`)
      for (const name of ['a', 'b', 'c']) assert.equal(map.getCommitted(name), history.until(committed).get(name))
    }
  }
})
