import type { Run } from '../crash/crash-run.ts'
import { START_MS } from '../crash/crash-run.ts'
import type { Wrap } from '../crash/recovery.ts'
import { makeWorld } from '../crash/recovery.ts'
import type { DiskCall } from '../disk/disk-call.ts'
import { turn } from '../disk/simulated-disk.ts'
import { newModels } from '../log/log-world.ts'
import type { Step } from '../log/step.ts'
import type { DiskFault } from './disk-fault.ts'
import { arm, mend } from './disk-fault.ts'

/** More than the first delay of the storage before it tries a disk again. */
const TRY_AGAIN_MS = 1100
const TRIES_MAX = 12
/** Turns of the event loop without a call to the disk after which a step is not about to end. */
const STUCK_TURNS = 12

/** A history in which the disk refused something and was mended, told from where it struck on. */
export interface FaultRun extends Run {
  readonly hasStruck: boolean
  /** Where in the disk's history. */
  readonly struckAt: number
  /** How often the storage had to be opened again, because a folder could not be read or the start was what failed. */
  readonly restarts: number
  readonly problems: readonly string[]
}

/** Runs a history during which a fault strikes at one call; at its end the disk is mended and the storage is back. */
export async function runWithFault(
  steps: readonly Step[],
  o: { readonly fault: DiskFault; readonly at: number; readonly wrap?: Wrap },
): Promise<FaultRun> {
  const history = new HistoryWithFault(await openWorld(o.wrap), o.fault)
  return history.run(steps, o.at)
}

/** Opens the storage with a fault that strikes at one call of that. */
export function startWithFault(run: Run, fault: DiskFault, at: number): ReturnType<HistoryWithFault['start']> {
  return new HistoryWithFault(run, fault).start(at)
}

/** The calls at which a fault can strike: those of the steps, not those of the first start. */
export async function callsOf(steps: readonly Step[], wrap?: Wrap): Promise<readonly DiskCall[]> {
  const { world, fs } = await openWorld(wrap)
  const calls: DiskCall[] = []
  fs.disk.fault = (call) => {
    calls.push(call)
    return undefined
  }
  for (const step of steps) await world.run(step)
  return calls
}

async function openWorld(wrap: Wrap | undefined): Promise<Run> {
  const run = await makeWorld({ models: newModels(), nowMs: START_MS, ...(wrap === undefined ? {} : { wrap }) })
  await run.world.open()
  return run
}

class HistoryWithFault {
  readonly #run: Run
  readonly #fault: DiskFault
  readonly #problems: string[] = []
  #restarts = 0
  #hasStartedRefused = false
  #struckAt = 0

  constructor(run: Run, fault: DiskFault) {
    this.#run = run
    this.#fault = fault
  }

  async run(steps: readonly Step[], at: number): Promise<FaultRun> {
    const { fs, world } = this.#run
    const armed = arm(fs.disk, this.#fault, ({ number }) => number === at)
    for (const step of steps) {
      if (!armed.hasStruck()) this.#struckAt = fs.points.last
      await this.#attempt(step)
      // A start cannot do without the disk: it leaves a folder out that takes nothing.
      this.#hasStartedRefused ||= step.do === 'restart' && armed.hasStruck()
      if (armed.hasStruck() && !this.#fault.lasts) await this.#bringBack()
    }
    if (this.#fault.lasts && armed.hasStruck()) await this.#attempt({ do: 'advance', ms: TRY_AGAIN_MS })
    mend(fs.disk)
    await this.#bringBack()
    return {
      ...this.#run,
      hasStruck: armed.hasStruck(),
      struckAt: this.#struckAt,
      restarts: this.#restarts,
      problems: [...this.#problems, ...world.complaints],
    }
  }

  /** Opens the storage on what a loss of power left; a start that the disk refuses is repeated when it is mended. */
  async start(at: number): Promise<Pick<FaultRun, 'hasStruck' | 'restarts' | 'problems'>> {
    const { fs, world } = this.#run
    world.isRecovering = true
    const armed = arm(fs.disk, this.#fault, ({ number }) => number === at)
    try {
      await world.open()
    } catch (error) {
      if (!armed.hasStruck()) throw error
      this.#restarts += 1
      mend(fs.disk)
      await world.open()
    }
    this.#hasStartedRefused = armed.hasStruck()
    if (this.#fault.lasts && armed.hasStruck()) await this.#attempt({ do: 'advance', ms: TRY_AGAIN_MS })
    mend(fs.disk)
    await this.#bringBack()
    world.isRecovering = false
    return { hasStruck: armed.hasStruck(), restarts: this.#restarts, problems: this.#problems }
  }

  /** Takes a step, which may fail, or never end because what it waits for needs time. */
  async #attempt(step: Step): Promise<void> {
    const { world } = this.#run
    let failure: unknown
    const ending = world.run(step).catch((error: unknown) => {
      failure = error ?? new Error('nothing')
    })
    await Promise.race([ending, this.#quiet()])
    // A start that the disk refused is tried again, as whoever watches the broker would.
    if (failure !== undefined && step.do === 'restart') await this.#restart(false)
  }

  async #quiet(): Promise<void> {
    const { disk } = this.#run.fs
    for (let quiet = 0, calls = disk.calls; quiet < STUCK_TURNS; quiet++) {
      await turn()
      if (disk.underWay > 0 || disk.calls !== calls) quiet = 0
      calls = disk.calls
    }
  }

  async #restart(isOpen: boolean): Promise<void> {
    const { world, fs } = this.#run
    this.#restarts += 1
    mend(fs.disk)
    if (world.isRecovering) {
      await world.manager.close()
      return world.open()
    }
    if (isOpen) await world.stop()
    await world.reopen()
  }

  /** Lets time pass until the storage has found its way back by itself. */
  async #bringBack(): Promise<void> {
    const { world } = this.#run
    for (let tries = 0; tries < TRIES_MAX; tries++) {
      if (this.#isGivenUp()) {
        if (this.#fault.lasts && !this.#hasStartedRefused) this.#problems.push('what can be read is given up')
        await this.#restart(true)
      }
      if (!this.#isAway()) return
      await this.#attempt({ do: 'advance', ms: TRY_AGAIN_MS })
    }
    const { manager } = world
    for (const { path, refusal } of manager.logDirs) if (refusal) this.#problems.push(`${path}: ${refusal.message}`)
    for (const { directory, failure } of manager.logs()) {
      if (failure) this.#problems.push(`${directory} is not back: ${failure.message}`)
    }
    for (const [name, { topicPartition }] of world.timeline.now) {
      if (manager.isOffline(topicPartition)) this.#problems.push(`${name} is not open`)
    }
  }

  /** A folder that cannot be used is for the next start. */
  #isGivenUp(): boolean {
    const { manager } = this.#run.world
    return manager.logDirs.length < 2 || manager.logDirs.some(({ failure }) => failure)
  }

  #isAway(): boolean {
    const { manager, timeline } = this.#run.world
    const hasFailed = [...manager.logs()].some(({ failure }) => failure !== undefined)
    const isOffline = [...timeline.now.values()].some(({ topicPartition }) => manager.isOffline(topicPartition))
    return hasFailed || isOffline || manager.logDirs.some(({ refusal }) => refusal !== undefined)
  }
}
