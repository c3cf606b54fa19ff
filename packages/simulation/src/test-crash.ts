// `npm run test:crash`: lets the power go at every call of small histories, and by chance in long ones, lets the disk
// refuse calls and flips bits of it, of the storage alone and of whole brokers, and prints how often. Of what is too much for
// every time another part is tried each time: `--part N` tries one again, `--all` tries all of it. `--only KIND,…` and
// `--history WORDS` leave things out.
// `--seed N` runs one long history, `--runs N` so many (unless said 1000 of the storage alone, and fewer of brokers),
// `--minutes M` as many as there is time for. Each thread takes a part of the work at a time.
import os from 'node:os'
import { parseArgs } from 'node:util'
import { Worker, isMainThread, parentPort } from 'node:worker_threads'
import { BrokerFailure } from './broker/crash-broker.ts'
import type { CrashTally } from './crash/crash-failure.ts'
import { CrashFailure, newTally } from './crash/crash-failure.ts'
import type { CrashPlan } from './crash/crash-plan.ts'
import { crashKinds, tasksOf } from './crash/crash-plan.ts'
import type { CrashTask, SeedsTask } from './crash/crash-task.ts'
import { doCrashTask } from './crash/crash-task.ts'
import type { FlipTally } from './damage/flip-everywhere.ts'
import { FlipFailure, newFlipTally } from './damage/flip-everywhere.ts'
import type { FaultTally } from './faults/fault-everywhere.ts'
import { FaultFailure, newFaultTally } from './faults/fault-everywhere.ts'

type Tally = CrashTally | FaultTally | FlipTally
type Answer = { readonly task: CrashTask } & ({ readonly tally: Tally } | { readonly failure: string })

/** Beyond this many the parts begin again: small numbers are easier to type. */
const PARTS_MAX = 10_000
const SEEDS = { seeds: 1000, brokers: 120, brokerFaults: 60, brokerFlips: 25 }

async function answer(task: CrashTask): Promise<Answer> {
  try {
    return { task, tally: await doCrashTask(task) }
  } catch (error) {
    const isKnown = [CrashFailure, FaultFailure, FlipFailure, BrokerFailure].some((kind) => error instanceof kind)
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

function kindsFrom(text: string | undefined): readonly CrashTask['kind'][] {
  if (text === undefined) return crashKinds
  return text.split(',').map((name) => {
    const kind = crashKinds.find((each) => each === name)
    if (kind === undefined) throw new Error(`--only takes ${crashKinds.join(', ')}, not ${JSON.stringify(name)}`)
    return kind
  })
}

function planOf(args: readonly string[]): CrashPlan {
  const { values } = parseArgs({
    args: [...args],
    options: {
      all: { type: 'boolean', default: false },
      part: { type: 'string' },
      only: { type: 'string' },
      history: { type: 'string', default: '' },
      seed: { type: 'string' },
      runs: { type: 'string' },
      minutes: { type: 'string' },
    },
  })
  const seed = optionNumber('seed', values.seed)
  const minutes = optionNumber('minutes', values.minutes)
  const runs = optionNumber('runs', values.runs)
  const part = optionNumber('part', values.part) ?? Math.floor(Date.now() / 1000) % PARTS_MAX
  const isBounded = seed === undefined && runs === undefined && minutes === undefined
  const endless = seed === undefined ? Infinity : 1
  const endMs = minutes === undefined ? Infinity : performance.now() + minutes * 60_000
  return {
    all: values.all,
    part,
    kinds: seed === undefined || values.only !== undefined ? kindsFrom(values.only) : ['seeds'],
    history: values.history,
    firstSeed: ofEachKind((kind) => seed ?? 1 + part * SEEDS[kind]),
    seeds: ofEachKind((kind) => (isBounded ? SEEDS[kind] : (runs ?? endless))),
    mayGoOn: () => performance.now() < endMs,
  }
}

/** What was counted, and what went wrong. */
class Outcome {
  readonly failures: string[] = []
  readonly #totals = {
    everywhere: newTally(),
    faults: newFaultTally(),
    flips: newFlipTally(),
    seeds: newTally(),
    brokers: newTally(),
    brokerFaults: newFaultTally(),
    brokerFlips: newFlipTally(),
  }
  readonly #done = new Set<CrashTask['kind']>()
  readonly #seeds = ofEachKind(() => 0)

  note(answered: Answer): void {
    if ('failure' in answered) {
      this.failures.push(answered.failure)
      console.error(answered.failure)
      return
    }
    const { task, tally } = answered
    this.#done.add(task.kind)
    add(this.#totals[task.kind], tally)
    if ('count' in task) this.#seeds[task.kind] += task.count
    else console.log(`  ${task.history}, ${task.kind}: ${counted(tally)}`)
  }

  lines(): string[] {
    const { everywhere, faults, flips, seeds, brokers, brokerFaults, brokerFlips } = this.#totals
    const lines: Record<CrashTask['kind'], string> = {
      everywhere: `Every call of small histories: ${said(everywhere)}`,
      faults: saidOfFaults(faults),
      flips: saidOfFlips(flips),
      seeds: `${this.#seeds.seeds} long histories by seed: ${said(seeds)}`,
      brokers: `${this.#seeds.brokers} brokers by seed: ${said(brokers)}`,
      brokerFaults: `${this.#seeds.brokerFaults} brokers by seed, ${saidOfFaults(brokerFaults)}`,
      brokerFlips: `${this.#seeds.brokerFlips} brokers by seed, ${saidOfFlips(brokerFlips)}`,
    }
    return crashKinds.filter((kind) => this.#done.has(kind)).map((kind) => lines[kind])
  }
}

async function main(): Promise<void> {
  const startMs = performance.now()
  const plan = planOf(process.argv.slice(2))
  console.log(plan.all ? 'Everything is tried.' : `Part ${plan.part} is tried (the same again: --part ${plan.part}).`)
  const outcome = new Outcome()
  await inThreads(tasksOf(plan), (answered) => outcome.note(answered))
  for (const line of outcome.lines()) console.log(line)
  const { failures } = outcome
  const seconds = ((performance.now() - startMs) / 1000).toFixed(1)
  const verdict =
    failures.length === 0 ? 'Nothing that was acknowledged is lost.' : `${failures.length} failures, above.`
  console.log(`${verdict} (${seconds} s)`)
  process.exitCode = failures.length === 0 ? 0 : 1
}

function counted(tally: Tally): string {
  return Object.entries(tally)
    .map(([name, n]) => `${n} ${name}`)
    .join(', ')
}

function said({ points, runs, promisedRecords }: CrashTally): string {
  return `${points} crash points, ${runs} recoveries, ${promisedRecords} acknowledged records at stake`
}

function saidOfFaults({ points, cameBack, restarted, runs }: FaultTally): string {
  const back = `back by itself after ${cameBack}, opened again after ${restarted}`
  return `${points} calls that the disk refused: ${back}, and ${runs} losses of power behind them`
}

function saidOfFlips({ flips, served, refused, offline }: FlipTally): string {
  return `${flips} flipped bits: all served after ${served}, damage refused after ${refused}, offline after ${offline}`
}

function ofEachKind(numberOf: (kind: SeedsTask['kind']) => number): Record<SeedsTask['kind'], number> {
  const kinds = Object.keys(SEEDS) as SeedsTask['kind'][]
  return Object.fromEntries(kinds.map((kind) => [kind, numberOf(kind)])) as Record<SeedsTask['kind'], number>
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

if (isMainThread) await main()
else {
  parentPort!.on('message', (task: CrashTask) => {
    void answer(task).then((answered) => parentPort!.postMessage(answered))
  })
}
