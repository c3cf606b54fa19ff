// A history, played to both brokers at the same time, and what came of it.
import type { VersionRange } from '@milena/protocol'
import type { Broker } from './brokers.ts'
import { compare, type Difference } from './compare.ts'
import type { History } from './history.ts'
import { Symbols } from './normalise.ts'
import { Random } from './random.ts'
import { type Exchange, Session, Unanswered } from './session.ts'

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
}

export interface PlayOptions {
  readonly apache: Broker
  readonly milena: Broker
  readonly versions: ReadonlyMap<string, VersionRange>
  readonly level: number
  readonly seed: number
  readonly isMeant: (exchange: Exchange, difference: Difference) => boolean
}

let plays = 0

/** The levels at which every version of the subjects is played at least once. */
export function levels(history: History, versions: ReadonlyMap<string, VersionRange>): number[] {
  const spans = history.subjects.map((name) => versions.get(name)).filter((range) => range !== undefined)
  const steps = Math.max(0, ...spans.map(({ min, max }) => max - min))
  return steps === 0 ? [1] : Array.from({ length: steps + 1 }, (_, index) => index / steps)
}

/** Plays and compares, up to the first exchange that differs in what is not meant: beyond it the states differ, too. */
export async function play(history: History, options: PlayOptions): Promise<PlayResult> {
  const prefix = `h${++plays}-`
  const [apache, milena] = await Promise.all([
    playTo(options.apache, prefix, history, options),
    playTo(options.milena, prefix, history, options),
  ])
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

async function playTo(
  broker: Broker,
  prefix: string,
  history: History,
  { versions, level, seed }: PlayOptions,
): Promise<readonly Exchange[]> {
  const symbols = new Symbols(prefix, Date.now() - 1000)
  const { subjects } = history
  const session = new Session({
    port: broker.port,
    versions,
    subjects,
    level,
    symbols,
    settle: (topics) => broker.settle(topics),
  })
  try {
    await history.play(session, new Random(seed))
  } catch (error) {
    if (!(error instanceof Unanswered)) {
      const request = error instanceof Error ? (error.stack ?? error.message) : String(error)
      session.transcript.push({ api: 'history', version: 0, request: `threw on ${broker.kind}`, outcome: request })
    }
  } finally {
    await session.close()
  }
  return session.transcript
}
