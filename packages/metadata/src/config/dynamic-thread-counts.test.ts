import assert from 'node:assert/strict'
import { test } from 'node:test'
import { brokerConfig } from '../testing/controller-fixture.ts'
import { threadCountProblem } from './dynamic-thread-counts.ts'

/** What is wrong with going from one number of threads to another, without the words that Kafka puts around it. */
function reason(name: string, before: number, after: number): string | null {
  const problem = threadCountProblem(brokerConfig({ [name]: String(before) }), brokerConfig({ [name]: String(after) }))
  return /ConfigException: (.*) for configuration Invalid dynamic configuration$/.exec(problem ?? '')?.[1] ?? problem
}

// What is expected here is what Apache Kafka 4.3.1 answered to the same changes.
test('a pool may become twice or half as large at once, and no more', () => {
  assert.equal(reason('num.io.threads', 8, 16), null)
  assert.equal(reason('num.io.threads', 8, 4), null)
  assert.equal(reason('num.io.threads', 3, 1), null)
  const failed = 'Dynamic thread count update validation failed for num.io.threads'
  assert.equal(
    reason('num.io.threads', 8, 17),
    `${failed}=17, value should not be greater than double the current value 8`,
  )
  assert.equal(reason('num.io.threads', 8, 3), `${failed}=3, value should be at least half the current value 8`)
})

test('and so may the cleaner, in other words', () => {
  const cleaner = 'Log cleaner threads cannot be'
  assert.equal(reason('log.cleaner.threads', 1, 2), null)
  assert.equal(reason('log.cleaner.threads', 1, 3), `${cleaner} increased to more than double the current value 1`)
  assert.equal(reason('log.cleaner.threads', 8, 3), `${cleaner} reduced to less than half the current value 8`)
})
