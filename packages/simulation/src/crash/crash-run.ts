import { SeededRandom } from '@milena/runtime'
import { DiskState } from '../disk/disk-state.ts'
import type { DiskImage, PowerLoss } from '../disk/power-loss.ts'
import { survivors } from '../disk/power-loss.ts'
import type { SimulatedFileSystem } from '../disk/simulated-file-system.ts'
import type { LogWorld } from '../log/log-world.ts'
import { newModels } from '../log/log-world.ts'
import type { Step } from '../log/step.ts'
import type { Models } from '../log/timeline.ts'
import type { Wrap } from './recovery.ts'
import { makeWorld } from './recovery.ts'

/** Where and how the power went. */
export interface Crash {
  /** How many operations on the disk had taken effect. */
  readonly point: number
  readonly loss: PowerLoss
  readonly image: DiskImage
  readonly models: Models
  readonly nowMs: number
}

/** A history that was run to its end; the power may go at any point of it. */
export interface Run {
  readonly fs: SimulatedFileSystem
  readonly world: LogWorld
}

export const START_MS = 1_700_000_000_000

/** Runs a history on an empty disk. With a seed the disk is slow, and calls overtake each other as it says. */
export async function runHistory(steps: readonly Step[], o: { seed?: number; wrap?: Wrap } = {}): Promise<Run> {
  const latency = o.seed === undefined ? {} : { latency: new SeededRandom(o.seed) }
  const wrap = o.wrap === undefined ? {} : { wrap: o.wrap }
  const run = await makeWorld({ models: newModels(), nowMs: START_MS, ...latency, ...wrap })
  await run.world.open()
  for (const step of steps) await run.world.run(step)
  return run
}

/** Every way in which the power can go at these points; one after the other, each with what was promised by then. */
export function* crashes(
  { fs, world }: Run,
  o: { readonly losses: readonly PowerLoss[]; readonly points?: ReadonlySet<number> },
): Generator<Crash, void, undefined> {
  const { first, last } = fs.points
  const disk = new DiskState()
  const modelsAt = world.timeline.replay()
  for (let point = 0; point <= last; point++) {
    if (point > 0) disk.apply(point - 1, fs.disk.journal.operations[point - 1]!)
    if (point < first || o.points?.has(point) === false) continue
    const models = modelsAt(point)
    for (const loss of o.losses) {
      yield { point, loss, image: survivors(disk, loss), models, nowMs: world.clock.nowMs() }
    }
  }
}
