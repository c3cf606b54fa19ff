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
import { levels, play, type PlayOptions } from './src/play.ts'
import { Report } from './src/report.ts'
import type { Exchange } from './src/session.ts'

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    minutes: { type: 'string', default: '1' },
    api: { type: 'string' },
    match: { type: 'string' },
    histories: { type: 'string', default: 'Infinity' },
    trace: { type: 'boolean', default: false },
  },
})
const seed = Number(values.seed)
const minutes = Number(values.minutes)
const meant = parseDifferences(readFileSync(path.join(import.meta.dirname, 'differences.md'), 'utf8'))

async function corpus(): Promise<History[]> {
  const files = globSync('corpus/*.ts', { cwd: import.meta.dirname }).sort()
  const modules = await Promise.all(files.map((file) => import(`./${file}`) as Promise<{ histories: History[] }>))
  return modules
    .flatMap(({ histories }) => histories)
    .filter(({ subjects }) => values.api === undefined || subjects.includes(values.api))
    .filter(({ title }) => values.match === undefined || title.includes(values.match))
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

async function main(): Promise<number> {
  const reason = await missing()
  if (reason !== undefined) {
    console.error(`conformance: not run. ${reason}.`)
    return 2
  }
  await using apache = await start('apache')
  await using milena = await start('milena')
  const versions = common(apache, milena)
  const report = new Report({ trace: values.trace })
  const isMeant = (exchange: Exchange, difference: Difference): boolean => {
    const found = meant.find((each) => each.matches(exchange, difference))
    if (found !== undefined) report.meant(found.pattern)
    return found !== undefined
  }
  for (const history of await corpus()) {
    for (const level of levels(history, versions)) {
      if (interrupted) break
      report.add(history, await play(history, { apache, milena, versions, level, seed, isMeant }))
    }
  }
  const end = Date.now() + minutes * 60_000
  let left = Number(values.histories)
  for (let number = seed; Date.now() < end && left-- > 0 && !interrupted; number += 1_000_003) {
    const history = generated(number, values.api)
    const level = (number % 5) / 4
    report.add(history, await play(history, { apache, milena, versions, level, seed: number, isMeant }))
  }
  report.print([...versions.keys()])
  return report.open === 0 && !interrupted ? 0 : 1
}

process.exitCode = await main()
