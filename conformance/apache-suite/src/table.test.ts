import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseExceptions } from './exceptions.ts'
import { parseResults } from './results.ts'
import { formatTable } from './table.ts'
import { parseClasses } from './test-classes.ts'

test('what Kafka passes, what of it both pass, and the reasons; by class and by group', () => {
  const classes = parseClasses('tools org.BTest\ntools org.CTest\nclients org.ATest\n')
  const baseline = parseResults(
    'BTest\ta\tpassed\nBTest\tb\tpassed\nBTest\tc\tpassed\nBTest\td\tfailed\nATest\ta\tpassed\n',
  )
  const results = parseResults('BTest\ta\tpassed\nBTest\tb\tfailed\nBTest\tc\tfailed\nBTest\td\tpassed\n')
  const exceptions = parseExceptions('\n- `BTest b` has a reason that is long enough.\n')
  assert.deepEqual(formatTable(classes, baseline, results, exceptions).split('\n').slice(1), [
    'tools\tBTest\t4\t3\t1\t1\thas a reason that is long enough. Open: c.',
    'tools\tCTest\t0\t0\t0\t0\tNot run on Apache Kafka.',
    'clients\tATest\t1\t1\t0\t0\tNot run: a.',
    'tools\tall 2\t4\t3\t1\t1\t',
    'clients\tall 1\t1\t1\t0\t0\t',
    '',
  ])
})
