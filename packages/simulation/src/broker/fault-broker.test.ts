import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { brokerShape } from '../crash/crash-task.ts'
import { newFaultTally } from '../faults/fault-everywhere.ts'
import { faultBroker } from './fault-broker.ts'

const SEEDS = Number(process.env['RUNS'] ?? 10)

describe('a broker of which the disk refuses a call', () => {
  test(`goes on, without a restart when the disk is mended, and knows everything: ${SEEDS} seeds`, async () => {
    const tally = newFaultTally()
    for (let seed = 1; seed <= SEEDS; seed++) {
      const replay = `npm run test:crash -- --only brokerFaults --seed ${seed}`
      await faultBroker({ ...brokerShape, seed, tally, replay })
    }
    assert.ok(tally.cameBack > 0 && tally.runs > SEEDS / 2 && tally.promisedRecords > 0, JSON.stringify(tally))
  })

  test('a seed does the same every time', async () => {
    const run = (seed: number) => faultBroker({ ...brokerShape, seed, tally: newFaultTally(), replay: '' })
    const trace = await run(3)
    assert.ok(trace.length > 200)
    assert.deepEqual(await run(3), trace)
  })
})
