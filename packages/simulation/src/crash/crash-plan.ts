import type { CrashTask, HistoryTask, SeedsTask } from './crash-task.ts'
import { histories } from './histories.ts'

/** What `npm run test:crash` is told to do. */
export interface CrashPlan {
  /** Everything that can be tried of the small histories, and not a sample of it. */
  readonly all: boolean
  /** Which sample. */
  readonly part: number
  readonly kinds: readonly CrashTask['kind'][]
  /** Of histories with these words in their names. */
  readonly history: string
  /** How many seeds from which on. */
  readonly firstSeed: Readonly<Record<SeedsTask['kind'], number>>
  readonly seeds: Readonly<Record<SeedsTask['kind'], number>>
  /** Asked before each seed or so. */
  readonly mayGoOn: () => boolean
}

const seedKinds: readonly SeedsTask['kind'][] = ['brokerFaults', 'brokerFlips', 'brokers', 'seeds']

export const crashKinds: readonly CrashTask['kind'][] = [
  'everywhere',
  'faults',
  'flips',
  'seeds',
  'brokers',
  'brokerFaults',
  'brokerFlips',
]

const SEEDS_OF_A_TASK: Readonly<Record<SeedsTask['kind'], number>> = {
  seeds: 25,
  brokers: 10,
  brokerFaults: 10,
  brokerFlips: 5,
}

/**
 * How many parts make the whole: of the recoveries of small histories that are crashed everywhere themselves, of the ways
 * in which the calls of a history can fail, and of the bytes that it leaves on the disk.
 */
const PARTS: Readonly<Record<HistoryTask['kind'], number>> = { everywhere: 97, faults: 11, flips: 5 }
/** To crash all recoveries everywhere would take hours: `--all` does it to one in so many. */
const RECOVERIES_PARTS_OF_ALL = 11

/** The tasks of a plan, one after the other. */
export function* tasksOf(plan: CrashPlan): Generator<CrashTask, void, undefined> {
  const has = (kind: CrashTask['kind']): boolean => plan.kinds.includes(kind)
  for (const history of Object.keys(histories)) {
    if (!history.includes(plan.history)) continue
    for (const kind of ['everywhere', 'faults', 'flips'] as const) {
      if (has(kind)) yield* partsOf(plan, kind, history)
    }
  }
  yield* inTurns(seedKinds.filter(has).map((kind) => seedsOf(plan, kind)))
}

/** So that where time is what ends it, all have had some of it. */
function* inTurns<T>(generators: readonly Generator<T>[]): Generator<T> {
  for (let left = [...generators]; left.length > 0;) {
    const next = left.map((generator) => ({ generator, ...generator.next() }))
    left = next.flatMap(({ generator, done }) => (done === true ? [] : [generator]))
    for (const each of next) if (each.done !== true) yield each.value as T
  }
}

function* seedsOf({ firstSeed, seeds, mayGoOn }: CrashPlan, kind: SeedsTask['kind']): Generator<SeedsTask> {
  const end = firstSeed[kind] + seeds[kind]
  for (let first = firstSeed[kind]; first < end && mayGoOn(); first += SEEDS_OF_A_TASK[kind]) {
    yield { kind, first, count: Math.min(SEEDS_OF_A_TASK[kind], end - first) }
  }
}

/** Everything is tried part by part: a failure then names one that is soon done again, and threads share the work. */
function* partsOf(plan: CrashPlan, kind: HistoryTask['kind'], history: string): Generator<HistoryTask> {
  const options = (part: number): string => `--only ${kind} --history '${history}' --part ${part}`
  const { all, part } = plan
  if (kind === 'everywhere') {
    const sample = { oneIn: all ? RECOVERIES_PARTS_OF_ALL : PARTS[kind], part }
    yield { kind, history, sample, options: all ? `${options(part)} --all` : options(part) }
    return
  }
  const parts = all ? Array.from({ length: PARTS[kind] }, (_, index) => index) : [part]
  for (const each of parts) yield { kind, history, sample: { oneIn: PARTS[kind], part: each }, options: options(each) }
}
