// As apache-tools.interop.test.ts, for the tools that change a cluster, and those that measure it.
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import type { ApacheBroker } from './apache-broker.ts'
import { compareSides, type Comparison, type Result } from './both-tools.ts'
import { startFilledBroker, withFiles } from './filled-broker.ts'

const lib = process.env['KAFKA_LIB'] ?? ''
const isThere = existsSync(lib)
if (!isThere && process.env['CI'] === 'true')
  throw new Error('KAFKA_LIB must name a folder with the jars of Apache Kafka')

let broker: ApacheBroker

const compare = (tool: string, argv: readonly string[], comparison: Comparison = {}): Promise<Result> =>
  compareSides(lib, tool, ['--bootstrap-server', broker.bootstrapServers, ...argv], comparison)

describe('as Apache’s tools that change a cluster', { skip: isThere ? false : 'KAFKA_LIB is not set' }, () => {
  before(async () => {
    broker = await startFilledBroker(lib)
  })

  after(() => broker[Symbol.asyncDispose]())

  test('kafka-leader-election', async () => {
    const elect = (...argv: readonly string[]) => compare('leader-election', argv)
    const preferred = ['--election-type', 'preferred']
    await elect(...preferred, '--topic', 'shared', '--partition', '0')
    await elect('--election-type', 'UNCLEAN', '--topic', 'shared', '--partition', '0')
    await elect(...preferred, '--all-topic-partitions')
    await elect(...preferred, '--topic', '%nothing', '--partition', '0')
    await withFiles(async (file) => {
      await elect(...preferred, '--path-to-json-file', await file('{"partitions":[{"topic":"shared","partition":1}]}'))
      await elect(...preferred, '--path-to-json-file', await file('nonsense'))
      await elect(...preferred, '--path-to-json-file', await file('{}'))
      await elect(...preferred, '--path-to-json-file', await file('[]'))
      await elect(...preferred, '--path-to-json-file', await file('{"partitions":[{"topic":"shared"}]}'))
    })
    await elect(...preferred, '--path-to-json-file', '/nowhere')
    await elect(...preferred)
    await elect(...preferred, '--topic', 'shared')
    await elect(...preferred, '--all-topic-partitions', '--partition', '0')
    await elect(...preferred, '--topic', 'shared', '--partition', 'x')
    await elect('--election-type', 'x', '--all-topic-partitions')
    await elect('--all-topic-partitions')
    await elect(...preferred, '--all-topic-partitions', '--admin.config', 'a', '--command-config', 'b')
    await elect(...preferred, '--all-topic-partitions', '--admin.config', broker.configFile)
    await elect('--bogus')
    await elect('--help')
  })

  test('kafka-reassign-partitions', async () => {
    const reassign = (...argv: readonly string[]) => compare('reassign-partitions', argv)
    await reassign('--list')
    await compareSides(lib, 'reassign-partitions', ['--bootstrap-controller', broker.bootstrapControllers, '--list'])
    await withFiles(async (file) => {
      const topics = await file('{"topics":[{"topic":"ap-one"},{"topic":"shared"}],"version":1}')
      const generate = ['--generate', '--topics-to-move-json-file']
      const generated = await reassign(...generate, topics, '--broker-list', '1')
      assert.match(generated.stdout, /"replicas":\[1\],"log_dirs":\["any"\]\}\]\}$/)
      await reassign(...generate, topics, '--broker-list', '1,1')
      await reassign(...generate, topics, '--broker-list', '77')
      await reassign(...generate, await file('{"topics":[{"topic":"nothing"}]}'), '--broker-list', '1')
      await reassign(...generate, await file('{"version":3}'), '--broker-list', '1')
      const plan = await file(
        '{"partitions":[{"topic":"shared","partition":0,"replicas":[1]},{"topic":"ap-one","partition":1,"replicas":[1],"log_dirs":["any"]}]}',
      )
      for (const action of ['--execute', '--verify', '--cancel'])
        await reassign(action, '--reassignment-json-file', plan)
      await reassign('--verify', '--reassignment-json-file', plan, '--preserve-throttles')
      await reassign('--execute', '--reassignment-json-file', plan, '--throttle', '5000', '--additional')
      await reassign('--execute', '--reassignment-json-file', plan, '--throttle', 'x')
      await reassign('--execute', '--reassignment-json-file', plan, '--disallow-replication-factor-change')
      const data = /"log_dirs":\["([^"]+)"\]/.exec(generated.stdout)![1]!
      const folders = await file(
        `{"partitions":[{"topic":"shared","partition":0,"replicas":[1],"log_dirs":["${data}"]}],"version":1}`,
      )
      await reassign('--execute', '--reassignment-json-file', folders, '--replica-alter-log-dirs-throttle', '1000')
      for (const action of ['--verify', '--cancel']) await reassign(action, '--reassignment-json-file', folders)
      for (const content of [
        '{"partitions":[]}',
        '{"partitions":[{"topic":"shared","partition":0,"replicas":[]}]}',
        '{"partitions":[{"topic":"shared","partition":0,"replicas":[1,1]}]}',
        '{"partitions":[{"topic":"shared","partition":0,"replicas":[77]}]}',
        '{"partitions":[{"topic":"shared","partition":9,"replicas":[1]}]}',
        '{"partitions":[{"topic":"nothing","partition":0,"replicas":[1]}]}',
        '{"partitions":[{"topic":"shared","partition":0,"replicas":[1],"log_dirs":["/nowhere"]}]}',
        '{"partitions":[{"topic":"shared","partition":0,"replicas":[1],"log_dirs":[]}]}',
        '{"version":2}',
      ]) {
        await reassign('--execute', '--reassignment-json-file', await file(content))
      }
      const unknown = await file('{"partitions":[{"topic":"nothing","partition":0,"replicas":[1]}]}')
      await reassign('--verify', '--reassignment-json-file', unknown, '--preserve-throttles')
    })
    await reassign('--execute', '--reassignment-json-file', '/nowhere')
    await reassign('--verify')
    await reassign('--list', '--verify')
    await reassign('--list', '--throttle', '5')
    await reassign('--bogus')
    await reassign('--help')
    await compareSides(lib, 'reassign-partitions', ['--list'])
  })

  test('kafka-producer-perf-test and kafka-consumer-perf-test', async () => {
    const produce = (...argv: readonly string[]) =>
      compare('producer-perf-test', argv, { measured: [[/\d+(?:\.\d+)?(?= (?:records\/sec|MB\/sec|ms))/g, '-']] })
    const common = ['--topic', '%measured', '--throughput', '-1']
    const produced = await produce(...common, '--num-records', '500', '--record-size', '100')
    assert.match(produced.stdout, /^500 records sent, /)
    await produce(...common, '--num-records', '500', '--payload-monotonic', '--warmup-records', '300')
    await withFiles(async (file) => {
      await produce(...common, '--num-records', '20', '--payload-file', await file('one\ntwo\n\nthree\n'))
      await produce(...common, '--num-records', '20', '--payload-file', await file(''))
    })
    await produce(...common, '--num-records', '0', '--record-size', '1')
    await produce(...common, '--num-records', '5')
    await produce(...common, '--num-records', '5', '--record-size', '1', '--payload-monotonic')
    await produce(...common, '--num-records', '5', '--record-size', '1', '--producer-props', 'a')
    await produce(...common, '--num-records', '5', '--record-size', '1', '--throughput', 'x')
    await produce(...common, '--num-records', '5', '--record-size', '1', '--producer-props', 'linger.ms=1', 'acks=1')
    await produce('--help')
    await compareSides(lib, 'producer-perf-test', [])
    await compareSides(lib, 'producer-perf-test', [...common, '--num-records', '5', '--record-size', '1'])
    const consume = (...argv: readonly string[]) =>
      compare('consumer-perf-test', argv, {
        // When, how much, how many; the rest is measured.
        measured: [[/^(?:[^,\n]+, ){2}(\d+\.\d+), [\d.]+, (\d+), .*$/gm, 'from, to, $1, $2']],
      })
    const consumed = await consume('--topic', '%measured', '--num-records', '1000', '--group', '%perf')
    assert.match(consumed.stdout, /, 1\d{3}, /)
    await consume('--include', '%meas.*', '--messages', '1020', '--hide-header')
    await compare('topics', ['--create', '--topic', '%empty'])
    // From a topic without records, since how many a poll gives beyond what was asked for is a matter of time.
    await consume(
      '--topic',
      '%empty',
      '--num-records',
      '5',
      '--group',
      '%perf',
      '--timeout',
      '500',
      '--date-format',
      "'x'",
    )
    await consume('--topic', '%measured', '--num-records', 'x')
    await consume('--topic', '%measured', '--num-records', '1', '--reporting-interval', '0')
    await consume('--topic', '%measured', '--include', 'a', '--num-records', '1')
    await consume('--topic', '%measured')
    await consume('--topic', '%measured', '--messages', '1', '--consumer.config', 'a', '--command-config', 'b')
    await consume('--bogus')
    await consume('--help')
  })

  test('kafka-configs', async () => {
    const configs = (...argv: readonly string[]) => compare('configs', argv, { anyOrder: argv.includes('--describe') })
    await compare('topics', ['--create', '--topic', '%configured'])
    const set = await configs(
      '--alter',
      '--topic',
      '%configured',
      '--add-config',
      'retention.ms=5000,cleanup.policy=[compact,delete]',
    )
    assert.equal(set.stdout, 'Completed updating config for topic xx-configured.')
    await configs('--describe', '--topic', '%configured')
    await configs('--describe', '--topic', '%configured', '--all')
    await configs('--describe', '--entity-type', 'topics', '--entity-name', '%configured')
    await configs('--alter', '--topic', '%configured', '--delete-config', 'retention.ms')
    await configs('--alter', '--topic', '%configured', '--add-config', 'no.such=1')
    await configs('--alter', '--topic', '%configured', '--add-config', 'a=b=c')
    await configs('--alter', '--topic', '%configured', '--add-config', 'a b=1')
    await configs('--describe', '--topic', '%nothing')
    await configs('--describe', '--topic', '%a b')
    await configs('--describe', '--broker', '1')
    await configs('--describe', '--broker', '1', '--all')
    await configs('--describe', '--broker', '77')
    await configs('--describe', '--broker-defaults')
    await configs('--describe', '--entity-type', 'brokers')
    await configs('--describe', '--broker-logger', '1')
    await configs('--alter', '--broker-logger', '1', '--add-config', 'no.such.logger=DEBUG')
    await configs('--describe', '--entity-type', 'topics')
    for (const [whom, quota] of [
      [['--user', '%user'], 'producer_byte_rate=1024'],
      [['--client', '%client'], 'consumer_byte_rate=0.5,request_percentage=10000000'],
      [['--user', '%user', '--client-defaults'], 'request_percentage=50'],
      [['--ip', '127.0.0.1'], 'connection_creation_rate=10'],
    ] as const) {
      await configs('--alter', ...whom, '--add-config', quota)
      await configs('--describe', ...whom)
      await configs('--alter', ...whom, '--add-config', 'bogus=1')
      await configs('--alter', ...whom, '--delete-config', 'bogus')
    }
    await configs('--alter', '--client', '%client', '--delete-config', 'producer_byte_rate')
    await configs('--alter', '--client', '%client', '--add-config', 'producer_byte_rate=x')
    await configs('--alter', '--user', '%user', '--add-config', 'SCRAM-SHA-256=[iterations=8192,password=secret]')
    await configs('--alter', '--user', '%user', '--add-config', 'SCRAM-SHA-512=[password=secret]')
    await configs('--describe', '--user', '%user')
    await configs('--alter', '--user', '%user', '--delete-config', 'SCRAM-SHA-256')
    await configs('--alter', '--user', '%user', '--add-config', 'SCRAM-SHA-256=[iterations=5,password=secret]')
    await configs('--alter', '--user', '%user', '--add-config', 'SCRAM-SHA-256=secret')
    await configs('--alter', '--group', '%group', '--add-config', 'consumer.session.timeout.ms=50000')
    await configs('--describe', '--group', '%group')
    await configs('--describe', '--group', '%nothing')
    await configs('--alter', '--client-metrics', '%metrics', '--add-config', 'interval.ms=5000')
    await configs('--describe', '--client-metrics', '%metrics')
    await configs('--describe', '--client-metrics', '%nothing')
    for (const argv of [
      [],
      ['--describe'],
      ['--describe', '--entity-type', 'x'],
      ['--describe', '--topic', 'a', '--user', 'b'],
      ['--describe', '--entity-type', 'topics', '--topic', 'b'],
      ['--describe', '--broker', 'x'],
      ['--describe', '--broker-defaults', '--entity-type', 'topics'],
      ['--alter', '--entity-type', 'topics', '--add-config', 'a=1'],
      ['--alter', '--topic', 'a'],
      ['--describe', '--topic', 'a', '--add-config', 'a=1'],
      ['--bogus'],
      ['--help'],
    ]) {
      await configs(...argv)
    }
    await compareSides(lib, 'configs', ['--describe', '--topic', 'a'])
  })
})
