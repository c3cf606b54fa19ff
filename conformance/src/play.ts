// A history, played to both brokers at the same time, and what came of it.
import type { VersionRange } from '@milena/protocol'
import type { Broker } from './brokers.ts'
import { compare, type Difference } from './compare.ts'
import type { History } from './history.ts'
import { Symbols } from './normalise.ts'
import { Random } from './random.ts'
import { type Exchange, NotSpoken, Session, Unanswered } from './session.ts'

export interface Finding {
  readonly title: string
  readonly exchange: Exchange
  /** Its place in the history, from 1. */
  readonly step: number
  readonly differences: readonly Difference[]
}

export interface PlayResult {
  /** The exchanges that were compared. */
  readonly compared: readonly Exchange[]
  readonly findings: readonly Finding[]
  /** An API that the history needs and one of the brokers does not have. */
  readonly notSpoken?: string
}

export interface PlayOptions {
  readonly apache: Broker
  readonly milena: Broker
  readonly versions: ReadonlyMap<string, VersionRange>
  readonly level: number
  readonly seed: number
  /** Of every name that the history makes; `h7-`. The same in each run, since groups are spread by their names. */
  readonly prefix: string
  readonly isMeant: (exchange: Exchange, difference: Difference) => boolean
}

/** The levels at which every version of the subjects is played at least once. */
export function levels(history: History, versions: ReadonlyMap<string, VersionRange>): number[] {
  const spans = history.subjects.map((name) => versions.get(name)).filter((range) => range !== undefined)
  const steps = Math.max(0, ...spans.map(({ min, max }) => max - min))
  return steps === 0 ? [1] : Array.from({ length: steps + 1 }, (_, index) => index / steps)
}

/** Plays and compares, up to the first exchange that differs in what is not meant: beyond it the states differ, too. */
export async function play(history: History, options: PlayOptions): Promise<PlayResult> {
  // `generated` and `recorded` are no APIs, and need none.
  const missing = history.subjects.find((name) => /^[A-Z]/.test(name) && !options.versions.has(name))
  if (missing !== undefined && !history.title.includes('generated'))
    return { compared: [], findings: [], notSpoken: missing }
  let transcripts
  try {
    transcripts = await Promise.all([
      playTo(options.apache, history, options),
      playTo(options.milena, history, options),
    ])
  } catch (error) {
    if (error instanceof NotSpoken) return { compared: [], findings: [], notSpoken: error.message }
    throw error
  }
  const [apache, milena] = transcripts
  const compared: Exchange[] = []
  for (let step = 0; step < Math.max(apache.length, milena.length); step++) {
    const [left, right] = [apache[step], milena[step]]
    const exchange = (left ?? right)!
    compared.push(exchange)
    const all = [...compare(left?.request, right?.request, 'request'), ...compare(left?.outcome, right?.outcome)]
    const differences = all.filter((each) => !options.isMeant(exchange, each))
    if (differences.length > 0) {
      return { compared, findings: [{ title: history.title, exchange, step: step + 1, differences }] }
    }
  }
  return { compared, findings: [] }
}

/** Plays to one broker; throws `NotSpoken` only. */
export async function playTo(
  broker: Broker,
  history: History,
  { versions, level, seed, prefix }: Pick<PlayOptions, 'versions' | 'level' | 'seed' | 'prefix'>,
): Promise<readonly Exchange[]> {
  const symbols = new Symbols(prefix, Date.now() - 1000)
  const { subjects } = history
  const session = new Session({
    port: broker.port,
    versions,
    subjects,
    level,
    symbols,
    settle: () => broker.settle(),
  })
  try {
    await history.play(session, new Random(seed))
  } catch (error) {
    if (error instanceof NotSpoken) throw error
    if (!(error instanceof Unanswered)) {
      const request = error instanceof Error ? (error.stack ?? error.message) : String(error)
      session.transcript.push({ api: 'history', version: 0, request: `threw on ${broker.kind}`, outcome: request })
    }
  } finally {
    await session.close()
  }
  return session.transcript
}
