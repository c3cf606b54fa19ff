import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { capture } from '../testing/captured-io.ts'
import { formatShareMembers, formatShareOffsets, formatShareState } from './describe-share-groups.ts'

const group = {
  groupId: 'g',
  state: 'Stable',
  coordinator: { nodeId: 1, host: 'localhost', port: 9092, rack: null },
  groupEpoch: 3,
  targetAssignmentEpoch: 2,
  members: [
    {
      memberId: 'm',
      clientId: 'c',
      host: '/127.0.0.1',
      memberEpoch: 4,
      assignment: [
        { topic: 'b', partition: 1 },
        { topic: 'a', partition: 10 },
        { topic: 'a', partition: 2 },
      ],
    },
  ],
}

test('where a group stands', () => {
  const offsets = [
    { topic: 't', partition: 10 },
    { topic: 't', partition: 2, startOffset: 5, leaderEpoch: 1, lag: 7 },
  ]
  assert.deepEqual(formatShareOffsets('g', offsets, false), [
    'GROUP           TOPIC           PARTITION  START-OFFSET  LAG',
    'g               t               2          5             7',
    'g               t               10         -             -',
  ])
  assert.deepEqual(formatShareOffsets('g', offsets, true).slice(0, 2), [
    'GROUP           TOPIC           PARTITION  LEADER-EPOCH  START-OFFSET  LAG',
    'g               t               2          1             5             7',
  ])
})

test('its state and its members', () => {
  assert.deepEqual(formatShareState(group, true), [
    'GROUP           COORDINATOR (ID)          STATE           GROUP-EPOCH  ASSIGNMENT-EPOCH  #MEMBERS',
    'g               localhost:9092  (1)       Stable          3            2                 1',
  ])
  assert.deepEqual(formatShareMembers(group, false), [
    'GROUP           CONSUMER-ID     HOST            CLIENT-ID       #PARTITIONS  ASSIGNMENT',
    'g               m               /127.0.0.1      c               3            a:2,10;b:1',
  ])
  assert.match(formatShareMembers(group, true)[1]!, / 3 {12}4 {13}a:2,10;b:1$/)
})

describe('kafka-share-groups', () => {
  const server = ['--bootstrap-server', '127.0.0.1:1']
  const reset = [...server, '--reset-offsets']
  const usage: readonly (readonly [readonly string[], string])[] = [
    [[], 'This tool helps to list, describe, reset and delete share groups.'],
    [['--list'], 'Missing required argument "[bootstrap-server]"'],
    [
      server,
      'Command must include exactly one action: --list, --describe, --delete, --reset-offsets, --delete-offsets.',
    ],
    [[...server, '--describe'], 'Option [describe] takes one of these options: [all-groups], [group]'],
    [[...server, '--describe', '--group', 'g', '--state', 'x'], 'Option [describe] does not take a value for [state]'],
    [[...server, '--delete'], 'Option [delete] takes the options [group] or [all-groups]'],
    [
      [...server, '--delete', '--group', 'g', '--all-groups'],
      'Option [delete] takes either [group] or [all-groups], not both.',
    ],
    [[...server, '--delete', '--group', 'g', '--topic', 't'], 'Option [delete] does not take the option: [topic]'],
    [
      [...server, '--delete-offsets', '--group', 'g'],
      'Option [delete-offsets] takes the following options: [group], [topic]',
    ],
    [reset, 'Option [reset-offsets] takes the option: [execute] or [dry-run]'],
    [[...reset, '--dry-run'], 'Option [reset-offsets] takes the option: [group]'],
    [
      [...reset, '--dry-run', '--group', 'g'],
      'Option [reset-offsets] takes one of these options: [all-topics], [topic]',
    ],
    [
      [...reset, '--dry-run', '--group', 'g', '--all-topics'],
      'Option [reset-offsets] takes one of these options: [to-datetime], [to-earliest], [to-latest]',
    ],
    [
      [...reset, '--dry-run', '--group', 'g', '--all-topics', '--to-latest', '--to-earliest'],
      'Option "[to-earliest]" can\'t be used with option "[to-latest]"',
    ],
    [[...server, '--list', '--state', 'x'], "Invalid state list 'x'. Valid states are: Stable, Dead, Empty"],
  ]
  for (const [argv, message] of usage) {
    test(`${argv.slice(2).join(' ') || argv.join(' ')}: usage`, async () => {
      const { exitCode, stdout, stderr } = await capture('kafka-share-groups', argv)
      assert.deepEqual({ exitCode, stdout }, { exitCode: 1, stdout: '' })
      assert.ok(stderr.startsWith(`${message}\nOption `), stderr)
    })
  }
})
