// `npm run apache-suite [-- CLASS…]`: Apache Kafka's own integration tests against broker processes, one JVM a class.
// Prints a line for each class, then the tests that Apache Kafka passes (baseline.N.tsv) and the broker at hand does
// not. Ends with 0 when each of these stands in exceptions.md.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { jars } from '../../interop/support/environments.ts'
import { parseExceptions } from './src/exceptions.ts'
import {
  count,
  formatResults,
  isWhole,
  type Miss,
  misses,
  parseResults,
  type Result,
  type Results,
} from './src/results.ts'
import { runClass, type RunOptions } from './src/run-class.ts'
import { prepareSuite } from './src/suite-environment.ts'
import { formatTable } from './src/table.ts'
import { parseClasses, select, type TestClass } from './src/test-classes.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    ci: { type: 'boolean', default: false },
    group: { type: 'string' },
    broker: { type: 'string', default: 'milena' },
    brokers: { type: 'string', default: '1' },
    methods: { type: 'string' },
    jobs: { type: 'string' },
    write: { type: 'string' },
    table: { type: 'string' },
    rest: { type: 'boolean', default: false },
    minutes: { type: 'string', default: 'Infinity' },
    verbose: { type: 'boolean', default: false },
    'test-timeout': { type: 'string', default: '150' },
    'class-timeout': { type: 'string', default: '3600' },
  },
})
/** A class waits more than it works, and a machine that tests changes has two cores at least. */
const jobs = Number(values.jobs ?? (values.ci ? 2 : 1))
const home = import.meta.dirname
const text = (file: string): string => (existsSync(file) ? readFileSync(file, 'utf8') : '')

const baselineOf = (brokers: string): Results => parseResults(text(path.join(home, `baseline.${brokers}.tsv`)))
const written = (): Results => parseResults(text(values.write ?? ''))

const exceptions = parseExceptions(text(path.join(home, 'exceptions.md')))

/** The command of the broker at hand, or why it cannot be run here. CLUSTER_COMMAND comes before everything. */
async function clusterCommand(): Promise<string | { missing: string }> {
  if (process.env.CLUSTER_COMMAND !== undefined) return process.env.CLUSTER_COMMAND
  if (values.broker !== 'apache') {
    return [process.execPath, path.join(home, '../../packages/milena/bin/milena.js'), '--config'].join(' ')
  }
  const libraries = await jars('kafka-4.3.1')
  if ('missing' in libraries) return libraries
  process.env.KAFKA_LIB = libraries.path
  return [process.execPath, path.join(home, 'apache-node.ts')].join(' ')
}

function printClass(testClass: TestClass, results: ReadonlyMap<string, Result>, seconds: number): void {
  const { passed, failed, aborted } = count([...results.values()].map(({ status }) => status))
  const noReport = results.size === 0 ? ' (no report)' : ''
  console.log(
    `${testClass.simpleName}: ${passed} passed, ${failed} failed, ${aborted} not applicable, ${seconds} s${noReport}`,
  )
  if (!values.verbose) return
  for (const [testName, { status, reason }] of results) {
    if (status !== 'passed') console.log(`  ${status} ${testName}: ${reason}`)
  }
}

/** Adds to what the file has of other classes; replaces what it has of this one. */
function writeResults(file: string, className: string, results: ReadonlyMap<string, Result>): void {
  const all = parseResults(text(file))
  const kept = values.methods === undefined ? [] : (all.get(className) ?? [])
  all.set(className, new Map([...kept, ...[...results].map(([test, { status }]) => [test, status] as const)]))
  writeFileSync(file, formatResults(all))
}

async function runAll(classes: readonly TestClass[], options: RunOptions, jobs: number): Promise<Miss[]> {
  const baseline = baselineOf(`${options.maxBrokers}`)
  const waiting = [...classes]
  const missed: Miss[] = []
  const end = Date.now() + Number(values.minutes) * 60_000
  const method = values.methods === undefined ? undefined : new RegExp(`^(?:${values.methods})$`)
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined && Date.now() < end; next = waiting.shift()) {
      const started = Date.now()
      const results = await runClass(next.name, options)
      printClass(next, results, Math.round((Date.now() - started) / 1000))
      if (values.write !== undefined) writeResults(values.write, next.simpleName, results)
      const found = misses(next.simpleName, baseline, results)
      missed.push(...found.filter(({ testName }) => method?.test(testName.split('(')[0]!) ?? true))
    }
  }
  await Promise.all(Array.from({ length: jobs }, work))
  return missed
}

async function main(): Promise<number> {
  if (values.table !== undefined) {
    const asked = select(parseClasses(text(path.join(home, 'classes.txt'))), {
      names: [],
      group: values.group,
      isCi: false,
    })
    process.stdout.write(formatTable(asked, baselineOf(values.brokers), parseResults(text(values.table)), exceptions))
    return 0
  }
  const classes = select(parseClasses(text(path.join(home, 'classes.txt'))), {
    names: positionals,
    group: values.group,
    isCi: values.ci,
  }).filter(({ simpleName }) => !values.rest || !isWhole(simpleName, baselineOf(values.brokers), written()))
  const environment = await prepareSuite()
  const command = await clusterCommand()
  for (const each of [environment, command]) {
    if (typeof each === 'string' || !('missing' in each)) continue
    console.error(`apache-suite: not run. ${each.missing}.`)
    return 2
  }
  const runOptions: RunOptions = {
    ...(environment as Exclude<typeof environment, { missing: string }>),
    clusterCommand: command as string,
    maxBrokers: Number(values.brokers),
    methods: values.methods,
    testTimeoutSeconds: Number(values['test-timeout']),
    classTimeoutSeconds: Number(values['class-timeout']),
  }
  const isExcepted = ({ className, testName }: Miss): boolean =>
    exceptions.some(({ matches }) => matches(className, testName))
  const isOpen = (miss: Miss): boolean => !isExcepted(miss)
  let missed = await runAll(classes, runOptions, jobs)
  // Many of these tests race with the clock: what fails beside other classes counts when it fails alone.
  const suspects = classes.filter(({ simpleName }) =>
    missed.some((miss) => miss.className === simpleName && isOpen(miss)),
  )
  if (jobs > 1 && suspects.length > 0 && !Number.isFinite(Number(values.minutes))) {
    console.log(`again, alone: ${suspects.map(({ simpleName }) => simpleName).join(', ')}`)
    const settled = missed.filter(({ className }) => !suspects.some(({ simpleName }) => simpleName === className))
    missed = [...settled, ...(await runAll(suspects, runOptions, 1))]
  }
  const open = missed.filter(isOpen)
  for (const { className, testName, status, reason } of open) {
    console.log(`Apache Kafka passes, here ${status}: ${className} ${testName} ${reason}`)
  }
  const excepted = missed.length - open.length
  console.log(
    `${open.length} that Apache Kafka passes are not passed, and ${excepted} more that exceptions.md explains`,
  )
  return open.length === 0 ? 0 : 1
}

process.exitCode = await main()
