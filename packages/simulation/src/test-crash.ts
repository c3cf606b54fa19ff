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

type Answer = { readonly task: CrashTask } & ({ readonly tally: CrashTally } | { readonly failure: string })

const SEEDS_OF_A_TASK = 25
/** Of so many recoveries of a small history, one is crashed everywhere itself. */
const AGAIN_ONE_IN = 80

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
    const text = error instanceof CrashFailure ? error.message : String(error instanceof Error ? error.stack : error)
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
    for (const history of Object.keys(histories)) yield { kind: 'everywhere', history, againOneIn: AGAIN_ONE_IN }
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
  const totals = { everywhere: newTally(), seeds: newTally() }
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
    if (task.kind === 'everywhere') console.log(`  ${task.history}: ${tally.points} points, ${tally.runs} recoveries`)
    else seeds += task.count
  }
  await inThreads(tasks, note)
  if (seed === undefined)
    console.log(`Every call of ${Object.keys(histories).length} small histories: ${said(totals.everywhere)}`)
  console.log(`${seeds} long histories by seed: ${said(totals.seeds)} (${seconds()})`)
  console.log(failures.length === 0 ? 'Nothing that was acknowledged is lost.' : `${failures.length} failures, above.`)
  process.exitCode = failures.length === 0 ? 0 : 1
}

function said({ points, runs, promisedRecords }: CrashTally): string {
  return `${points} crash points, ${runs} recoveries, ${promisedRecords} acknowledged records at stake`
}

function add(total: CrashTally, tally: CrashTally): void {
  total.points += tally.points
  total.runs += tally.runs
  total.promisedRecords += tally.promisedRecords
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
    worker.once('message', resolve)
    worker.once('error', reject)
    worker.postMessage(task)
  })
}
