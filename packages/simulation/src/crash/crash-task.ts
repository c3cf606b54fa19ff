import { crashBroker } from '../broker/crash-broker.ts'
import { faultBroker } from '../broker/fault-broker.ts'
import { flipBroker } from '../broker/flip-broker.ts'
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
  /** Of the storage alone, or of whole brokers: that lose power, whose disk refuses, of whose disk a bit is flipped. */
  readonly kind: 'seeds' | 'brokers' | 'brokerFaults' | 'brokerFlips'
  readonly first: number
  readonly count: number
}

const command = 'npm run test:crash --'

/** How long the histories are that are made from a seed. */
export const seedShape = { lives: 2, stepsInLife: 12, crashesInLife: 2 }
export const brokerShape = { steps: 14, crashes: 2 }
export const brokerFlipShape = { steps: 14, flips: 4 }

/** Does a part; throws a `CrashFailure` or its like when something is wrong. */
export async function doCrashTask(task: CrashTask): Promise<CrashTally | FaultTally | FlipTally> {
  return 'count' in task ? doSeedsTask(task) : doHistoryTask(task)
}

async function doSeedsTask({ kind, first, count }: SeedsTask): Promise<CrashTally | FaultTally | FlipTally> {
  const seeds = Array.from({ length: count }, (_, index) => first + index).map((seed) => ({
    seed,
    replay: `${command} --only ${kind} --seed ${seed}`,
  }))
  if (kind === 'brokerFaults') {
    const tally = newFaultTally()
    for (const seed of seeds) await faultBroker({ ...brokerShape, ...seed, tally })
    return tally
  }
  if (kind === 'brokerFlips') {
    const tally = newFlipTally()
    for (const seed of seeds) await flipBroker({ ...brokerFlipShape, ...seed, tally })
    return tally
  }
  const tally = newTally()
  for (const seed of seeds) {
    if (kind === 'seeds') await crashBySeed({ ...seedShape, ...seed, tally })
    else await crashBroker({ ...brokerShape, ...seed, tally })
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
