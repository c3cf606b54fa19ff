import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { BrokerFailure, crashBroker } from '../broker/crash-broker.ts'
import { faultBroker } from '../broker/fault-broker.ts'
import { flipBroker } from '../broker/flip-broker.ts'
import { newTally } from '../crash/crash-failure.ts'
import { brokerFlipShape, brokerShape } from '../crash/crash-task.ts'
import type { Wrap } from '../crash/recovery.ts'
import { newFlipTally } from '../damage/flip-everywhere.ts'
import { newFaultTally } from '../faults/fault-everywhere.ts'
import { plantedBrokerBugs, plantedFaultBugs, plantedFlipBugs } from './planted-bugs.ts'

/** What is found of each. */
const found: Readonly<Record<string, RegExp>> = {
  'records that are acknowledged before the sync': /lacks value \d+, which was acknowledged/,
  'topics that are acknowledged before the sync': /is gone|is there, and its deletion was acknowledged/,
  'offsets that are acknowledged before the sync': /group-\d+ topic\d-\d is committed at/,
  'aborted transactions that are forgotten': /transaction \d+ of t\d, aborted, has 1 of/,
  'members that join before the sync': /members-\d member-\d had epoch \d+, and is told/,
  'deliveries that are acknowledged before the sync': /gives out \d+, which was done with/,
  'transactions that end before the sync': /transaction \d+ of t\d, committed, has|has epoch \d+, and had/,
  'a failed sync of which nobody hears': /lacks value \d+, which was acknowledged|is gone|is committed at|had epoch/,
  'a disk that is not found to take writes again': /is answered with error 56|does not end|does not answer/,
  'checksums that nobody looks at': /it says .*, and not/,
}

/** The seeds before find nothing of it, and would only take time. */
const firstSeeds: Readonly<Record<string, number>> = {
  'transactions that end before the sync': 11,
  'members that join before the sync': 18,
  'deliveries that are acknowledged before the sync': 10,
  'a failed sync of which nobody hears': 158,
}

/** From the first one on. */
const SEEDS_MAX = 200

async function firstFailure(
  run: (seed: number) => Promise<unknown>,
  isMeant: RegExp,
  first = 1,
): Promise<BrokerFailure> {
  for (let seed = first; seed < first + SEEDS_MAX; seed++) {
    try {
      await run(seed)
    } catch (error) {
      if (!(error instanceof BrokerFailure)) throw error
      if (isMeant.test(error.problems.join('\n'))) return error
    }
  }
  return assert.fail(`nothing was found in ${SEEDS_MAX} seeds`)
}

type Run = (o: { readonly seed: number; readonly wrap: Wrap; readonly replay: string }) => Promise<unknown>

const kinds: readonly (readonly [bugs: Readonly<Record<string, Wrap>>, run: Run])[] = [
  [plantedBrokerBugs, (o) => crashBroker({ ...brokerShape, ...o, tally: newTally() })],
  [plantedFaultBugs, (o) => faultBroker({ ...brokerShape, ...o, tally: newFaultTally() })],
  [plantedFlipBugs, (o) => flipBroker({ ...brokerFlipShape, ...o, tally: newFlipTally() })],
]

describe('a planted bug of a broker is found', () => {
  for (const [bugs, run] of kinds) {
    for (const [bug, wrap] of Object.entries(bugs)) {
      test(bug, async () => {
        const replay = 'npm run test:crash'
        const { message } = await firstFailure((seed) => run({ seed, wrap, replay }), found[bug]!, firstSeeds[bug])
        assert.match(message, /Again: npm run test:crash/)
        assert.match(message, /The calls until then:\n {2}1 /)
      })
    }
  }
})
