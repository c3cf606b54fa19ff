import { inspect } from 'node:util'
import { ManualClock, SeededRandom } from '@milena/runtime'
import type { CrashTally } from '../crash/crash-failure.ts'
import type { Wrap } from '../crash/recovery.ts'
import type { DiskImage, PowerLoss } from '../disk/power-loss.ts'
import { powerLosses, randomPowerLoss, survivors } from '../disk/power-loss.ts'
import { SimulatedFileSystem } from '../disk/simulated-file-system.ts'
import type { BrokerModel } from './broker-model.ts'
import { newBrokerModel, promisedRecords } from './broker-model.ts'
import type { BrokerStep } from './broker-step.ts'
import { randomBrokerHistory } from './broker-step.ts'
import { BrokerWorld } from './broker-world.ts'
import { checkBroker } from './check-broker.ts'

export interface CrashBrokerOptions {
  readonly seed: number
  readonly tally: CrashTally
  readonly replay: string
  /** Points at which the power goes, in the first life and in the one behind the last of them. */
  readonly crashes: number
  readonly steps: number
  readonly wrap?: Wrap
}

const START_MS = 1_700_000_000_000

/** A broker that does not know what it must know. */
export class BrokerFailure extends Error {
  readonly problems: readonly string[]

  constructor(o: {
    problems: readonly string[]
    what: string
    replay: string
    steps: readonly BrokerStep[]
    world: BrokerWorld
    trace: readonly string[]
  }) {
    super(
      [
        `${o.what}, and then:`,
        ...o.problems.map((problem) => `  - ${problem}`),
        `Again: ${o.replay}`,
        'The history:',
        ...o.steps.map((step) => `  ${JSON.stringify(step)}`),
        'What the broker said:',
        ...o.world.logged
          .filter(({ level }) => level === 'warn' || level === 'error')
          .map(({ message, fields }) => `  ${message} ${inspect(fields, { breakLength: Infinity, depth: 1 })}`),
        'The calls until then:',
        ...o.trace.map((line) => `  ${line}`),
      ].join('\n'),
    )
    this.name = 'BrokerFailure'
    this.problems = o.problems
  }
}

/**
 * Clients use a broker by chance, the power goes at some points, and each time a broker is started on what is left: it
 * must know what was acknowledged. It goes on being used, and at a point of that life the power goes once more. The same
 * seed does the same; returns the calls to all disks. Throws {@link BrokerFailure}.
 */
export async function crashBroker(o: CrashBrokerOptions): Promise<readonly string[]> {
  const lives = new BrokerLives(o)
  const first = await lives.begin('The broker was not touched', async (world, steps) => {
    for (const step of steps) await world.run(step)
    return []
  })
  const points = Array.from({ length: o.crashes }, () => lives.pointIn(first.world)).toSorted((a, b) => a - b)
  for (const point of points) {
    const next = await lives.crash(first, point)
    await lives.crash(next, lives.pointIn(next.world))
  }
  return lives.trace
}

export interface BrokerLife {
  readonly world: BrokerWorld
  readonly steps: readonly BrokerStep[]
}

/** The lives of brokers one behind the other, each on what a loss of power left of the disk of one before it. */
export class BrokerLives {
  readonly random: SeededRandom
  readonly trace: string[] = []
  readonly #o: Omit<CrashBrokerOptions, 'crashes'>

  constructor(o: Omit<CrashBrokerOptions, 'crashes'>) {
    this.#o = o
    this.random = new SeededRandom(o.seed)
  }

  /** Starts a broker on an empty disk and lets it live; `live` returns what is wrong. */
  async begin(
    what: string,
    live: (world: BrokerWorld, steps: readonly BrokerStep[]) => Promise<string[]>,
  ): Promise<BrokerLife> {
    const world = await this.worldOn(new Map(), newBrokerModel(), START_MS)
    const steps = randomBrokerHistory(this.random, this.#o.steps)
    await this.attempt({ world, steps }, what, async () => {
      await world.open()
      return live(world, steps)
    })
    this.trace.push(...world.fs.disk.trace)
    return { world, steps }
  }

  async worldOn(image: DiskImage, start: BrokerModel, nowMs: number): Promise<BrokerWorld> {
    const clock = new ManualClock(nowMs)
    const seed = this.random.int(2 ** 32)
    const fs = await SimulatedFileSystem.make({ clock, image, latency: new SeededRandom(seed) })
    return new BrokerWorld({ fs, disk: this.#o.wrap?.(fs) ?? fs, clock, start, seed })
  }

  pointIn({ fs }: BrokerWorld, first = fs.points.first): number {
    return first + this.random.int(fs.points.last - first + 1)
  }

  #loss(): PowerLoss {
    const { random } = this
    return random.int(2) === 0 ? powerLosses[random.int(powerLosses.length)]! : randomPowerLoss(random.int(2 ** 32))
  }

  /** Lets the power go, starts a broker on what is left, and lets it live for a while. */
  async crash({ world: { fs, timeline, clock }, steps: before }: BrokerLife, point: number): Promise<BrokerLife> {
    const loss = this.#loss()
    const model = timeline.at(point)
    const world = await this.worldOn(survivors(fs.stateAt(point), loss), model, clock.nowMs())
    this.#o.tally.points += 1
    this.#o.tally.runs += 1
    this.#o.tally.promisedRecords += promisedRecords(model)
    const steps = randomBrokerHistory(this.random, this.#o.steps >> 1)
    const what = `The power went after ${point} operations (${loss.name})`
    await this.attempt({ world, steps: [...before, { do: 'settle' }, ...steps] }, what, async () => {
      await world.open()
      const problems = await world.waitFor(checkBroker(world))
      if (problems.length > 0) return problems
      await world.waitFor(world.resend())
      for (const step of steps) await world.run(step)
      await world.run({ do: 'restart' })
      return (await world.waitFor(checkBroker(world))).map((problem) => `later, ${problem}`)
    })
    this.trace.push(...world.fs.disk.trace)
    return { world, steps }
  }

  /** Throws a {@link BrokerFailure} for what the task finds wrong, and what clients complained about. */
  async attempt({ world, steps }: BrokerLife, what: string, task: () => Promise<string[]>): Promise<void> {
    const problems: string[] = []
    try {
      problems.push(...(await task()))
    } catch (error) {
      problems.push(error instanceof Error ? error.stack! : String(error))
    }
    problems.push(...world.complaints)
    if (problems.length === 0) return
    const { replay } = this.#o
    throw new BrokerFailure({ problems, what, replay, steps, world, trace: world.fs.disk.trace })
  }
}
