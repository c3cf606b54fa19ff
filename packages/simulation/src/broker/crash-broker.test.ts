import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { newTally } from '../crash/crash-failure.ts'
import { brokerShape } from '../crash/crash-task.ts'
import { crashBroker } from './crash-broker.ts'

const SEEDS = Number(process.env['RUNS'] ?? 8)

describe('a broker after a loss of power', () => {
  test(`knows everything that it acknowledged: ${SEEDS} seeds`, async () => {
    const tally = newTally()
    for (let seed = 1; seed <= SEEDS; seed++) {
      await crashBroker({ ...brokerShape, seed, tally, replay: `npm run test:crash -- --only brokers --seed ${seed}` })
    }
    assert.ok(tally.points === 4 * SEEDS && tally.promisedRecords > SEEDS, JSON.stringify(tally))
  })

  test('a seed does the same every time', async () => {
    const run = (seed: number) => crashBroker({ ...brokerShape, crashes: 1, seed, tally: newTally(), replay: '' })
    const trace = await run(5)
    assert.ok(trace.length > 200)
    assert.deepEqual(await run(5), trace)
    assert.notDeepEqual(await run(6), trace)
  })
})
