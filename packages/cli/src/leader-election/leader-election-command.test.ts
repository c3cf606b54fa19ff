import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { capture } from '../testing/captured-io.ts'
import { parseElections } from './leader-election-command.ts'

test('the partitions in the file', () => {
  const file = '{"partitions":[{"topic":"a","partition":0},{"topic":"b","partition":1}]}'
  assert.deepEqual(parseElections(file), [
    { topic: 'a', partition: 0 },
    { topic: 'b', partition: 1 },
  ])
  const jackson = 'com.fasterxml.jackson.databind.JsonMappingException'
  for (const [text, message] of [
    ['x', 'Replica election data is empty'],
    ['{}', 'Replica election data is missing "partitions" field'],
    ['[]', `${jackson}: Expected JSON object, received []`],
    ['{"partitions":5}', `${jackson}: Expected JSON array, received 5`],
    ['{"partitions":[{"topic":"a"}]}', `${jackson}: No such field exists: \`partition\``],
    ['{"partitions":[{"topic":1,"partition":0}]}', `${jackson}: Expected \`String\` value, received 1`],
    [
      '{"partitions":[{"topic":"a","partition":0},{"topic":"a","partition":0},{"topic":"a","partition":1}]}',
      'Replica election data contains duplicate partitions: [a-0]',
    ],
  ] as const) {
    assert.throws(() => parseElections(text), { name: 'ToolExit', message })
  }
})

describe('kafka-leader-election', () => {
  const server = ['--bootstrap-server', '127.0.0.1:1']
  const preferred = [...server, '--election-type', 'preferred']
  const failures: readonly (readonly [readonly string[], RegExp])[] = [
    [[], /^This tool attempts to elect a new leader .*\nOption /],
    [['--topic', 't'], /^Missing required option\(s\): bootstrap-server, election-type\n$/],
    [
      preferred,
      /^One and only one of the following options is required: topic, all-topic-partitions, path-to-json-file\n$/,
    ],
    [[...preferred, '--topic', 't'], /^Missing required option\(s\): partition\n$/],
    [
      [...preferred, '--all-topic-partitions', '--partition', '1'],
      /^Option partition is only allowed if topic is used\n$/,
    ],
    [
      [...preferred, '--all-topic-partitions', '--admin.config', 'a', '--command-config', 'b'],
      /^Option "\[admin\.config\]" can't be used with option "\[command-config\]"\nOption /,
    ],
    [
      [...server, '--election-type', 'x', '--all-topic-partitions'],
      /^Cannot parse argument 'x' of option election-type\n$/,
    ],
    [[...preferred, '--path-to-json-file', '/nowhere'], /^java\.io\.IOException: Unable to read file \/nowhere\n$/],
  ]
  for (const [argv, message] of failures) {
    test(`${argv.join(' ')}: refused`, async () => {
      const { exitCode, stdout, stderr } = await capture('kafka-leader-election', argv)
      assert.deepEqual({ exitCode, stdout }, { exitCode: 1, stdout: '' })
      assert.match(stderr, message)
    })
  }
})
