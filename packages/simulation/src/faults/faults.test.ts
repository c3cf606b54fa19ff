import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { histories } from '../crash/histories.ts'
import { plantedFaultBugs } from '../planted/planted-bugs.ts'
import { diskFaults } from './disk-fault.ts'
import { FaultFailure, faultEverywhere, newFaultTally } from './fault-everywhere.ts'

describe('when the disk refuses a call', () => {
  for (const [name, steps] of Object.entries(histories)) {
    test(`the storage comes back and nothing is lost: ${name}`, async () => {
      const tally = newFaultTally()
      // The others are for `npm run test:crash`.
      await faultEverywhere({ steps, tally, sample: { oneIn: 97, part: 0 }, replay: 'npm run test:crash' })
      assert.ok(tally.cameBack > 0 && tally.runs > 0, JSON.stringify(tally))
    })
  }

  test('a failure that nobody hears of is found', async () => {
    const wrap = plantedFaultBugs['a failed sync of which nobody hears']!
    const steps = histories['append, flush, roll']!
    const faults = diskFaults.filter(({ name }) => name === 'EIO once')
    const failing = faultEverywhere({ steps, tally: newFaultTally(), faults, wrap, replay: 'npm run test:crash' })
    await assert.rejects(failing, (error) => {
      assert.ok(error instanceof FaultFailure)
      assert.match(error.problems.join('\n'), /promised|lacks|holds/)
      return true
    })
  })
})
