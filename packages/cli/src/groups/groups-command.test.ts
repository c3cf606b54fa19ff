import assert from 'node:assert/strict'
import { test } from 'node:test'
import { capture } from '../testing/captured-io.ts'
import { formatGroupList } from './groups-command.ts'

test('the list', () => {
  const group = { groupId: 'g', protocolType: 'consumer', state: 'Empty', type: 'classic' }
  const other = { groupId: 'x'.repeat(22), protocolType: '', state: 'Empty', type: 'later' }
  assert.deepEqual(formatGroupList([group, other]), [
    `${'GROUP'.padEnd(22)} ${'TYPE'.padEnd(22)} ${'PROTOCOL'.padEnd(22)}`,
    `${'g'.padEnd(22)} ${'Classic'.padEnd(22)} ${'consumer'.padEnd(22)} `,
    `${'x'.repeat(22)} ${'Unknown'.padEnd(22)} ${''.padEnd(22)} `,
  ])
})

const server = ['--bootstrap-server', '127.0.0.1:1']
const refused: readonly (readonly [readonly string[], string])[] = [
  [[], 'Missing required option(s) [bootstrap-server]'],
  [server, 'Command must include exactly one action: --list.'],
  [[...server, '--list', '--bogus'], 'bogus is not a recognized option'],
  [[...server, '--list', '--share', '--streams'], 'Option "[share]" can\'t be used with option "[streams]"'],
  [
    [...server, '--list', '--consumer', '--protocol', 'x'],
    'Option "[consumer]" can\'t be used with option "[protocol]"',
  ],
]
for (const [argv, message] of refused) {
  test(`${argv.slice(2).join(' ') || argv.join(' ')}: usage`, async () => {
    const { exitCode, stderr } = await capture('kafka-groups', argv)
    assert.equal(exitCode, 1)
    assert.ok(stderr.startsWith(`${message}\nOption `), stderr)
  })
}

test('types that there are not', async () => {
  assert.deepEqual(await capture('kafka-groups', [...server, '--list', '--group-type', 'x']), {
    exitCode: 1,
    stdout: '',
    stderr: '--group-type must be a valid group type.\n',
  })
})
