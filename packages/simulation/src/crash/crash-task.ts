import { crashBroker } from '../broker/crash-broker.ts'
import { crashBySeed } from './crash-by-seed.ts'
import { crashEverywhere } from './crash-everywhere.ts'
import type { CrashTally } from './crash-failure.ts'
import { newTally } from './crash-failure.ts'
import type { FlipTally } from '../damage/flip-everywhere.ts'
import { flipEverywhere, newFlipTally } from '../damage/flip-everywhere.ts'
import type { FaultTally } from '../faults/fault-everywhere.ts'
import { faultEverywhere, newFaultTally } from '../faults/fault-everywhere.ts'
import { histories } from './histories.ts'
import type { SampleShape } from './sample.ts'

/** A part of `npm run test:crash` that one thread does. */
export type CrashTask = HistoryTask | SeedsTask

/** `everywhere` tries every crash of the history; the sample is of the recoveries that are crashed themselves. */
export interface HistoryTask {
  readonly kind: 'everywhere' | 'faults' | 'flips'
  readonly history: string
  readonly sample: SampleShape
  /** The options that do this alone. */
  readonly options: string
}

export interface SeedsTask {
  /** Of the storage alone, or of whole brokers. */
  readonly kind: 'seeds' | 'brokers'
  readonly first: number
  readonly count: number
}

const command = 'npm run test:crash --'

/** How long the histories are that are made from a seed. */
export const seedShape = { lives: 2, stepsInLife: 12, crashesInLife: 2 }
export const brokerShape = { steps: 14, crashes: 2 }

/** Does a part; throws a `CrashFailure` or its like when something is wrong. */
export async function doCrashTask(task: CrashTask): Promise<CrashTally | FaultTally | FlipTally> {
  if (!('count' in task)) return doHistoryTask(task)
  const tally = newTally()
  for (let seed = task.first; seed < task.first + task.count; seed++) {
    const o = { seed, tally, replay: `${command} --only ${task.kind} --seed ${seed}` }
    if (task.kind === 'seeds') await crashBySeed({ ...seedShape, ...o })
    else await crashBroker({ ...brokerShape, ...o })
  }
  return tally
}

async function doHistoryTask(task: HistoryTask): Promise<CrashTally | FaultTally | FlipTally> {
  const { kind, history, sample, options } = task
  const o = { steps: histories[history]!, replay: `${command} ${options}` }
  if (kind === 'everywhere') {
    const tally = newTally()
    await crashEverywhere({ ...o, tally, again: sample })
    return tally
  }
  if (kind === 'flips') {
    const tally = newFlipTally()
    await flipEverywhere({ ...o, tally, sample })
    return tally
  }
  const tally = newFaultTally()
  await faultEverywhere({ ...o, tally, sample })
  return tally
}
