import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Dice } from '../testing/dice.ts'
import type { StateBatch } from './state-batches.ts'
import { combineStateBatches } from './state-batches.ts'

/** `10-19 available 1` is a batch. */
const batches = (...lines: string[]): StateBatch[] =>
  lines.map((line) => {
    const [, first, last, state, count] = /^(\d+)-(\d+) (\d) (\d+)$/.exec(line) ?? []
    return {
      firstOffset: Number(first),
      lastOffset: Number(last),
      deliveryState: Number(state),
      deliveryCount: Number(count),
    }
  })

const shown = (all: readonly StateBatch[]): string[] =>
  all.map((batch) => `${batch.firstOffset}-${batch.lastOffset} ${batch.deliveryState} ${batch.deliveryCount}`)

const combined = (known: string[], newer: string[], startOffset = -1): string[] =>
  shown(combineStateBatches(batches(...known), batches(...newer), startOffset))

test('nothing is combined to nothing', () => {
  assert.deepEqual(combined([], []), [])
})

test('what lies before the start offset is gone, and what lies across it is cut', () => {
  assert.deepEqual(combined(['0-9 0 1', '10-19 2 1'], ['20-29 0 1'], 15), ['15-19 2 1', '20-29 0 1'])
})

test('neighbours that stand alike become one batch', () => {
  assert.deepEqual(combined(['100-110 0 1'], ['111-119 0 1']), ['100-119 0 1'])
})

test('neighbours that do not stand alike stay apart, in order', () => {
  assert.deepEqual(combined(['111-119 0 1'], ['100-110 0 2']), ['100-110 0 2', '111-119 0 1'])
})

test('overlapping batches that stand alike become one', () => {
  assert.deepEqual(combined(['100-110 0 1'], ['105-107 0 1']), ['100-110 0 1'])
  assert.deepEqual(combined(['100-110 0 1'], ['105-120 0 1']), ['100-120 0 1'])
})

test('the higher delivery count wins where batches overlap, wherever that is', () => {
  assert.deepEqual(combined(['100-110 0 1'], ['100-110 0 2']), ['100-110 0 2'])
  assert.deepEqual(combined(['100-110 0 1'], ['100-105 0 2']), ['100-105 0 2', '106-110 0 1'])
  assert.deepEqual(combined(['100-110 0 1'], ['105-110 0 2']), ['100-104 0 1', '105-110 0 2'])
  assert.deepEqual(combined(['100-110 0 1'], ['103-107 0 2']), ['100-102 0 1', '103-107 0 2', '108-110 0 1'])
  assert.deepEqual(combined(['100-110 0 1'], ['105-120 0 2']), ['100-104 0 1', '105-120 0 2'])
})

test('a lower delivery count says nothing new, but of what was not known', () => {
  assert.deepEqual(combined(['100-110 0 3'], ['103-107 0 2']), ['100-110 0 3'])
  assert.deepEqual(combined(['100-110 0 3'], ['100-120 0 2']), ['100-110 0 3', '111-120 0 2'])
})

test('of equal delivery counts the higher state wins: what is done with stays so', () => {
  assert.deepEqual(combined(['100-110 0 1'], ['104-106 2 1']), ['100-103 0 1', '104-106 2 1', '107-110 0 1'])
})

test('a batch over many others is cut by each of them', () => {
  assert.deepEqual(combined(['100-109 2 3', '115-119 0 1', '130-139 4 5'], ['100-139 0 2']), [
    '100-109 2 3',
    '110-129 0 2',
    '130-139 4 5',
  ])
})

test('whatever is combined agrees with a record by record account', () => {
  for (let seed = 1; seed <= 300; seed++) {
    const dice = new Dice(seed)
    const some = (): StateBatch[] =>
      Array.from({ length: dice.below(6) }, () => {
        const firstOffset = dice.below(40)
        return {
          firstOffset,
          lastOffset: firstOffset + dice.below(12),
          deliveryState: dice.pick([0, 2, 4]),
          deliveryCount: 1 + dice.below(4),
        }
      })
    const known = dice.chance(0.3) ? some() : combineStateBatches([], some(), -1)
    const newer = some()
    const startOffset = dice.chance(0.3) ? -1 : dice.below(40)
    const result = combineStateBatches(known, newer, startOffset)
    assert.deepEqual(byRecord(result), byRecord([...known, ...newer], startOffset), `seed ${seed}`)
    for (const [index, batch] of result.entries()) {
      const before = result[index - 1]?.lastOffset ?? -1
      assert.ok(before < batch.firstOffset, `seed ${seed}: in order, none overlapping`)
    }
  }
})

test('batches told one by one are not all looked at each time', () => {
  let looks = 0
  const counted = (offset: number): StateBatch => ({
    get firstOffset() {
      looks++
      return offset
    },
    lastOffset: offset,
    deliveryState: 2,
    deliveryCount: 1,
  })
  const count = 2_000
  let known: readonly StateBatch[] = []
  // Each leaves a gap, and every second one falls between two others.
  for (let index = 0; index < count; index++) {
    known = combineStateBatches(known, [counted((index % 2 === 0 ? index : count * 2 - index) * 2)], 0)
  }
  assert.equal(known.length, count)
  assert.ok(looks < count * 60, `${looks} looks at ${count} batches`)
})

const byRecord = (all: readonly StateBatch[], startOffset = -1): [number, number][] => {
  const records = new Map<number, number>()
  for (const { firstOffset, lastOffset, deliveryState, deliveryCount } of all) {
    for (let offset = Math.max(firstOffset, startOffset); offset <= lastOffset; offset++) {
      records.set(offset, Math.max(records.get(offset) ?? -1, deliveryCount * 10 + deliveryState))
    }
  }
  return [...records].sort(([a], [b]) => a - b)
}
