import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Errors } from '@milena/protocol/messages'
import { loadExpressionEngine } from '../edge/expression-engine.ts'
import { TestTopics } from '../testing/test-topics.ts'
import { invalidRegex, regexResolution, resolveRegexes } from './regular-expressions.ts'

const engine = await loadExpressionEngine()

test('expressions that other engines explode on are as good as any; those that are too large are none', () => {
  for (const regex of ['(a+)+$', '(x+x+)+y', 'a{1000}', '(.*){200}', 'x'.repeat(3_000)]) {
    assert.equal(invalidRegex(regex, engine), undefined, regex.slice(0, 20))
  }
  const bad = [
    'a{1001}',
    'x'.repeat(3_001),
    '(.*){1000}',
    '(a{1000}){1000}',
    '('.repeat(5000) + ')'.repeat(5000),
    '(a?){1000}'.repeat(30),
    '(',
    'a**',
  ]
  for (const regex of bad) {
    const refusal = invalidRegex(regex, engine)
    assert.equal(refusal?.errorCode, Errors.INVALID_REGULAR_EXPRESSION.code, regex.slice(0, 20))
  }
})

test('are resolved name by name, so that anybody may have a turn in between', () => {
  const topics = new TestTopics()
  const names = ['t1', 't2', 'u1']
  for (const name of names) topics.set(name, 1)
  const regexes = ['t.*', '(', 'u1']
  const steps = [...regexResolution(regexes, topics, engine)].length
  assert.equal(steps, regexes.length + 2 * names.length)
  const resolved = resolveRegexes(regexes, topics, engine)
  assert.deepEqual(
    regexes.map((regex) => [...resolved.get(regex)!]),
    [['t1', 't2'], [], ['u1']],
  )
})
