import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { capture } from '../testing/captured-io.ts'
import { formatUnderWay } from './list-reassignments.ts'
import { formatLogDirMove, isUnderWay } from './log-dir-moves.ts'
import { proposedMoves, throttledReplicas } from './throttles.ts'
import { formatState } from './verify-assignment.ts'

test('how far partitions have come', () => {
  const target = { topic: 'a', partition: 0, replicas: [1, 2] }
  assert.equal(formatState(target, undefined), 'Reassignment of partition a-0 is still in progress.')
  assert.equal(formatState(target, [1, 2]), 'Reassignment of partition a-0 is completed.')
  assert.equal(
    formatState(target, [2, 1]),
    'There is no active reassignment of partition a-0, but replica set is 2,1 rather than 1,2.',
  )
  const underWay = { topic: 'a', partition: 0, replicas: [1, 2, 3], addingReplicas: [3], removingReplicas: [] }
  assert.equal(formatUnderWay(underWay), 'a-0: replicas: 1,2,3. adding: 3.')
})

test('how far replicas have come', () => {
  const target = { topic: 'a', partition: 0, brokerId: 1, path: '/x' }
  const cases = [
    [{}, /^Partition a-0 is not found in any live log dir on broker 1\./],
    [{ current: '/x' }, /^Reassignment of replica a-0-1 completed successfully\.$/],
    [{ current: '/y' }, /^Partition a-0 on broker 1 is not being moved from log dir \/y to \/x\.$/],
    [{ current: '/y', future: '/x' }, /^Reassignment of replica a-0-1 is still in progress\.$/],
    [{ current: '/y', future: '/z' }, /^Partition a-0 on broker 1 is being moved to log dir \/z instead of \/x\.$/],
  ] as const
  for (const [move, text] of cases) assert.match(formatLogDirMove({ target, ...move }), text)
  assert.deepEqual(
    cases.map(([move]) => isUnderWay({ target, ...move })),
    [false, false, false, true, true],
  )
})

test('what is throttled: leaders where partitions come from, followers where they go', () => {
  const underWay = [{ topic: 'a', partition: 0, replicas: [1, 2, 3], addingReplicas: [3], removingReplicas: [1] }]
  const proposed = [
    { topic: 'a', partition: 0, replicas: [4, 2] },
    { topic: 'a', partition: 10, replicas: [2] },
    { topic: 'b', partition: 0, replicas: [1, 5] },
  ]
  const current = [
    { topic: 'a', partition: 10, replicas: [1] },
    { topic: 'b', partition: 0, replicas: [1] },
  ]
  const moves = proposedMoves(underWay, proposed, current)
  assert.deepEqual(Object.fromEntries(throttledReplicas(moves, 'leader')), { a: '0:1,0:2,10:1', b: '0:1' })
  assert.deepEqual(Object.fromEntries(throttledReplicas(moves, 'follower')), { a: '0:4,10:2', b: '0:5' })
})

describe('kafka-reassign-partitions', () => {
  const server = ['--bootstrap-server', '127.0.0.1:1']
  const usage: readonly (readonly [readonly string[], string])[] = [
    [[], 'This tool helps to move topic partitions between replicas.'],
    [server, 'Command must include exactly one action: --generate, --execute, --verify, --cancel, --list'],
    [
      [...server, '--list', '--bootstrap-controller', 'x:1'],
      "Please don't specify both --bootstrap-server and --bootstrap-controller",
    ],
    [['--list'], 'Please specify either --bootstrap-server or --bootstrap-controller'],
    [[...server, '--verify'], 'Missing required argument "[reassignment-json-file]"'],
    [[...server, '--generate', '--topics-to-move-json-file', 'x'], 'Missing required argument "[broker-list]"'],
    [[...server, '--list', '--throttle', '5'], 'Option "[throttle]" can\'t be used with action "[list]"'],
    [
      ['--bootstrap-controller', 'x:1', '--verify', '--reassignment-json-file', 'x'],
      'Option "[bootstrap-controller]" can\'t be used with action "[verify]"',
    ],
  ]
  for (const [argv, message] of usage) {
    test(`${argv.join(' ')}: usage`, async () => {
      const { exitCode, stdout, stderr } = await capture('kafka-reassign-partitions', argv)
      assert.deepEqual({ exitCode, stdout }, { exitCode: 1, stdout: '' })
      assert.ok(stderr.startsWith(`${message}\nOption `), stderr)
    })
  }

  test('what goes wrong is told on standard output', async () => {
    const argv = [...server, '--execute', '--reassignment-json-file', '/nowhere']
    assert.deepEqual(await capture('kafka-reassign-partitions', argv), {
      exitCode: 1,
      stdout: 'Error: Unable to read file /nowhere\n',
      stderr: '',
    })
  })
})
