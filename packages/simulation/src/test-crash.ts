// `npm run test:crash`: lets the power go at every call of small histories, and by chance in long ones, and prints how
// often. `--seed N` runs one long history, `--runs N` so many (1000 unless said), `--minutes M` as many as there is time
// for. Each thread takes a part of the work at a time.
import os from 'node:os'
import { parseArgs } from 'node:util'
import { Worker, isMainThread, parentPort } from 'node:worker_threads'
import type { CrashTally } from './crash/crash-failure.ts'
import { CrashFailure, newTally } from './crash/crash-failure.ts'
import type { CrashTask } from './crash/crash-task.ts'
import { doCrashTask } from './crash/crash-task.ts'
import { histories } from './crash/histories.ts'
import type { FlipTally } from './damage/flip-everywhere.ts'
import { FlipFailure, newFlipTally } from './damage/flip-everywhere.ts'
import type { FaultTally } from './faults/fault-everywhere.ts'
import { FaultFailure, newFaultTally } from './faults/fault-everywhere.ts'

type Tally = CrashTally | FaultTally | FlipTally
type Answer = { readonly task: CrashTask } & ({ readonly tally: Tally } | { readonly failure: string })

const SEEDS_OF_A_TASK = 25
/** Of so many recoveries of a small history, one is crashed everywhere itself. */
const AGAIN_ONE_IN = 80
/** Of the ways in which the calls of a history can fail, and of the bytes it leaves on the disk, so many are tried. */
const FAULTS_ONE_IN = 30
const FLIPS_ONE_IN = 12

if (isMainThread) await main()
else {
  parentPort!.on('message', (task: CrashTask) => {
    void answer(task).then((answered) => parentPort!.postMessage(answered))
  })
}

async function answer(task: CrashTask): Promise<Answer> {
  try {
    return { task, tally: await doCrashTask(task) }
  } catch (error) {
    const isKnown = [CrashFailure, FaultFailure, FlipFailure].some((kind) => error instanceof kind)
    const text = isKnown ? (error as Error).message : String(error instanceof Error ? error.stack : error)
    return { task, failure: text }
  }
}

function optionNumber(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const value = Number(text)
  if (!(value >= 0)) throw new Error(`--${name} is a number from 0 on, not ${JSON.stringify(text)}`)
  return value
}

function* tasksOf(o: { seed?: number | undefined; runs: number; mayGoOn: () => boolean }): Generator<CrashTask> {
  if (o.seed === undefined) {
    for (const history of Object.keys(histories)) {
      yield { kind: 'everywhere', history, againOneIn: AGAIN_ONE_IN }
      yield { kind: 'faults', history, oneIn: FAULTS_ONE_IN }
      yield { kind: 'flips', history, oneIn: FLIPS_ONE_IN }
    }
  }
  const begin = o.seed ?? 1
  for (let first = begin; first < begin + o.runs && o.mayGoOn(); first += SEEDS_OF_A_TASK) {
    yield { kind: 'seeds', first, count: Math.min(SEEDS_OF_A_TASK, begin + o.runs - first) }
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { seed: { type: 'string' }, runs: { type: 'string' }, minutes: { type: 'string' } },
  })
  const seed = optionNumber('seed', values.seed)
  const minutes = optionNumber('minutes', values.minutes)
  const startMs = performance.now()
  const endMs = minutes === undefined ? Infinity : startMs + minutes * 60_000
  const runs = optionNumber('runs', values.runs) ?? (seed !== undefined ? 1 : minutes === undefined ? 1000 : Infinity)
  const tasks = tasksOf({ seed, runs, mayGoOn: () => performance.now() < endMs })
  const totals = { everywhere: newTally(), faults: newFaultTally(), flips: newFlipTally(), seeds: newTally() }
  let seeds = 0
  const failures: string[] = []
  const seconds = (): string => `${((performance.now() - startMs) / 1000).toFixed(1)} s`
  const note = (answered: Answer): void => {
    if ('failure' in answered) {
      failures.push(answered.failure)
      console.error(answered.failure)
      return
    }
    const { task, tally } = answered
    add(totals[task.kind], tally)
    if (task.kind === 'seeds') seeds += task.count
    else
      console.log(
        `  ${task.history}, ${task.kind}: ${Object.entries(tally)
          .map(([name, n]) => `${n} ${name}`)
          .join(', ')}`,
      )
  }
  await inThreads(tasks, note)
  if (seed === undefined) {
    const { faults, flips } = totals
    console.log(`Every call of ${Object.keys(histories).length} small histories: ${said(totals.everywhere)}`)
    console.log(
      `${faults.points} calls that the disk refused: back by itself after ${faults.cameBack}, opened again after ` +
        `${faults.restarted}, and ${faults.runs} losses of power behind them`,
    )
    console.log(
      `${flips.flips} flipped bits: all served after ${flips.served}, damage refused after ${flips.refused}, ` +
        `offline after ${flips.offline}, taken for a write that broke off ${flips.cutOff}`,
    )
  }
  console.log(`${seeds} long histories by seed: ${said(totals.seeds)} (${seconds()})`)
  console.log(failures.length === 0 ? 'Nothing that was acknowledged is lost.' : `${failures.length} failures, above.`)
  process.exitCode = failures.length === 0 ? 0 : 1
}

function said({ points, runs, promisedRecords }: CrashTally): string {
  return `${points} crash points, ${runs} recoveries, ${promisedRecords} acknowledged records at stake`
}

function add<T extends object>(total: T, tally: Tally): void {
  const sums = total as Record<string, number>
  for (const [name, count] of Object.entries(tally)) sums[name]! += Number(count)
}

/** Hands the tasks out to a thread for each core, one at a time; a thread that found something wrong goes on. */
async function inThreads(tasks: Iterator<CrashTask>, note: (answered: Answer) => void): Promise<void> {
  await Promise.all(
    Array.from({ length: os.availableParallelism() }, async () => {
      const worker = new Worker(new URL(import.meta.url))
      try {
        for (let next = tasks.next(); next.done !== true; next = tasks.next()) note(await asked(worker, next.value))
      } finally {
        await worker.terminate()
      }
    }),
  )
}

function asked(worker: Worker, task: CrashTask): Promise<Answer> {
  return new Promise((resolve, reject) => {
    worker.removeAllListeners('error')
    worker.once('message', resolve)
    worker.once('error', reject)
    worker.postMessage(task)
  })
}
