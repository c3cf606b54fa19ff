import { inspect } from 'node:util'
import type { Step } from '../log/step.ts'
import type { Crash, Run } from './crash-run.ts'
import type { Recovery } from './recovery.ts'

/** How often, and what was at stake. */
export interface CrashTally {
  /** Points of a history at which the power went. */
  points: number
  /** Disks that were recovered and compared. */
  runs: number
  /** Records of which somebody was told that they survive, over all crashes. */
  promisedRecords: number
}

export function newTally(): CrashTally {
  return { points: 0, runs: 0, promisedRecords: 0 }
}

/** Counts a crash that is about to be recovered from. */
export function count(tally: CrashTally, { models }: Crash): void {
  tally.runs += 1
  for (const { promisedOffset, startAtMost } of models.values()) {
    tally.promisedRecords += Math.max(0, promisedOffset - startAtMost)
  }
}

/** A crash after which something was wrong. The message has all that is needed to see it again. */
export class CrashFailure extends Error {
  readonly problems: readonly string[]

  constructor(o: {
    readonly problems: readonly string[]
    /** The history that the crash ended. */
    readonly run: Run
    /** What was opened on what was left. */
    readonly recovery: Recovery
    readonly crash: Crash
    readonly steps: readonly Step[]
    /** The command that does it again. */
    readonly replay: string
    /** What came before this run, if it is not the first on its disk. */
    readonly before?: string
  }) {
    const { crash, run } = o
    super(
      [
        `The power went after ${crash.point} operations (${crash.loss.name}), and then:`,
        ...o.problems.map((problem) => `  - ${problem}`),
        `Again: ${o.replay}`,
        'The history:',
        ...(o.before === undefined ? [] : [`  (${o.before})`]),
        ...o.steps.map((step) => `  ${JSON.stringify(step)}`),
        'What the storage said when it was opened again:',
        ...o.recovery.world.logged
          .filter(({ level }) => level === 'warn' || level === 'error')
          .map(
            ({ level, message, fields }) =>
              `  ${level} ${message} ${inspect(fields, { breakLength: Infinity, depth: 0 })}`,
          ),
        'The calls until then:',
        ...run.fs.disk.traceUntil(crash.point).map((line) => `  ${line}`),
      ].join('\n'),
    )
    this.name = 'CrashFailure'
    this.problems = o.problems
  }
}
