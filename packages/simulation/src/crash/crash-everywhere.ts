import type { PowerLoss } from '../disk/power-loss.ts'
import { powerLosses } from '../disk/power-loss.ts'
import type { Step } from '../log/step.ts'
import type { CrashTally } from './crash-failure.ts'
import { CrashFailure, count } from './crash-failure.ts'
import type { Crash, Run } from './crash-run.ts'
import { crashes, runHistory } from './crash-run.ts'
import { fingerprint } from './fingerprint.ts'
import type { Recovery, Wrap } from './recovery.ts'
import { liveOn, recover } from './recovery.ts'
import { Sample } from './sample.ts'
import type { SampleShape } from './sample.ts'

export interface CrashEverywhereOptions {
  readonly steps: readonly Step[]
  readonly tally: CrashTally
  readonly replay: string
  readonly losses?: readonly PowerLoss[]
  /** Which of the recoveries are crashed everywhere in their turn; none unless given. */
  readonly again?: SampleShape
  readonly wrap?: Wrap
  /** Asked before each recovery. */
  readonly isTimeUp?: () => boolean
}

/** What is lost when a recovery is interrupted: nothing, everything, and what is neither. */
const lossesInRecovery = powerLosses.filter((_, index) => index < 2 || index === 6)

/**
 * Runs a history once, and lets the power go at every point of it in every way there is. Each disk that is left is
 * recovered, compared, used and compared again; and some of the recoveries are crashed everywhere themselves. Throws
 * {@link CrashFailure}.
 */
export async function crashEverywhere(o: CrashEverywhereOptions): Promise<void> {
  const run = await runHistory(o.steps, o.wrap === undefined ? {} : { wrap: o.wrap })
  o.tally.points += run.fs.points.last - run.fs.points.first + 1
  const seen = new Set<string>()
  const again = o.again === undefined ? undefined : new Sample(o.again)
  for (const crash of crashes(run, { losses: o.losses ?? powerLosses })) {
    if (o.isTimeUp?.() === true) return
    if (isKnown(seen, crash)) continue
    const recovery = await recoverAndLive(o, run, crash)
    if (again?.takes() === true) await crashAgain(o, recovery, crash)
  }
}

async function crashAgain(o: CrashEverywhereOptions, recovery: Recovery, first: Crash): Promise<void> {
  o.tally.points += recovery.fs.points.last - recovery.fs.points.first + 1
  const seen = new Set<string>()
  for (const crash of crashes(recovery, { losses: lossesInRecovery })) {
    if (o.isTimeUp?.() === true) return
    if (isKnown(seen, crash)) continue
    const before = `the power went before after ${first.point} operations: ${first.loss.name}`
    await recoverAndLive(o, recovery, crash, before)
  }
}

function isKnown(seen: Set<string>, crash: Crash): boolean {
  const key = fingerprint(crash)
  if (seen.has(key)) return true
  seen.add(key)
  return false
}

async function recoverAndLive(o: CrashEverywhereOptions, run: Run, crash: Crash, before?: string): Promise<Recovery> {
  count(o.tally, crash)
  const recovery = await recover({ ...crash, ...(o.wrap === undefined ? {} : { wrap: o.wrap }) })
  const problems = recovery.problems.length > 0 ? recovery.problems : await liveOn(recovery)
  if (problems.length > 0)
    throw new CrashFailure({ ...o, problems, run, crash, recovery, ...(before === undefined ? {} : { before }) })
  return recovery
}
