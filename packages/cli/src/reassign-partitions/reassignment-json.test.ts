import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatReassignment, parseExecutable, parseGenerate, parseReassignment } from './reassignment-json.ts'

const entry = (partition: number, replicas: unknown, logDirs?: unknown) => ({
  topic: 'a',
  partition,
  replicas,
  ...(logDirs !== undefined && { log_dirs: logDirs }),
})
const file = (...partitions: readonly unknown[]): string => JSON.stringify({ version: 1, partitions })

test('is read and written', () => {
  const { partitions, logDirs } = parseReassignment(file(entry(1, [2, 1], ['/x', 'any']), entry(0, [1])))
  assert.deepEqual(partitions, [
    { topic: 'a', partition: 1, replicas: [2, 1] },
    { topic: 'a', partition: 0, replicas: [1] },
  ])
  assert.deepEqual(logDirs, [{ topic: 'a', partition: 1, brokerId: 2, path: '/x' }])
  assert.equal(
    formatReassignment(partitions, logDirs),
    '{"version":1,"partitions":[{"topic":"a","partition":0,"replicas":[1],"log_dirs":["any"]},{"topic":"a","partition":1,"replicas":[2,1],"log_dirs":["/x","any"]}]}',
  )
  assert.deepEqual(parseReassignment('{}'), { partitions: [], logDirs: [] })
})

test('files that cannot be understood or carried out, in Apache’s words', () => {
  for (const [text, message] of [
    ['x', 'The input string is not a valid JSON'],
    ['{"version":2}', 'Not supported version field value 2'],
    ['{"partitions":[{"topic":"a","partition":0}]}', 'No such field exists: `replicas`'],
    [file(entry(0, 5)), 'Expected JSON array, received 5'],
    [file(entry(0, ['x'])), 'Expected `Integer` value, received "x"'],
    [
      file(entry(0, [1, 2], ['/x'])),
      'Size of replicas list [1, 2] is different from size of log dirs list [/x] for partition a-0',
    ],
    [file(), 'Partition reassignment list cannot be empty'],
    [file(entry(0, [])), 'Partition replica list cannot be empty'],
    [file(entry(0, [1]), entry(0, [2])), 'Partition reassignment contains duplicate topic partitions: a-0'],
    [
      file(entry(0, [1, 1]), entry(1, [3, 2, 3, 2])),
      'Partition replica lists may not contain duplicate entries: a-0 contains multiple entries for 1. a-1 contains multiple entries for 2,3',
    ],
  ] as const) {
    assert.throws(() => parseExecutable(text), { name: 'ToolExit', message })
  }
})

test('what is to be generated', () => {
  assert.deepEqual(parseGenerate('{"topics":[{"topic":"a"}],"version":1}', '3,1'), { brokers: [3, 1], topics: ['a'] })
  for (const [text, brokers, message] of [
    ['{}', '1,x', 'For input string: "x"'],
    ['{}', '1,2,1', 'Broker list contains duplicate entries: [1]'],
    ['{"topics":[{"topic":"a"},{"topic":"a"}]}', '1', 'List of topics to reassign contains duplicate entries: [a]'],
    ['[', '1', 'The input string is not a valid JSON'],
  ] as const) {
    assert.throws(() => parseGenerate(text, brokers), { name: 'ToolExit', message })
  }
})
