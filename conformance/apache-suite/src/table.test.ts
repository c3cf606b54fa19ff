import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseExceptions } from './exceptions.ts'
import { parseResults } from './results.ts'
import { formatTable } from './table.ts'

test('what both pass, what one passes, and the reasons', () => {
  const baseline = parseResults(
    'BTest\ta\tpassed\nBTest\tb\tpassed\nBTest\tc\tpassed\nBTest\td\tfailed\nATest\ta\tpassed\n',
  )
  const results = parseResults('BTest\ta\tpassed\nBTest\tb\tfailed\nBTest\tc\tfailed\nBTest\td\tpassed\n')
  const exceptions = parseExceptions('\n- `BTest b` has a reason that is long enough.\n')
  assert.deepEqual(formatTable(baseline, results, exceptions).split('\n').slice(1), [
    'ATest\t1\t1\t0\t0\tNot run yet.',
    'BTest\t4\t3\t2\t1\thas a reason that is long enough. Open: c.',
    '',
  ])
})
