import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { compare } from './compare.ts'
import { parseDifferences } from './differences.ts'
import type { Exchange } from './session.ts'

const exchange = (api: string, version: number, request: Exchange['request'] = {}): Exchange => ({
  api,
  version,
  request,
  outcome: null,
})

test('answers are compared field by field, what has a name by its name', () => {
  const topic = (name: string, errorCode: number) => ({ name, errorCode })
  const apache = { topics: [topic('a', 0), topic('b', 3)], ids: [1, 2] }
  assert.deepEqual(compare(apache, structuredClone(apache)), [])
  assert.deepEqual(compare(apache, { topics: [topic('b', 0)], ids: [1] }), [
    { path: 'topics[name=a]', apache: topic('a', 0), milena: undefined },
    { path: 'topics[name=b].errorCode', apache: 3, milena: 0 },
    { path: 'ids[1]', apache: 2, milena: undefined },
  ])
  assert.deepEqual(compare(apache, { ...apache, topics: apache.topics.toReversed() }), [
    { path: 'topics (order)', apache: 'a b', milena: 'b a' },
  ])
  assert.deepEqual(compare('silence', {}), [{ path: '(answer)', apache: 'silence', milena: {} }])
})

test('a difference is meant where its pattern says so, and nowhere else', () => {
  const text = `# Title\n\n- \`Metadata v0-3 when "name":"a" | topics[*].errorCode: 3 ~ 0\` One node decides\n  at once.\n`
  const [meant] = parseDifferences(text)
  assert.equal(meant!.reason, 'One node decides at once.')
  const difference = { path: 'topics[name=a].errorCode', apache: 3, milena: 0 }
  const asked = { topics: [{ name: 'a' }] }
  assert.ok(meant!.matches(exchange('Metadata', 3, asked), difference))
  assert.ok(!meant!.matches(exchange('Metadata', 4, asked), difference))
  assert.ok(!meant!.matches(exchange('Fetch', 3, asked), difference))
  assert.ok(!meant!.matches(exchange('Metadata', 3), difference))
  assert.ok(!meant!.matches(exchange('Metadata', 3, asked), { ...difference, milena: 5 }))
})

test('what has no reason, or cannot be read, is refused', () => {
  assert.throws(() => parseDifferences('\n- `Metadata | a: 1 ~ 2` no'), /needs a reason/)
  assert.throws(() => parseDifferences('\n- `Metadata a` a reason that is long enough'), /cannot read/)
  const file = path.join(import.meta.dirname, '..', 'differences.md')
  assert.ok(parseDifferences(readFileSync(file, 'utf8')).length > 0)
})
