import type { Random } from '@milena/runtime'
import { newTally } from '../crash/crash-failure.ts'
import type { DiskFault } from '../faults/disk-fault.ts'
import { arm, diskFaults, mend } from '../faults/disk-fault.ts'
import type { FaultTally } from '../faults/fault-everywhere.ts'
import type { BrokerStep } from './broker-step.ts'
import { letsTimePass } from './broker-world.ts'
import type { BrokerWorld } from './broker-world.ts'
import { checkBroker } from './check-broker.ts'
import { checkReads } from './check-reads.ts'
import { BrokerLives } from './crash-broker.ts'
import type { CrashBrokerOptions } from './crash-broker.ts'

export interface FaultBrokerOptions extends Omit<CrashBrokerOptions, 'crashes' | 'tally'> {
  readonly tally: FaultTally
  readonly faults?: readonly DiskFault[]
}

/** How many of the calls behind a step may come before the one that is refused. */
const CALLS_MAX = 40
/** Steps that begin while the disk refuses, and are waited for when it is mended. */
const STEPS_MEANWHILE = 2
/** More than the longest delay of the storage before it tries a disk again, and than a consumer keeps a record locked. */
const BACK_MS = 35_000
const STEP_MS = 1000

/**
 * Clients use a broker by chance, and the disk refuses a call, once or until it is mended. What is written can be read
 * meanwhile; what clients ask for they ask for until it is done; and the broker knows all of it without a restart. Then
 * the power goes, somewhere behind the fault and at the end. The same seed does the same; returns the calls to all
 * disks. Throws a `BrokerFailure`.
 */
export async function faultBroker(o: FaultBrokerOptions): Promise<readonly string[]> {
  const crashes = newTally()
  const lives = new BrokerLives({ ...o, tally: crashes })
  const faults = o.faults ?? diskFaults
  const fault = faults[lives.random.int(faults.length)]!
  let struckAt: number | undefined
  const first = await lives.begin(fault.name, async (world, steps) => {
    const life = new LifeWithFault(world, fault, lives.random)
    const problems = await life.live(steps)
    if (life.struckAt === undefined) return problems
    struckAt = life.struckAt
    o.tally.points += 1
    o.tally[life.hasRestarted ? 'restarted' : 'cameBack'] += 1
    return [...problems, ...(await world.waitFor(checkBroker(world)))]
  })
  if (struckAt === undefined) return lives.trace
  await lives.crash(first, lives.pointIn(first.world, struckAt))
  await lives.crash(first, first.world.fs.points.last)
  o.tally.runs += crashes.runs
  o.tally.promisedRecords += crashes.promisedRecords
  return lives.trace
}

class LifeWithFault {
  struckAt: number | undefined
  hasRestarted = false
  readonly #world: BrokerWorld
  readonly #fault: DiskFault
  readonly #random: Random
  readonly #struck = Promise.withResolvers<void>()
  readonly #problems: string[] = []
  #isMended = false

  constructor(world: BrokerWorld, fault: DiskFault, random: Random) {
    this.#world = world
    this.#fault = fault
    this.#random = random
  }

  async live(steps: readonly BrokerStep[]): Promise<string[]> {
    // How a share group begins with a partition anew after a write that failed is not settled: see the README.
    const left = steps.filter((step) => step.do !== 'consume')
    for (let until = this.#random.int(left.length); left.length > 0; until--) {
      if (until === 0) this.#arm()
      await this.#run(left.shift()!, left)
    }
    // What was begun and not waited for may be what the disk refuses.
    await Promise.race([this.#world.settle(), this.#struck.promise])
    if (this.struckAt !== undefined && !this.#isMended) await this.#refuse([])
    mend(this.#world.fs.disk)
    await this.#world.settle()
    if (this.struckAt !== undefined) await this.#bringBack()
    return this.#problems
  }

  #arm(): void {
    const { fs } = this.#world
    const from = fs.disk.calls + this.#random.int(CALLS_MAX)
    arm(
      fs.disk,
      this.#fault,
      ({ number }) => number > from,
      () => {
        this.struckAt = fs.points.last
        this.#world.isForgiving = true
        this.#struck.resolve()
      },
    )
  }

  /** Takes a step; when the disk begins to refuse, others begin too, and what is written is read. */
  async #run(step: BrokerStep, next: BrokerStep[]): Promise<void> {
    const world = this.#world
    if (step.do === 'restart') return this.#restart()
    const running = world.begin(step)
    if (this.#isMended || letsTimePass(step)) return this.#wait(step, running)
    const isLater = 'later' in step && step.later
    const waiting = Promise.race([isLater ? world.fs.idle() : running, this.#struck.promise])
    await world.waitFor(waiting, `${JSON.stringify(step)} does not end`)
    if (this.struckAt === undefined) return
    const until = changesTopics(step) ? 0 : next.findIndex((each) => letsTimePass(each) || changesTopics(each))
    await this.#refuse(next.splice(0, Math.min(STEPS_MEANWHILE, until === -1 ? next.length : until)))
    await this.#wait(step, running)
  }

  async #wait(step: BrokerStep, running: Promise<void>): Promise<void> {
    if (letsTimePass(step)) return running
    if ('later' in step && step.later) return this.#world.fs.idle()
    await this.#world.waitFor(running, `${JSON.stringify(step)} does not end`)
  }

  /** While the disk refuses. */
  async #refuse(steps: readonly BrokerStep[]): Promise<void> {
    const world = this.#world
    if (this.#fault.lasts) {
      for (const step of steps) {
        void world.begin(step)
        await world.fs.idle()
      }
      this.#problems.push(...(await world.waitFor(checkReads(world))))
      await world.clock.advanceAsync([0, 500, 5000][this.#random.int(3)]!)
      this.#problems.push(...(await world.waitFor(checkReads(world))))
    }
    this.#isMended = true
    mend(world.fs.disk)
    if (!this.#fault.lasts) for (const step of steps) await this.#wait(step, world.begin(step))
  }

  /** A start that the disk refused, or that had to leave a folder out, is tried again once it is mended. */
  async #restart(): Promise<void> {
    const world = this.#world
    await Promise.race([world.settle(), this.#struck.promise])
    if (this.struckAt !== undefined && !this.#isMended) await this.#refuse([])
    try {
      await world.restart()
      if (this.struckAt === undefined || this.#isMended) return
      this.#isMended = true
      mend(world.fs.disk)
      if (world.lacksFolder) await this.#startAgain(() => world.restart())
    } catch (error) {
      if (this.struckAt === undefined) throw error
      this.#isMended = true
      mend(world.fs.disk)
      await this.#startAgain(() => world.open())
    }
  }

  async #startAgain(start: () => Promise<void>): Promise<void> {
    this.hasRestarted = true
    await start()
  }

  async #bringBack(): Promise<void> {
    const world = this.#world
    for (let ms = 0; ms < BACK_MS; ms += STEP_MS) {
      await world.clock.advanceAsync(STEP_MS)
      await world.fs.idle()
    }
    if (world.lacksFolder) this.#problems.push('what can be read is given up')
  }
}

/** Who is at work on a topic does not look away while it goes. */
function changesTopics(step: BrokerStep): boolean {
  return step.do === 'createTopic' || step.do === 'deleteTopic' || step.do === 'createPartitions'
}
