import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { BrokerFailure, crashBroker } from '../broker/crash-broker.ts'
import { newTally } from '../crash/crash-failure.ts'
import { brokerShape } from '../crash/crash-task.ts'
import type { Wrap } from '../crash/recovery.ts'
import { plantedBrokerBugs } from './planted-bugs.ts'

/** What is found of each. */
const found: Readonly<Record<keyof typeof plantedBrokerBugs, RegExp>> = {
  'records that are acknowledged before the sync': /lacks value \d+, which was acknowledged/,
  'topics that are acknowledged before the sync': /is gone|is there, and its deletion was acknowledged/,
  'offsets that are acknowledged before the sync': /group-\d+ topic\d-\d is committed at/,
  'aborted transactions that are forgotten': /transaction \d+ of t\d, aborted, has 1 of/,
  'transactions that end before the sync': /transaction \d+ of t\d, committed, has|has epoch \d+, and had/,
}

const SEEDS_MAX = 40

async function firstFailure(wrap: Wrap, isMeant: RegExp): Promise<BrokerFailure> {
  for (let seed = 1; seed <= SEEDS_MAX; seed++) {
    try {
      await crashBroker({
        ...brokerShape,
        seed,
        tally: newTally(),
        replay: `npm run test:crash -- --seed ${seed}`,
        wrap,
      })
    } catch (error) {
      if (!(error instanceof BrokerFailure)) throw error
      if (isMeant.test(error.problems.join('\n'))) return error
    }
  }
  return assert.fail(`nothing was found in ${SEEDS_MAX} seeds`)
}

describe('a planted bug of a broker is found', () => {
  for (const [bug, wrap] of Object.entries(plantedBrokerBugs)) {
    test(bug, async () => {
      const { message } = await firstFailure(wrap, found[bug]!)
      assert.match(message, /Again: npm run test:crash/)
      assert.match(message, /The calls until then:\n {2}1 /)
    })
  }
})
