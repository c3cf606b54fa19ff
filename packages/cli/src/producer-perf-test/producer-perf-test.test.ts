import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { describe, test } from 'node:test'
import { SeededRandom } from '@milena/runtime'
import { parseArguments } from '../options/argument-parser.ts'
import { capture } from '../testing/captured-io.ts'
import { payloadOf, splitPayloads } from './payloads.ts'
import { producerPerfParser } from './producer-perf-parser.ts'
import { ProducerPerfStats } from './producer-perf-stats.ts'
import { ThroughputThrottler } from './throughput-throttler.ts'

test('reports now and then, and a summary', () => {
  let nowMs = 1_000
  const lines: string[] = []
  const stats = new ProducerPerfStats({
    numRecords: 4,
    reportingIntervalMs: 1_000,
    nowMs: () => nowMs,
    print: (line) => lines.push(line),
  })
  for (const [atMs, latencyMs] of [
    [1_500, 10],
    [2_000, 20],
    [2_500, 30],
    [3_000, 41],
  ] as const) {
    nowMs = atMs
    stats.record(latencyMs, 1024 * 1024)
  }
  stats.printTotal()
  assert.deepEqual(lines, [
    '2 records sent, 2.0 records/sec (2.00 MB/sec), 15.0 ms avg latency, 20.0 ms max latency.',
    '2 records sent, 2.0 records/sec (2.00 MB/sec), 35.5 ms avg latency, 41.0 ms max latency.',
    '4 records sent, 2.000000 records/sec (2.00 MB/sec), 25.25 ms avg latency, 41.00 ms max latency, 30 ms 50th, 41 ms 95th, 41 ms 99th, 41 ms 99.9th.',
  ])
})

test('what comes behind the warm-up has a summary of its own', () => {
  let nowMs = 0
  const lines: string[] = []
  const options = {
    numRecords: 2,
    reportingIntervalMs: 5,
    nowMs: () => nowMs,
    print: (line: string) => lines.push(line),
  }
  const all = new ProducerPerfStats(options)
  const steady = new ProducerPerfStats({ ...options, isSteadyState: true })
  all.suppressReports()
  nowMs = 10
  for (const stats of [all, steady]) stats.record(1, 100)
  steady.printTotal()
  assert.equal(lines[0], 'In steady state.')
  assert.match(lines[1]!, /^1 records sent, 100\.0 records\/sec/)
  assert.match(lines[2]!, /^1 steady state records sent, 100\.000000 records\/sec/)
})

test('pauses are saved up until a timer can keep them', () => {
  const throttler = new ThroughputThrottler(1_000, 0)
  assert.equal(throttler.pauseMs(5, 10), 0)
  assert.equal(throttler.pauseMs(11, 10), 0)
  assert.equal(throttler.pauseMs(12, 10), 2)
  assert.equal(throttler.pauseMs(13, 10), 0)
  assert.equal(new ThroughputThrottler(-1, 0).pauseMs(1_000, 1), 0)
  assert.equal(new ThroughputThrottler(0, 0).pauseMs(1, 1), Infinity)
})

test('values', () => {
  const io = undefined as never // Only files of values are told of.
  const payload = (...argv: readonly string[]) =>
    payloadOf(
      parseArguments(producerPerfParser, ['--topic', 't', '--num-records', '1', '--throughput', '-1', ...argv]),
      new SeededRandom(1),
      io,
    )
  const letters = payload('--record-size', '200')
  assert.match(Buffer.from(letters(0)).toString(), /^[A-Z]{200}$/)
  assert.notDeepEqual(letters(0), letters(1))
  assert.equal(Buffer.from(payload('--payload-monotonic')(42)).toString(), '42')
  assert.deepEqual(splitPayloads('a\nb\n', '\\n'), ['a', 'b'])
  assert.deepEqual(splitPayloads('\na\n\nb', '\\n'), ['a', '', 'b'])
  assert.deepEqual(splitPayloads('a1b22c', '\\d+'), ['a', 'b', 'c'])
})

describe('kafka-producer-perf-test', () => {
  const common = ['--topic', 't', '--throughput', '-1', '--bootstrap-server', '127.0.0.1:1']
  const sized = [...common, '--num-records', '5', '--record-size', '10']
  const failures: readonly (readonly [readonly string[], RegExp])[] = [
    [['--topic', 't'], /error: argument --throughput is required\n$/],
    [
      [...common, '--num-records', '5'],
      /error: one of the arguments --record-size --payload-file --payload-monotonic is required\n$/,
    ],
    [
      [...sized, '--payload-monotonic'],
      /error: argument --payload-monotonic: not allowed with argument --record-size\n$/,
    ],
    [[...common, '--num-records', '0', '--payload-monotonic'], /error: --num-records should be greater than zero\.\n$/],
    [[...sized, '--warmup-records', '5'], /error: The value for --warmup-records must be strictly fewer than/],
    [
      [...sized, '--command-property', 'a=1', '--producer-props', 'b=2'],
      /error: --command-property and --producer-props cannot be/,
    ],
    [
      [...sized, '--command-config', 'a', '--producer.config', 'b'],
      /error: --command-config and --producer\.config cannot be/,
    ],
    [[...sized, '--reporting-interval', '0'], /error: --reporting-interval should be greater than zero\.\n$/],
    [[...sized, '--throughput', 'x'], /could not convert 'x' to Double \(For input string: "x"\)\n$/],
    [[...sized, '--command-property', 'a=b=c'], /^Invalid property: a=b=c\n$/],
    [[...sized, '--transactional-id', 'x'], /^This client has no transactions yet\.\n$/],
  ]
  for (const [argv, message] of failures) {
    test(`${argv.join(' ')}: refused`, async () => {
      const { exitCode, stdout, stderr } = await capture('kafka-producer-perf-test', argv)
      assert.deepEqual({ exitCode, stdout }, { exitCode: 1, stdout: '' })
      assert.match(stderr, message)
    })
  }

  test('nothing at all is a question for help', async () => {
    const empty = await capture('kafka-producer-perf-test', [])
    assert.equal(empty.exitCode, 0)
    assert.match(empty.stdout, /^usage: kafka-producer-perf-test\n {7}\[-h\] \[--bootstrap-server BOOTSTRAP-SERVER\] /)
    assert.equal((await capture('kafka-producer-perf-test', ['-h'])).exitCode, 1)
  })

  test('a file of values must hold some', async () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'milena-payload-'))
    try {
      const file = path.join(folder, 'values')
      writeFileSync(file, '')
      const { exitCode, stdout, stderr } = await capture('kafka-producer-perf-test', [
        ...common,
        '--num-records',
        '1',
        '--payload-file',
        file,
      ])
      assert.deepEqual([exitCode, stdout], [1, `Reading payloads from: ${file}\n`])
      assert.equal(stderr, 'File does not exist or empty file provided.\n')
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
