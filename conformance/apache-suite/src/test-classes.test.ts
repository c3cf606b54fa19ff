import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { parseExceptions } from './exceptions.ts'
import { parseResults } from './results.ts'
import { parseClasses, select } from './test-classes.ts'

const file = (name: string): string => readFileSync(path.join(import.meta.dirname, '..', name), 'utf8')
const classes = parseClasses('# a comment\nclients a.b.ATest ci\ntools a.BTest\ncluster a.CTest\n')
const names = (selection: Parameters<typeof select>[1]): string[] =>
  select(classes, selection).map(({ simpleName }) => simpleName)

test('classes are chosen by name, by group, by their mark, or all that one broker can have', () => {
  assert.deepEqual(names({ names: ['CTest', 'ATest'], isCi: false }), ['ATest', 'CTest'])
  assert.deepEqual(names({ names: [], group: 'tools', isCi: false }), ['BTest'])
  assert.deepEqual(names({ names: [], isCi: true }), ['ATest'])
  assert.deepEqual(names({ names: [], isCi: false }), ['ATest', 'BTest'])
  assert.throws(() => names({ names: ['DTest'], isCi: false }), /classes\.txt has no DTest/)
  assert.throws(() => names({ names: [], group: 'none', isCi: false }), /classes\.txt has no group none/)
  assert.throws(() => parseClasses('clients a.ATest not'), /cannot read clients a\.ATest not/)
})

test('exceptions are patterns with reasons', () => {
  const exceptions = parseExceptions(
    '# Title\n\nText.\n\n- `ATest test*()[1]` is said to be impossible\n  on one node.\n- `BTest *` is not there for a reason.\n\nMore.\n',
  )
  assert.deepEqual(
    exceptions.map(({ reason }) => reason),
    ['is said to be impossible on one node.', 'is not there for a reason.'],
  )
  assert.ok(exceptions[0]!.matches('ATest', 'testMore()[1]'))
  assert.ok(!exceptions[0]!.matches('ATest', 'testMore()[2]'))
  assert.ok(exceptions[1]!.matches('BTest', 'testMore()[2]'))
  assert.throws(() => parseExceptions('\n- `ATest testA` short'), /needs a reason/)
  assert.throws(() => parseExceptions('\n- `ATest` names no test and cannot be matched'), /cannot read/)
})

test('what is committed can be read, and each exception explains a test of the baseline', () => {
  const known = parseClasses(file('classes.txt'))
  const baseline = parseResults(file('baseline.1.tsv'))
  assert.equal(new Set(known.map(({ simpleName }) => simpleName)).size, known.length)
  for (const { pattern, matches } of parseExceptions(file('exceptions.md'))) {
    const explains = [...baseline].some(([className, tests]) =>
      [...tests].some(([testName, status]) => status === 'passed' && matches(className, testName)),
    )
    assert.ok(explains, `exceptions.md: ${pattern} matches no test that Apache Kafka passes`)
  }
})
