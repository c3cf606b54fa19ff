import { crashBySeed } from './crash-by-seed.ts'
import { crashEverywhere } from './crash-everywhere.ts'
import type { CrashTally } from './crash-failure.ts'
import { newTally } from './crash-failure.ts'
import type { FlipTally } from '../damage/flip-everywhere.ts'
import { flipEverywhere, newFlipTally } from '../damage/flip-everywhere.ts'
import { faultsOf } from '../faults/disk-fault.ts'
import type { FaultTally } from '../faults/fault-everywhere.ts'
import { faultEverywhere, newFaultTally } from '../faults/fault-everywhere.ts'
import { histories } from './histories.ts'

/** A part of `npm run test:crash` that one thread does. */
export type CrashTask =
  | { readonly kind: 'everywhere'; readonly history: string; readonly againOneIn: number }
  | DamageTask
  | { readonly kind: 'seeds'; readonly first: number; readonly count: number }

interface DamageTask {
  readonly kind: 'faults' | 'flips'
  readonly history: string
  readonly oneIn: number
}

const command = 'npm run test:crash --'

/** How long the histories are that are made from a seed. */
export const seedShape = { lives: 2, stepsInLife: 12, crashesInLife: 2 }

/** Does a part; throws a `CrashFailure` when something is wrong. */
export async function doCrashTask(task: CrashTask): Promise<CrashTally | FaultTally | FlipTally> {
  if ('oneIn' in task) return doDamage(task)
  const tally = newTally()
  if (task.kind === 'everywhere') {
    const { history, againOneIn } = task
    await crashEverywhere({ steps: histories[history]!, tally, replay: command, againOneIn })
    return tally
  }
  for (let seed = task.first; seed < task.first + task.count; seed++) {
    await crashBySeed({ ...seedShape, seed, tally, replay: `${command} --seed ${seed}` })
  }
  return tally
}

async function doDamage({ kind, history, oneIn }: DamageTask): Promise<FaultTally | FlipTally> {
  const o = { steps: histories[history]!, replay: command, oneIn }
  if (kind === 'flips') {
    const tally = newFlipTally()
    await flipEverywhere({ ...o, tally })
    return tally
  }
  const tally = newFaultTally()
  await faultEverywhere({ ...o, tally, faults: faultsOf(history) })
  return tally
}
