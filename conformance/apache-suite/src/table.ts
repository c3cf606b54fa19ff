// Class by class, and group by group: how many tests Apache Kafka passes, how many of these the broker at hand, and why
// it is not the same.
import type { Exception } from './exceptions.ts'
import { count, type Results, type Status } from './results.ts'
import type { TestClass } from './test-classes.ts'

const columns = ['group', 'class', 'tests', 'Apache Kafka passes', 'of those Milena passes', 'excepted', 'reasons']
const none: ReadonlyMap<string, Status> = new Map()

interface Row {
  readonly group: string
  readonly name: string
  readonly tests: number
  readonly passedByKafka: number
  readonly passedInBoth: number
  /** Of those that Kafka passes and the broker does not. */
  readonly excepted: number
  readonly reasons: readonly string[]
}

type Counts = 'tests' | 'passedByKafka' | 'passedInBoth' | 'excepted'

/** Tests that the broker has no result for count as not passed, and say so. */
function rowOf(
  { group, simpleName: name }: TestClass,
  baseline: Results,
  results: Results,
  exceptions: readonly Exception[],
): Row {
  const tests = baseline.get(name) ?? none
  const found = results.get(name) ?? none
  const asked = [...tests].filter(([, status]) => status === 'passed').map(([testName]) => testName)
  const missed = asked.filter((testName) => found.get(testName) !== 'passed')
  const explanations = missed.map((testName) => {
    const exception = exceptions.find(({ matches }) => matches(name, testName))
    if (exception !== undefined) return { reason: exception.reason, isExcepted: true }
    return { reason: found.has(testName) ? `Open: ${testName}.` : `Not run: ${testName}.`, isExcepted: false }
  })
  const nothingKnown = tests.size === 0 ? ['Not run on Apache Kafka.'] : []
  return {
    group,
    name,
    tests: tests.size,
    passedByKafka: count(tests.values()).passed,
    passedInBoth: asked.length - missed.length,
    excepted: explanations.filter(({ isExcepted }) => isExcepted).length,
    reasons: [...new Set([...nothingKnown, ...explanations.map(({ reason }) => reason)])],
  }
}

function format({ group, name, tests, passedByKafka, passedInBoth, excepted, reasons }: Row): string {
  return [group, name, tests, passedByKafka, passedInBoth, excepted, reasons.join(' ')].join('\t')
}

/** A line for each class, then one for each group. */
export function formatTable(
  classes: readonly TestClass[],
  baseline: Results,
  results: Results,
  exceptions: readonly Exception[],
): string {
  const rows = classes.map((testClass) => rowOf(testClass, baseline, results, exceptions))
  const totals = [...Map.groupBy(rows, ({ group }) => group)].map(([group, ofGroup]): Row => {
    const sum = (key: Counts): number => ofGroup.reduce((total, row) => total + row[key], 0)
    const counts = { tests: sum('tests'), passedByKafka: sum('passedByKafka'), passedInBoth: sum('passedInBoth') }
    return { group, name: `all ${ofGroup.length}`, ...counts, excepted: sum('excepted'), reasons: [] }
  })
  return `${[columns.join('\t'), ...[...rows, ...totals].map(format)].join('\n')}\n`
}
