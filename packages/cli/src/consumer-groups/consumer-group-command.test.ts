import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { capture } from '../testing/captured-io.ts'
import { formatCsv, formatPlan, parseResetPlan } from './reset-plan.ts'
import { re2SyntaxError } from './re2-syntax.ts'
import { parsePartitions } from './topic-arguments.ts'

describe('reset plans', () => {
  test('are read in both forms, and written as they are read', () => {
    const one = parseResetPlan('t,0,5\n"a,b",1,6\r\n\n', ['g'])
    assert.deepEqual(one.get('g'), [
      { topic: 't', partition: 0, offset: 5 },
      { topic: 'a,b', partition: 1, offset: 6 },
    ])
    assert.equal(formatCsv(one, ['g']), 't,0,5\n"a,b",1,6\n')
    const many = parseResetPlan('g1,t,0,5\ng2,t,0,7\n', ['g1', 'g2'])
    assert.deepEqual(many.get('g2'), [{ topic: 't', partition: 0, offset: 7 }])
    assert.equal(formatCsv(many, ['g1', 'g2']), 'g1,t,0,5\ng2,t,0,7\n')
    assert.deepEqual(parseResetPlan('g,t,0,5', ['g']).get('g'), [{ topic: 't', partition: 0, offset: 5 }])
    assert.throws(() => parseResetPlan('t,x,5', ['g']), { message: /is not a line of a reset plan/ })
  })

  test('are shown as Apache shows them', () => {
    assert.deepEqual(formatPlan(new Map([['g1', [{ topic: 't1', partition: 2, offset: 0 }]]])), [
      'GROUP           TOPIC           PARTITION  NEW-OFFSET',
      'g1              t1              2          0',
    ])
    assert.deepEqual(formatPlan(new Map()), [])
  })
})

test('topic arguments name topics or some of their partitions', () => {
  assert.deepEqual(parsePartitions(['a', 'b:0,2']), {
    topics: ['a'],
    partitions: [
      { topic: 'b', partition: 0 },
      { topic: 'b', partition: 2 },
    ],
  })
  assert.throws(() => parsePartitions(['a:']), {
    message: "Invalid topic arg 'a:', expected topic name and partitions",
  })
  assert.throws(() => parsePartitions(['a:x']), { message: "Invalid partition 'x' specified in topic arg 'a:x''" })
})

test('regular expressions of RE2', () => {
  for (const valid of [
    'a.*',
    '^foo-(?P<n>[0-9]+)$',
    '(?i)abc',
    '[[:alpha:]]+',
    '\\Qa.b\\E',
    'a{2,3}',
    '\\pL',
    '\\x{10ffff}',
    '',
  ]) {
    assert.equal(re2SyntaxError(valid), undefined, valid)
  }
  assert.equal(re2SyntaxError('a['), 'missing closing ]')
  assert.equal(re2SyntaxError('(a'), 'missing closing )')
  assert.match(re2SyntaxError('(?=a)')!, /^invalid or unsupported Perl syntax/)
  assert.match(re2SyntaxError('(a)\\1')!, /^invalid escape sequence/)
  assert.match(re2SyntaxError('a{1001}')!, /^invalid repeat count/)
  assert.equal(re2SyntaxError('*a'), 'missing argument to repetition operator')
})

describe('kafka-consumer-groups', () => {
  const server = ['--bootstrap-server', '127.0.0.1:1']
  const reset = [...server, '--reset-offsets', '--group', 'g', '--dry-run']
  const usage: readonly (readonly [readonly string[], string])[] = [
    [['--list'], 'Missing required argument "[bootstrap-server]"'],
    [
      server,
      'Command must include exactly one action: --list, --describe, --delete, --reset-offsets, --delete-offsets, --validate-regex',
    ],
    [[...server, '--describe'], 'Option [describe] takes one of these options: [all-groups], [group]'],
    [
      [...server, '--describe', '--group', 'g', '--members', '--offsets'],
      'Option [describe] takes at most one of these options: [members], [offsets], [state]',
    ],
    [[...server, '--describe', '--group', 'g', '--state', 'x'], 'Option [describe] does not take a value for [state]'],
    [[...server, '--delete'], 'Option [delete] takes one of these options: [all-groups], [group]'],
    [
      [...server, '--delete', '--group', 'g', '--topic', 't'],
      'The consumer does not support topic-specific offset deletion from a consumer group.',
    ],
    [
      [...server, '--delete-offsets', '--group', 'g'],
      'Option [delete-offsets] takes the following options: [topic], [group]',
    ],
    [[...reset, '--execute'], 'Option [reset-offsets] only accepts one of [execute] and [dry-run]'],
    [[...reset, '--to-earliest', '--to-latest'], 'Option "[to-earliest]" can\'t be used with option "[to-latest]"'],
    [
      [...server, '--describe', '--group', 'g', '--all-groups'],
      'Option "[group]" can\'t be used with option "[all-groups]"',
    ],
    [[...server, '--list', '--group', 'g'], 'Option "[group]" can\'t be used with option "[list]"'],
    [[...server, '--list', '--state', 'x'], "Invalid state list 'x'."],
  ]
  for (const [argv, message] of usage) {
    test(`${argv.slice(2).join(' ') || argv.join(' ')}: usage`, async () => {
      const { exitCode, stdout, stderr } = await capture('kafka-consumer-groups', argv)
      assert.equal(exitCode, 1)
      assert.equal(stdout, '')
      assert.ok(stderr.startsWith(message), stderr)
      assert.match(stderr, /\nOption +Description +\n/)
    })
  }

  test('options that need another one are refused without usage', async () => {
    assert.deepEqual(await capture('kafka-consumer-groups', [...server, '--list', '--members']), {
      exitCode: 1,
      stdout: '',
      stderr: 'Option(s) [members] are unavailable given other options on the command line\n',
    })
  })

  test('--validate-regex needs no cluster', async () => {
    assert.deepEqual(await capture('kafka-consumer-groups', ['--validate-regex', 'a[']), {
      exitCode: 0,
      stdout: 'The regular expression `a[` is invalid: missing closing ].\n',
      stderr: '',
    })
  })
})
