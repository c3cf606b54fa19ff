import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { crashEverywhere } from '../crash/crash-everywhere.ts'
import { CrashFailure, newTally } from '../crash/crash-failure.ts'
import { histories } from '../crash/histories.ts'
import type { Wrap } from '../crash/recovery.ts'
import { powerLosses } from '../disk/power-loss.ts'
import type { Step } from '../log/step.ts'
import { plantedBugs } from './planted-bugs.ts'

/** Nobody waits for the disk; what is written down of it afterwards must be true all the same. */
const unawaited: readonly Step[] = [
  { do: 'produce', log: 0, sizes: [150], acks: 'written' },
  { do: 'produce', log: 0, sizes: [150], acks: 'written' },
  { do: 'produce', log: 0, sizes: [150], acks: 'written' },
  { do: 'roll', log: 0 },
  { do: 'checkpoint' },
  { do: 'produce', log: 0, sizes: [20], acks: 'written' },
]

/** A bug, a history that has it, and a word of what is found wrong. */
const plans: readonly (readonly [bug: keyof typeof plantedBugs, steps: readonly Step[], found: RegExp])[] = [
  ['an answer before the sync', histories['append, flush, roll']!, /promised/],
  ['a recovery point ahead of the data', unawaited, /is gone|cannot be opened|Records are missing|holds|lacks/],
  ['an answer before the sync of the commit file', histories['many logs wait for the disk']!, /promised/],
  ['a commit file emptied before the logs are synced', histories['many logs wait for the disk']!, /promised/],
  [
    'a clean-shutdown marker before the data',
    histories['checkpoints and an orderly stop']!,
    /promised|cannot be opened/,
  ],
  ['a swap before the sync', histories['compaction']!, /lacks .* the latest record|cannot be opened|is gone/],
  ['a rename without a sync of its folder', histories['append, flush, roll']!, /promised/],
  [
    'a topic id that is not on the disk when records are',
    histories['append, flush, roll']!,
    /is gone, and \d+ records/,
  ],
  [
    'a deleted topic that is taken for the next one',
    histories['a topic deleted and made again']!,
    /belongs|holds|gone|left/,
  ],
]

async function failureOf(wrap: Wrap, steps: readonly Step[]): Promise<CrashFailure> {
  try {
    const losses = powerLosses.slice(0, 1)
    await crashEverywhere({ steps, tally: newTally(), losses, replay: 'npm run test:crash', wrap })
  } catch (error) {
    if (error instanceof CrashFailure) return error
    throw error
  }
  return assert.fail('nothing was found')
}

describe('a planted bug is found', () => {
  for (const [bug, steps, found] of plans) {
    test(bug, async () => {
      const { message, problems } = await failureOf(plantedBugs[bug]!, steps)
      assert.match(problems.join('\n'), found)
      assert.match(message, /Again: npm run test:crash/)
      assert.match(message, /The calls until then:\n {2}1 /)
    })
  }
})
