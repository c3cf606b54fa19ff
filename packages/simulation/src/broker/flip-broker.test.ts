import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { brokerFlipShape } from '../crash/crash-task.ts'
import { newFlipTally } from '../damage/flip-everywhere.ts'
import { flipBroker } from './flip-broker.ts'

const SEEDS = Number(process.env['RUNS'] ?? 5)

describe('a broker of whose disk a bit is flipped', () => {
  test(`says what it would have said, or that it cannot: ${SEEDS} seeds`, async () => {
    const tally = newFlipTally()
    for (let seed = 1; seed <= SEEDS; seed++) {
      const replay = `npm run test:crash -- --only brokerFlips --seed ${seed}`
      await flipBroker({ ...brokerFlipShape, seed, tally, replay })
    }
    assert.ok(tally.flips === SEEDS * brokerFlipShape.flips && tally.refused > 0, JSON.stringify(tally))
  })
})
