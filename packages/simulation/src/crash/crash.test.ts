import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { powerLosses } from '../disk/power-loss.ts'
import { crashBySeed } from './crash-by-seed.ts'
import { crashEverywhere } from './crash-everywhere.ts'
import { newTally } from './crash-failure.ts'
import { seedShape } from './crash-task.ts'
import { histories } from './histories.ts'

const SEEDS = Number(process.env['RUNS'] ?? 6)

describe('after a loss of power', () => {
  for (const [name, steps] of Object.entries(histories)) {
    test(`everything that was promised is there: ${name}`, async () => {
      const tally = newTally()
      // The other losses, and losses in the recoveries, are for `npm run test:crash`.
      const losses = powerLosses.slice(0, 1)
      await crashEverywhere({ steps, tally, losses, replay: 'npm run test:crash' })
      assert.ok(tally.points > 50 && tally.runs > 10 && tally.promisedRecords > 0, JSON.stringify(tally))
    })
  }

  test(`everything that was promised is there: ${SEEDS} long histories by seed`, async () => {
    const tally = newTally()
    for (let seed = 1; seed <= SEEDS; seed++) {
      await crashBySeed({ ...seedShape, seed, tally, replay: `npm run test:crash -- --seed ${seed}` })
    }
    assert.ok(tally.promisedRecords > 0)
  })

  test('a seed does the same every time', async () => {
    const run = (seed: number) => crashBySeed({ ...seedShape, seed, tally: newTally(), replay: '' })
    const trace = await run(5)
    assert.ok(trace.length > 100)
    assert.deepEqual(await run(5), trace)
    assert.notDeepEqual(await run(6), trace)
  })
})
