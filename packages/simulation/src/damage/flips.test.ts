import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { histories } from '../crash/histories.ts'
import { plantedFlipBugs } from '../planted/planted-bugs.ts'
import { FlipFailure, flipEverywhere, newFlipTally } from './flip-everywhere.ts'

describe('a flipped bit', () => {
  for (const [name, steps] of Object.entries(histories)) {
    test(`is never served: ${name}`, async () => {
      const tally = newFlipTally()
      await flipEverywhere({ steps, tally, sample: { oneIn: 61, part: 0 }, replay: 'npm run test:crash' })
      assert.ok(tally.flips > 3, JSON.stringify(tally))
    })
  }

  test('is found to be served where nobody looks at checksums', async () => {
    const wrap = plantedFlipBugs['checksums that nobody looks at']!
    const steps = histories['append, flush, roll']!
    const failing = flipEverywhere({ steps, tally: newFlipTally(), wrap, replay: 'npm run test:crash' })
    await assert.rejects(failing, (error) => {
      assert.ok(error instanceof FlipFailure)
      assert.match(error.problems.join('\n'), /wrongly/)
      return true
    })
  })
})
