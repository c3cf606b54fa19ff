// Class by class: how many tests Apache Kafka passes, how many the broker at hand, and why it is not the same.
import type { Exception } from './exceptions.ts'
import { count, type Results, type Status } from './results.ts'

const header = ['class', 'tests', 'Apache Kafka passes', 'Milena passes', 'of those', 'reasons for the rest'].join('\t')

/** Tests that the broker has no result for count as not passed, and say so. */
export function formatTable(baseline: Results, results: Results, exceptions: readonly Exception[]): string {
  const none = new Map<string, Status>()
  const rows = [...baseline]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([className, tests]) => {
      const found = results.get(className) ?? none
      const passedByKafka = [...tests].filter(([, status]) => status === 'passed').map(([testName]) => testName)
      const missed = passedByKafka.filter((testName) => found.get(testName) !== 'passed')
      const reasons = missed.map((testName) => {
        const exception = exceptions.find(({ matches }) => matches(className, testName))
        if (exception !== undefined) return exception.reason
        return found.has(testName) ? `Open: ${testName}.` : 'Not run yet.'
      })
      const passed = count(found.values()).passed
      const inBoth = passedByKafka.length - missed.length
      return [className, tests.size, passedByKafka.length, passed, inBoth, [...new Set(reasons)].join(' ')].join('\t')
    })
  return `${[header, ...rows].join('\n')}\n`
}
