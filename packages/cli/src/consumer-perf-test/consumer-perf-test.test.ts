import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { capture } from '../testing/captured-io.ts'
import { formatProgress, formatSummary, header } from './consumer-perf-report.ts'
import { JoinTimer } from './join-timer.ts'
import { simpleDateFormat } from './simple-date-format.ts'

const mebibyte = 1024 * 1024
const formatDate = (timeMs: number): string => `at ${timeMs}`

test('the summary', () => {
  const end = { records: 500, bytes: 10 * mebibyte, atMs: 6_000 }
  assert.equal(
    formatSummary({ startMs: 1_000, end, joinTimeMs: 1_000, formatDate }),
    'at 1000, at 6000, 10.0000, 2.0000, 500, 100.0000, 1000, 4000, 2.5000, 125.0000',
  )
  assert.equal(header(false).split(', ').length, 10)
})

test('what happened between two reports', () => {
  const last = { records: 100, bytes: 2 * mebibyte, atMs: 1_000 }
  const now = { records: 300, bytes: 6 * mebibyte, atMs: 3_000 }
  assert.equal(
    formatProgress({ last, now, joinTimeMs: 1_000, formatDate }),
    'at 3000, 0, 6.0000, 2.0000, 300, 100.0000, 1000, 1000, 4.0000, 200.0000',
  )
  assert.match(formatProgress({ last, now, joinTimeMs: 2_000, formatDate }), /, 2000, 0, 0\.0000, 0\.0000$/)
  assert.match(header(true), /^time, threadId, /)
})

test('how long there were no partitions', () => {
  let nowMs = 0
  const timer = new JoinTimer(() => nowMs)
  const [a, b] = [0, 1].map((partition) => ({ topic: 't', partition }))
  nowMs = 30
  timer.onPartitionsAssigned([a!, b!])
  nowMs = 50
  timer.onPartitionsRevoked([a!])
  timer.onPartitionsAssigned([a!])
  assert.deepEqual([timer.totalMs, timer.roundMs], [30, 30])
  timer.roundMs = 0
  nowMs = 60
  timer.onPartitionsRevoked([a!, b!])
  nowMs = 65
  timer.onPartitionsAssigned([b!])
  assert.deepEqual([timer.totalMs, timer.roundMs], [35, 5])
})

test('times as Java writes them', () => {
  const morning = new Date(2026, 0, 5, 0, 7, 9, 42).getTime()
  const evening = new Date(2026, 10, 23, 23, 59, 58, 987).getTime()
  for (const [pattern, early, late] of [
    ['yyyy-MM-dd HH:mm:ss:SSS', '2026-01-05 00:07:09:042', '2026-11-23 23:59:58:987'],
    ["yy/M/d 'at' h a", '26/1/5 at 12 AM', '26/11/23 at 11 PM'],
    ["EEE, MMM d ''yy; EEEE MMMM", "Mon, Jan 5 '26; Monday January", "Mon, Nov 23 '26; Monday November"],
    ['kk KK', '24 00', '23 11'],
  ] as const) {
    const format = simpleDateFormat(pattern)
    assert.deepEqual([format(morning), format(evening)], [early, late])
  }
  assert.throws(() => simpleDateFormat('yyyy b'), { name: 'ToolExit', message: "Illegal pattern character 'b'" })
})

describe('kafka-consumer-perf-test', () => {
  const server = ['--bootstrap-server', '127.0.0.1:1']
  const topic = [...server, '--topic', 't']
  const usage: readonly (readonly [readonly string[], string])[] = [
    [[], 'This tool is used to verify the consumer performance.'],
    [['--topic', 't'], 'Missing required argument "[bootstrap-server]"'],
    [[...topic, '--include', 'x'], 'Exactly one of the following arguments is required: [topic], [include]'],
    [topic, 'Exactly one of the following arguments is required: [messages], [num-records]'],
    [[...topic, '--bogus'], 'bogus is not a recognized option'],
    [
      [...topic, '--num-records', '1', '--consumer.config', 'a', '--command-config', 'b'],
      'Option "[consumer.config]" can\'t be used with option "[command-config]"',
    ],
  ]
  for (const [argv, message] of usage) {
    test(`${argv.join(' ')}: usage`, async () => {
      const { exitCode, stderr } = await capture('kafka-consumer-perf-test', argv)
      assert.equal(exitCode, 1)
      assert.ok(stderr.startsWith(`${message}\nOption `), stderr)
    })
  }

  test('what is wrong behind the command line is told below the names of the columns', async () => {
    const argv = [...topic, '--messages', '5', '--reporting-interval', '0', '--hide-header']
    assert.deepEqual(await capture('kafka-consumer-perf-test', argv), {
      exitCode: 1,
      stdout: 'Warning: --messages is deprecated. Use --num-records instead.\n',
      stderr: 'Reporting interval must be greater than 0.\n',
    })
    const wrong = await capture('kafka-consumer-perf-test', [...topic, '--num-records', 'x'])
    assert.deepEqual(
      [wrong.exitCode, wrong.stdout, wrong.stderr],
      [1, `${header(false)}\n`, "Cannot parse argument 'x' of option num-records\n"],
    )
  })
})
