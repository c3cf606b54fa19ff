import { SeededRandom } from '@milena/runtime'
import { powerLosses, randomPowerLoss } from '../disk/power-loss.ts'
import type { Step } from '../log/step.ts'
import { randomHistory } from '../log/step.ts'
import type { CrashTally } from './crash-failure.ts'
import { CrashFailure, count } from './crash-failure.ts'
import type { Crash, Run } from './crash-run.ts'
import { crashes, runHistory } from './crash-run.ts'
import type { Recovery, Wrap } from './recovery.ts'
import { liveOn, recover } from './recovery.ts'

export interface CrashBySeedOptions {
  readonly seed: number
  readonly tally: CrashTally
  readonly replay: string
  /** Lives of the disk, each ended by a loss of power. */
  readonly lives: number
  readonly stepsInLife: number
  /** Points of each life at which the power goes; from the last of them the next life begins. */
  readonly crashesInLife: number
  readonly wrap?: Wrap
}

/**
 * A long history by chance, on a slow disk, through several losses of power: recoveries are crashed like everything
 * else. The same seed does the same; returns the trace of all calls. Throws {@link CrashFailure}.
 */
export async function crashBySeed(o: CrashBySeedOptions): Promise<readonly string[]> {
  const disk = new DiskOfSeed(o)
  await disk.begin()
  for (let life = 1; life <= o.lives; life++) await disk.end(life)
  return disk.trace
}

class DiskOfSeed {
  readonly trace: string[] = []
  readonly #o: CrashBySeedOptions
  readonly #wrap: { readonly wrap?: Wrap }
  readonly #random: SeededRandom
  #steps: readonly Step[] = []
  #run!: Run

  constructor(o: CrashBySeedOptions) {
    this.#o = o
    this.#wrap = o.wrap === undefined ? {} : { wrap: o.wrap }
    this.#random = new SeededRandom(o.seed)
  }

  async begin(): Promise<void> {
    this.#steps = randomHistory(this.#random, this.#o.stepsInLife)
    this.#run = await runHistory(this.#steps, { seed: this.#o.seed, ...this.#wrap })
  }

  /** Ends a life at several points, and begins the next one at the last of them. */
  async end(life: number): Promise<void> {
    this.trace.push(...this.#run.fs.disk.trace)
    const chosen = this.#choose()
    for (const [index, crash] of chosen.entries()) {
      count(this.#o.tally, crash)
      const latency = new SeededRandom(this.#random.int(2 ** 32))
      const recovery = await recover({ ...crash, latency, ...this.#wrap })
      this.#refuse(recovery.problems, crash, recovery, life)
      if (index < chosen.length - 1 || life === this.#o.lives) {
        this.#refuse(await liveOn(recovery), crash, recovery, life)
        this.trace.push(...recovery.fs.disk.trace)
      } else {
        await this.#beginNext(recovery, crash, life)
      }
    }
  }

  async #beginNext(recovery: Recovery, crash: Crash, life: number): Promise<void> {
    const steps = randomHistory(this.#random, this.#o.stepsInLife)
    try {
      for (const step of steps) await recovery.world.run(step)
    } catch (error) {
      const problem = `the storage cannot go on: ${error instanceof Error ? error.stack : String(error)}`
      this.#refuse([problem, ...steps.map((step) => JSON.stringify(step))], crash, recovery, life)
    }
    this.#steps = steps
    this.#run = recovery
  }

  #refuse(problems: readonly string[], crash: Crash, recovery: Recovery, life: number): void {
    if (problems.length === 0) return
    const before = life === 1 ? {} : { before: `life ${life} of this disk` }
    throw new CrashFailure({ ...this.#o, ...before, problems, run: this.#run, crash, recovery, steps: this.#steps })
  }

  /** Some points of a life, and at each a loss; the earlier first. */
  #choose(): Crash[] {
    const random = this.#random
    const { first, last } = this.#run.fs.points
    const points = Array.from({ length: this.#o.crashesInLife }, () => first + random.int(last - first + 1))
    this.#o.tally.points += new Set(points).size
    return [...new Set(points)]
      .sort((left, right) => left - right)
      .flatMap((point) => {
        const loss =
          random.int(2) === 0 ? powerLosses[random.int(powerLosses.length)]! : randomPowerLoss(random.int(2 ** 32))
        return [...crashes(this.#run, { points: new Set([point]), losses: [loss] })]
      })
  }
}
