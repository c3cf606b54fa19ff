import { inspect } from 'node:util'
import { SeededRandom } from '@milena/runtime'
import type { CrashTally } from '../crash/crash-failure.ts'
import { count } from '../crash/crash-failure.ts'
import type { Crash, Run } from '../crash/crash-run.ts'
import { crashes, runHistory } from '../crash/crash-run.ts'
import type { Wrap } from '../crash/recovery.ts'
import { liveOn, makeWorld, recover } from '../crash/recovery.ts'
import type { Recovery } from '../crash/recovery.ts'
import { Sample } from '../crash/sample.ts'
import type { SampleShape } from '../crash/sample.ts'
import type { DiskCall } from '../disk/disk-call.ts'
import { powerLosses, randomPowerLoss } from '../disk/power-loss.ts'
import { checkLog } from '../log/check-log.ts'
import type { LogWorld } from '../log/log-world.ts'
import type { Step } from '../log/step.ts'
import type { DiskFault } from './disk-fault.ts'
import { diskFaults } from './disk-fault.ts'
import type { FaultRun } from './fault-run.ts'
import { callsOf, runWithFault, startWithFault } from './fault-run.ts'

/** How often, and what became of it. */
export interface FaultTally extends CrashTally {
  /** Faults from which the storage came back by itself, and others behind which it had to be opened again. */
  cameBack: number
  restarted: number
}

export function newFaultTally(): FaultTally {
  return { points: 0, runs: 0, promisedRecords: 0, cameBack: 0, restarted: 0 }
}

export interface FaultEverywhereOptions {
  readonly steps: readonly Step[]
  readonly tally: FaultTally
  readonly replay: string
  /** Which of the faults are tried; all unless given. */
  readonly sample?: SampleShape
  readonly faults?: readonly DiskFault[]
  readonly wrap?: Wrap
}

/** A fault behind which something was wrong. */
export class FaultFailure extends Error {
  readonly problems: readonly string[]

  constructor(
    o: FaultEverywhereOptions,
    run: Run,
    { what, problems, recovery }: { what: string; problems: readonly string[]; recovery?: Recovery | undefined },
  ) {
    super(
      [
        `${what}, and then:`,
        ...problems.map((problem) => `  - ${problem}`),
        `Again: ${o.replay}`,
        'The history:',
        ...o.steps.map((step) => `  ${JSON.stringify(step)}`),
        'What the storage said:',
        ...saidBy(run.world),
        ...(recovery === undefined ? [] : ['What it said when it was opened again:', ...saidBy(recovery.world)]),
        'The calls:',
        ...run.fs.disk.trace.map((line) => `  ${line}`),
      ].join('\n'),
    )
    this.name = 'FaultFailure'
    this.problems = problems
  }
}

function saidBy({ logged }: LogWorld): string[] {
  return logged
    .filter(({ level }) => level === 'warn' || level === 'error')
    .map(({ message, fields }) => `  ${message} ${inspect(fields, { breakLength: Infinity, depth: 1 })}`)
}

/**
 * Lets the disk refuse each call of a history in turn, in each way in which it can. The storage finds its way back while
 * it runs; then each log is what it should be, also after a loss of power on the way and at the end, and goes on. Throws
 * {@link FaultFailure}.
 */
export async function faultEverywhere(o: FaultEverywhereOptions): Promise<void> {
  const shape = o.sample ?? Sample.everything
  const sample = new Sample(shape)
  const random = new SeededRandom(o.steps.length + shape.part)
  for (const { number: at, operation } of await callsOf(o.steps, o.wrap)) {
    for (const fault of o.faults ?? diskFaults) {
      if (!fault.concerns(operation) || !sample.takes()) continue
      const run = await runWithFault(o.steps, { ...o, fault, at })
      if (run.hasStruck) await examine(o, run, `${fault.name} at call ${at}`, random)
    }
  }
  await faultStarts(o, sample, random)
}

/** Losses of power behind which a start has something to do. */
const lossesBeforeStart = powerLosses.filter((_, index) => [1, 5, 7].includes(index))

/** The same for the calls of starts behind a loss of power. */
async function faultStarts(o: FaultEverywhereOptions, sample: Sample, random: SeededRandom): Promise<void> {
  const wrap = o.wrap === undefined ? {} : { wrap: o.wrap }
  const run = await runHistory(o.steps, wrap)
  const { first, last } = run.fs.points
  const points = new Set([first + random.int(last - first + 1), last])
  for (const crash of crashes(run, { losses: lossesBeforeStart, points })) {
    const calls = await callsOfStart(crash, wrap)
    for (const { number: at, operation } of calls) {
      for (const fault of o.faults ?? diskFaults) {
        if (fault.concerns(operation) && sample.takes()) await examineStart(o, { crash, fault, at })
      }
    }
  }
}

async function callsOfStart(crash: Crash, wrap: { readonly wrap?: Wrap }): Promise<readonly DiskCall[]> {
  const calls: DiskCall[] = []
  const { world, fs } = await makeWorld({ ...crash, ...wrap })
  fs.disk.fault = (call) => {
    calls.push(call)
    return undefined
  }
  await world.open()
  return calls
}

async function examineStart(
  o: FaultEverywhereOptions,
  { crash, fault, at }: { readonly crash: Crash; readonly fault: DiskFault; readonly at: number },
): Promise<void> {
  let restarts = 0
  const recovery = await recover({
    ...crash,
    ...(o.wrap === undefined ? {} : { wrap: o.wrap }),
    open: async (run) => {
      const started = await startWithFault(run, fault, at)
      restarts = started.restarts
      return started.problems
    },
  })
  o.tally.points += 1
  if (restarts === 0) o.tally.cameBack += 1
  else o.tally.restarted += 1
  count(o.tally, crash)
  const problems = recovery.problems.length > 0 ? recovery.problems : await liveOn(recovery)
  if (problems.length === 0) return
  const what = `The power went after ${crash.point} operations (${crash.loss.name}), ${fault.name} at call ${at} of the start`
  throw new FaultFailure(o, recovery, { what, problems })
}

async function examine(o: FaultEverywhereOptions, run: FaultRun, what: string, random: SeededRandom): Promise<void> {
  const refuse = (problems: readonly string[], when: string, recovery?: Recovery): void => {
    if (problems.length > 0) throw new FaultFailure(o, run, { what: `${what}${when}`, problems, recovery })
  }
  o.tally.points += 1
  if (run.restarts === 0) o.tally.cameBack += 1
  else o.tally.restarted += 1
  refuse(run.problems, '')
  refuse(await checkAll(run.world), '')
  const end = run.fs.points.last
  const points = new Set([run.struckAt + random.int(end - run.struckAt + 1), end])
  const losses = [powerLosses[0]!, randomPowerLoss(random.int(2 ** 32))]
  for (const crash of crashes(run, { losses, points })) {
    count(o.tally, crash)
    const recovery = await recover({ ...crash, ...(o.wrap === undefined ? {} : { wrap: o.wrap }) })
    const when = `, and a loss of power after ${crash.point} operations (${crash.loss.name})`
    refuse(recovery.problems, when, recovery)
    if (random.int(4) === 0) refuse(await liveOn(recovery), when, recovery)
  }
  refuse(await liveOn(run), '')
}

async function checkAll(world: LogWorld): Promise<string[]> {
  const problems: string[] = []
  for (const [name, { topicPartition, mayBeGone, promisedOffset }] of world.timeline.now) {
    const isThere = world.manager.log(topicPartition) !== undefined
    if (!isThere && !mayBeGone) problems.push(`${name} is gone, and ${promisedOffset} records were promised`)
    if (!isThere) continue
    const log = await world.log(name)
    const model = world.model(name)
    if (log.logEndOffset < model.writtenOffset) {
      problems.push(
        `${name} ends at ${log.logEndOffset}, and everything before ${model.writtenOffset} was acknowledged`,
      )
    }
    const { problems: found } = await checkLog(log, model)
    problems.push(...found.map((problem) => `${name} ${problem}`))
  }
  return problems
}
