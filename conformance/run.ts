// `npm run conformance [-- --seed N --minutes M --api NAME]`: the same requests to Apache Kafka 4.3.1 and to
// Milena, and their answers compared. First the corpus, then M minutes of histories made from the seed.
// Ends with 0 only when every difference is one of those in differences.md.
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { type Broker, missing, start } from './src/brokers.ts'
import type { Difference } from './src/compare.ts'
import { parseDifferences } from './src/differences.ts'
import { generated } from './src/generator.ts'
import type { History } from './src/history.ts'
import { type Finding, levels, play, type PlayOptions, type PlayResult, playTo } from './src/play.ts'
import { recorded } from './src/recorded.ts'
import { Report, showExchange } from './src/report.ts'
import type { Exchange } from './src/session.ts'

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    minutes: { type: 'string' },
    api: { type: 'string' },
    /** A part of a title or of a file's name. */
    match: { type: 'string' },
    histories: { type: 'string', default: 'Infinity' },
    lanes: { type: 'string', default: '4' },
    trace: { type: 'boolean', default: false },
    show: { type: 'boolean', default: false },
    ci: { type: 'boolean', default: false },
    record: { type: 'boolean', default: false },
  },
})
const seed = Number(values.seed)
// In CI the number of histories is fixed, not the time: two runs do the same.
const minutes = Number(values.minutes ?? (values.ci ? '10' : '1'))
const histories = values.ci ? 32 : Number(values.histories)
const meant = parseDifferences(readFileSync(path.join(import.meta.dirname, 'differences.md'), 'utf8'))

/** A run of minutes says now and then how far it is. */
const tellEveryMs = 60_000

/** Of the names of histories that are played once more, beyond those of all others. */
const FIRST_NUMBER_ALONE = 9_000_000_000

/** One history in one set of versions. */
interface Play {
  readonly history: History
  readonly level: number
  readonly seed: number
  readonly prefix: string
}

async function corpus(): Promise<History[]> {
  const files = globSync('corpus/*.ts', { cwd: import.meta.dirname }).sort()
  const modules = await Promise.all(files.map((file) => import(`./${file}`) as Promise<{ histories: History[] }>))
  return modules.flatMap(({ histories }, index) =>
    histories
      .filter(({ subjects }) => values.api === undefined || subjects.includes(values.api))
      .filter(({ title }) => values.match === undefined || `${files[index]} ${title}`.includes(values.match)),
  )
}

/** What clients said, each under the names that it used. */
function recordings(): Play[] {
  const files = globSync('recorded/*.txt', { cwd: import.meta.dirname }).sort()
  return files
    .filter((file) => values.api === undefined && (values.match === undefined || file.includes(values.match)))
    .map((file) => ({
      history: recorded(readFileSync(path.join(import.meta.dirname, file), 'utf8')),
      level: 1,
      seed,
      prefix: `h0-${path.basename(file, '.txt')}`,
    }))
}

/** In CI a history is played in the first and the last versions of its subjects and in one between, in turn. */
function levelsOf(history: History, index: number, versions: PlayOptions['versions']): number[] {
  const all = levels(history, versions)
  return values.ci && all.length > 3 ? [0, all[1 + (index % (all.length - 2))]!, 1] : all
}

async function playsOfCorpus(versions: PlayOptions['versions']): Promise<Play[]> {
  const plays = (await corpus()).flatMap((history, index) =>
    levelsOf(history, index, versions).map((level) => ({ history, level })),
  )
  return [...recordings(), ...plays.map((each, index) => ({ ...each, seed, prefix: `h${index + 1}-` }))]
}

/** Histories from the seed, until their number or the time is up. */
function* playsOfSeed(): Generator<Play> {
  const end = Date.now() + minutes * 60_000
  for (let number = 0; number < histories && Date.now() < end; number++) {
    const own = seed + number * 1_000_003
    // All of it follows from the seed, so that the history can be played again by itself.
    yield { history: generated(own, values.api), level: (own % 5) / 4, seed: own, prefix: `h${1_000_000 + own}-` }
  }
}

/** Takes each play in turn, several at a time. */
async function inLanes(plays: Iterable<Play>, lanes: number, take: (play: Play) => Promise<void>): Promise<void> {
  const left = plays[Symbol.iterator]()
  const lane = async (): Promise<void> => {
    for (let next = left.next(); next.done !== true && !interrupted; next = left.next()) await take(next.value)
  }
  await Promise.all(Array.from({ length: lanes }, lane))
}

/** The versions of each API that both speak. */
function common(apache: Broker, milena: Broker): PlayOptions['versions'] {
  const versions: [string, { min: number; max: number }][] = []
  for (const [name, { min, max }] of apache.versions) {
    const other = milena.versions.get(name)
    if (other !== undefined) versions.push([name, { min: Math.max(min, other.min), max: Math.min(max, other.max) }])
  }
  return new Map(versions)
}

/** Set by a signal: both brokers are stopped before the run ends. */
let interrupted = false
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => (interrupted = true))

/** Plays to Apache Kafka alone and prints what was said. */
async function show(): Promise<number> {
  await using apache = await start('apache')
  const { versions } = apache
  const plays = await playsOfCorpus(versions)
  await inLanes(
    plays.filter(({ level }) => level === 1),
    1,
    async ({ history, ...rest }) => {
      console.log(`\n${history.title}`)
      for (const exchange of await playTo(apache, history, { versions, ...rest })) showExchange(exchange)
    },
  )
  return 0
}

async function compareAll(): Promise<number> {
  await using apache = await start('apache')
  await using milena = await start('milena')
  const versions = common(apache, milena)
  const report = new Report({ trace: values.trace })
  const isMeant = (exchange: Exchange, difference: Difference): boolean => {
    const found = meant.find((each) => each.matches(exchange, difference))
    if (found !== undefined) report.meant(found.pattern)
    return found !== undefined
  }
  const suspects: { readonly play: Play; readonly finding: Finding }[] = []
  const playOne = async ({ history, ...rest }: Play, judge: (result: PlayResult) => void): Promise<void> => {
    try {
      judge(await play(history, { apache, milena, versions, isMeant, ...rest }))
    } catch (error) {
      interrupted = true
      console.error(`conformance: a broker is gone (${String(error)}) in "${history.title}"`)
      for (const each of [apache, milena]) console.error(`${each.kind} printed:\n${each.output().slice(-4000)}`)
    }
  }
  const count = (each: Play): Promise<void> => playOne(each, (result) => report.add(each.history, result))
  // Beside others a history may show what they do to a broker: what it finds there has to show again when it is alone.
  const suspect = (each: Play): Promise<void> =>
    playOne(each, (result) => {
      const [finding] = result.findings
      if (finding !== undefined) suspects.push({ play: each, finding })
      else report.add(each.history, result)
    })
  using _ = report.tell(tellEveryMs, () => suspects.length)
  const plays = await playsOfCorpus(versions)
  const lanes = Number(values.lanes)
  const first = lanes > 1 ? suspect : count
  await inLanes(
    plays.filter(({ history }) => !history.alone),
    lanes,
    first,
  )
  await inLanes(
    plays.filter(({ history }) => history.alone),
    1,
    count,
  )
  await inLanes(playsOfSeed(), lanes, first)
  for (const [index, { play: each, finding }] of suspects.entries()) {
    if (interrupted) break
    await playOne({ ...each, prefix: `h${FIRST_NUMBER_ALONE + index}-` }, (result) => {
      if (result.findings.length === 0) report.passed(finding)
      report.add(each.history, result)
    })
  }
  report.print([...versions.keys()])
  return report.open === 0 && !interrupted ? 0 : 1
}

async function main(): Promise<number> {
  const reason = await missing()
  if (reason !== undefined) {
    console.error(`conformance: not run. ${reason}.`)
    return 2
  }
  if (values.record) {
    const { record } = await import('./record.ts')
    await record(values.match === undefined ? [] : [values.match])
    return 0
  }
  return values.show ? show() : compareAll()
}

process.exitCode = await main()
