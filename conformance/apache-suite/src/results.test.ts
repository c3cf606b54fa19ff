import assert from 'node:assert/strict'
import { test } from 'node:test'
import { count, formatResults, isWhole, misses, parseResults, type Result } from './results.ts'

const table = ['ATest\ttestA()[1]\tpassed', 'ATest\ttestB()[1]\tfailed', 'BTest\ttestA()[1]\taborted', ''].join('\n')

test('a table is written as it was read, in the order of its text', () => {
  const results = parseResults(table)
  assert.equal(formatResults(results), table)
  assert.equal(formatResults(new Map([...results].toReversed())), table)
  assert.deepEqual(count(results.get('ATest')!.values()), { passed: 1, failed: 1, aborted: 0 })
})

test('missed is what the baseline passes and the results do not, or do not have', () => {
  const baseline = parseResults(
    ['ATest\ta\tpassed', 'ATest\tb\tpassed', 'ATest\tc\tpassed', 'ATest\td\tfailed', 'BTest\ta\tpassed'].join('\n'),
  )
  const results = new Map<string, Result>([
    ['a', { status: 'passed', reason: '' }],
    ['b', { status: 'failed', reason: 'no' }],
  ])
  assert.deepEqual(misses('ATest', baseline, results), [
    { className: 'ATest', testName: 'b', status: 'failed', reason: 'no' },
    { className: 'ATest', testName: 'c', status: 'missing', reason: 'not in the report' },
  ])
  assert.deepEqual(misses('CTest', baseline, results), [])
})

test('a class is whole when it has been run, and each test that is known of it has a result', () => {
  const baseline = parseResults(['ATest\ta\tpassed', 'ATest\tb\tfailed'].join('\n'))
  const wholeWith = (...lines: string[]) => isWhole('ATest', baseline, parseResults(lines.join('\n')))
  assert.equal(wholeWith('ATest\ta\tfailed'), false)
  assert.equal(wholeWith('ATest\ta\tfailed', 'ATest\tb\taborted'), true)
  assert.equal(isWhole('BTest', baseline, parseResults('ATest\ta\tpassed')), false)
  assert.equal(isWhole('BTest', baseline, parseResults('BTest\ta\tfailed')), true)
})
