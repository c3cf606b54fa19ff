import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseOffsets } from './delete-records-command.ts'

const entry = (topic: unknown, partition: unknown, offset: unknown) => ({ topic, partition, offset })
const file = (...partitions: readonly unknown[]): string => JSON.stringify({ version: 1, partitions })

test('the offsets in the file', () => {
  assert.deepEqual(parseOffsets(file(entry('a', 0, 5), entry('a', 1, -1))), [
    { topic: 'a', partition: 0, beforeOffset: 5 },
    { topic: 'a', partition: 1, beforeOffset: -1 },
  ])
  assert.deepEqual(parseOffsets('{"partitions":[]}'), [])
})

test('files that say nothing, in Apache’s words', () => {
  for (const [text, message] of [
    ['x', 'The input string is not a valid JSON'],
    ['{}', 'Missing partitions field'],
    ['{"version":2,"partitions":[]}', 'Not supported version field value 2'],
    ['{"partitions":5}', 'Expected JSON array, received 5'],
    ['[]', 'Expected JSON object, received []'],
    ['{"partitions":[{"topic":"a"}]}', 'No such field exists: `partition`'],
    [file(entry(1, 0, 5)), 'Expected `String` value, received 1'],
    [file(entry('a', 'b', 5)), 'Expected `Integer` value, received "b"'],
    [file(entry('a', 0, 1.5)), 'Expected `Long` value, received 1.5'],
    [file(entry('a', 0, 1), entry('a', 0, 2)), 'Offset json file contains duplicate topic partitions: a-0'],
  ] as const) {
    assert.throws(() => parseOffsets(text), { name: 'ToolExit', message })
  }
})
