// What became of each test, as a table in a file: CLASS, TEST, STATUS, separated by tabs.

/** `aborted`: the test asks for something that cannot be known from outside; it is counted apart. */
export type Status = 'passed' | 'failed' | 'aborted'

export interface Result {
  readonly status: Status
  /** The first line of the failure, or why the test does not apply. */
  readonly reason: string
}

/** By class, then by test. */
export type Results = ReadonlyMap<string, ReadonlyMap<string, Status>>

export function parseResults(text: string): Map<string, Map<string, Status>> {
  const results = new Map<string, Map<string, Status>>()
  for (const line of text.split('\n').filter((each) => each !== '')) {
    const [className, testName, status] = line.split('\t')
    const tests = results.get(className!) ?? new Map<string, Status>()
    tests.set(testName!, status as Status)
    results.set(className!, tests)
  }
  return results
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

export function formatResults(results: Results): string {
  const lines = [...results].flatMap(([className, tests]) =>
    [...tests].map(([testName, status]) => `${className}\t${testName}\t${status}\n`),
  )
  return lines.sort(compareText).join('')
}

export function count(tests: Iterable<Status>): Record<Status, number> {
  const counts = { passed: 0, failed: 0, aborted: 0 }
  for (const status of tests) counts[status]++
  return counts
}

/** A test that Apache Kafka passes and that is not passed here. */
export interface Miss {
  readonly className: string
  readonly testName: string
  readonly status: Status | 'missing'
  readonly reason: string
}

/** Only of the class at hand; a test that was not run, although Apache Kafka passes it, is missing. */
export function misses(className: string, baseline: Results, results: ReadonlyMap<string, Result>): Miss[] {
  return [...(baseline.get(className) ?? [])]
    .filter(([testName, status]) => status === 'passed' && results.get(testName)?.status !== 'passed')
    .map(([testName]) => {
      const { status, reason } = results.get(testName) ?? { status: 'missing', reason: 'not in the report' }
      return { className, testName, status, reason }
    })
}

/** Whether there is a result for every test of a class that is known from Apache Kafka; of others, for any. */
export function isWhole(className: string, baseline: Results, results: Results): boolean {
  const found = results.get(className)
  return found !== undefined && [...(baseline.get(className)?.keys() ?? [])].every((testName) => found.has(testName))
}
