// As apache-tools.interop.test.ts, for the tools of administration.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { Admin, Producer, valuesOf } from '@milena/client'
import { startApacheBroker, type ApacheBroker } from './apache-broker.ts'
import { commandOf, compareSides, type Comparison, type Result } from './both-tools.ts'

const lib = process.env['KAFKA_LIB'] ?? ''
const isThere = existsSync(lib)
if (!isThere && process.env['CI'] === 'true')
  throw new Error('KAFKA_LIB must name a folder with the jars of Apache Kafka')

let broker: ApacheBroker

const compare = (tool: string, argv: readonly string[], comparison: Comparison = {}): Promise<Result> =>
  compareSides(lib, tool, ['--bootstrap-server', broker.bootstrapServers, ...argv], comparison)

/** Until something is so. */
async function until(isSo: (admin: Admin) => Promise<boolean>): Promise<void> {
  await using admin = new Admin({ bootstrapServers: broker.bootstrapServers })
  for (let tries = 0; tries < 200; tries++) {
    if (await isSo(admin)) return
    await new Promise<void>((resolve) => admin.client.clock.setTimer(200, resolve))
  }
  assert.fail('it does not become so')
}

describe('as Apache’s tools of administration', { skip: isThere ? false : 'KAFKA_LIB is not set' }, () => {
  before(async () => {
    broker = await startApacheBroker(lib)
    await using admin = new Admin({ bootstrapServers: broker.bootstrapServers })
    valuesOf(await admin.createTopics(['ap-one', 'mi-one', 'shared'].map((name) => ({ name, numPartitions: 2 }))))
    await using producer = new Producer({ bootstrapServers: broker.bootstrapServers })
    for (const topic of ['ap-one', 'mi-one', 'shared']) {
      await producer.send({ topic, partition: 0, key: 'k', value: 'v' })
      await producer.send({ topic, partition: 1, key: 'k', value: 'v' })
    }
  })

  after(() => broker[Symbol.asyncDispose]())

  test('kafka-transactions', async () => {
    const transactions = (...argv: readonly string[]) =>
      compare('transactions', argv, {
        anyOrder: argv[0] === 'list',
        // How long a transaction has been open.
        measured: [[/(\tOngoing +\t60000 +\t\d+ +\t)\d+ +/g, '$1-']],
      })
    // Each side has an open transaction of its own.
    const { command, args } = commandOf(
      lib,
      'apache',
      'producer-perf-test',
      `--bootstrap-server ${broker.bootstrapServers} --topic shared --num-records 1000 --record-size 10 --throughput 1 --transactional-id %txn --transaction-duration-ms 600000`.split(
        ' ',
      ),
    )
    const writers = ['ap-txn', 'mi-txn'].map((id) =>
      spawn(
        command,
        args.map((arg) => arg.replace('ap-txn', id)),
        { stdio: 'ignore' },
      ),
    )
    try {
      await until(async (admin) => {
        const all = Array.from((await admin.listTransactions()).values()).flat()
        return all.filter(({ state }) => state === 'Ongoing').length === 2
      })
      const listed = await transactions('list')
      assert.match(listed.stdout, /xx-txn/)
      await transactions('list', '--duration-filter', '100000000')
      await transactions('list', '--transactional-id-pattern', 'm.*')
      await transactions('describe', '--transactional-id', 'ap-txn')
      await transactions('describe', '--transactional-id', '%nothing')
      await transactions('describe-producers', '--topic', 'ap-one', '--partition', '0')
      await transactions('describe-producers', '--topic', 'ap-one', '--partition', '0', '--broker-id', '1')
      await transactions('find-hanging', '--broker-id', '1')
      // In minutes: those of less than none hang, if their coordinators did not know them.
      await transactions('find-hanging', '--topic', 'shared', '--max-transaction-timeout', '-1')
      await transactions('find-hanging')
      await transactions('find-hanging', '--broker-id', '1', '--partition', '0')
      await transactions('abort', '--topic', '%one', '--partition', '0', '--start-offset', '0')
      await transactions('abort', '--topic', '%one', '--partition', '0')
      await transactions('abort', '--topic', '%one', '--partition', '0', '--producer-id', '1')
      await transactions('forceTerminateTransaction', '--transactionalId', '%txn')
      await until(async (admin) => {
        const all = Array.from((await admin.listTransactions()).values()).flat()
        return all.every(({ state }) => state !== 'Ongoing')
      })
    } finally {
      for (const writer of writers) writer.kill('SIGKILL')
    }
  })

  test('command lines with commands', async () => {
    const measured = [[/Commit:\w+/g, 'Commit:-']] as const
    const refused = (...argv: readonly string[]) => compare('transactions', argv, { measured })
    await refused()
    await refused('lst')
    await refused('describe')
    await refused('d')
    await refused('abort', '--topic', 'a', '--partition', 'x')
    await refused('abort', '--topic', 'a', '--partition', '0', '--producer-epoch', '70000')
    await refused('abort', '--topic')
    await refused('abort', '--tpoic', 'x')
    await refused('abort', '--help')
    await refused('list', 'more')
    await refused('--version')
    await refused('--help')
    await compareSides(lib, 'transactions', [])
    await compareSides(lib, 'transactions', ['list'])
  })

  test('kafka-share-groups and kafka-groups', async () => {
    const share = (...argv: readonly string[]) => compare('share-groups', argv, { anyOrder: true })
    const reset = ['--reset-offsets', '--group', '%queue']
    await share(...reset, '--topic', '%one', '--to-earliest', '--dry-run')
    const made = await share(...reset, '--topic', '%one', '--to-earliest', '--execute')
    assert.match(made.stdout, /xx-queue +xx-one +1 +0/)
    await share(...reset, '--topic', '%one:1', '--to-latest', '--execute')
    await share(...reset, '--all-topics', '--to-datetime', '2020-01-01T00:00:00.000', '--dry-run')
    await share(...reset, '--topic', '%one', '--to-datetime', '2100-01-01T00:00:00.000', '--dry-run')
    await share(...reset, '--topic', '%one:77', '--to-latest', '--dry-run')
    await share(...reset, '--topic', '%one:x', '--to-latest', '--dry-run')
    await share('--list')
    await share('--list', '--state')
    await share('--list', '--state', 'stable,dead')
    await share('--list', '--state', 'bogus')
    await share('--describe', '--group', '%queue')
    await share('--describe', '--group', '%queue', '--verbose')
    await share('--describe', '--group', '%queue', '--members')
    await share('--describe', '--all-groups', '--state', '--verbose')
    await share('--describe', '--group', '%nothing')
    const groups = (...argv: readonly string[]) => compare('groups', argv, { anyOrder: true })
    await groups('--list')
    await groups('--list', '--share')
    await groups('--list', '--consumer')
    await groups('--list', '--group-type', 'share', '--protocol', 'consumer')
    await groups('--list', '--group-type', 'bogus')
    await groups('--list', '--share', '--streams')
    await groups()
    await groups('--help')
    await groups('--bogus')
    await compareSides(lib, 'groups', [])
    await share('--delete-offsets', '--group', '%queue', '--topic', '%one', '--topic', 'nothing')
    await share('--delete-offsets', '--group', '%nothing', '--topic', '%one')
    await share('--delete', '--group', '%queue', '--group', '%nothing')
    await share('--delete', '--group', '%nothing')
    await share()
    await share('--describe')
    await share('--delete', '--group', 'a', '--topic', 'b')
    await share(...reset, '--topic', 'a')
    await share('--list', '--bogus')
    await share('--help')
  })

  test('kafka-share-groups, with members', async () => {
    const { command, args } = commandOf(lib, 'apache', 'console-share-consumer', [
      '--bootstrap-server',
      broker.bootstrapServers,
      '--topic',
      'shared',
      '--group',
      'live',
    ])
    const member = spawn(command, args, { stdio: 'ignore' })
    try {
      await until(async (admin) => {
        const group = (await admin.describeShareGroups(['live'])).get('live')!
        const isSettled =
          group.ok &&
          group.value.members.some(
            ({ assignment, memberEpoch }) => assignment.length === 2 && memberEpoch === group.value.groupEpoch,
          )
        return isSettled && (await admin.listShareGroupOffsets('live')).length === 2
      })
      const live = (...argv: readonly string[]) => compare('share-groups', [...argv, '--group', 'live'])
      for (const argv of [[], ['--verbose'], ['--members'], ['--members', '--verbose'], ['--state']]) {
        await live('--describe', ...argv)
      }
      await live('--delete')
      await live('--delete-offsets', '--topic', 'shared')
      await live('--reset-offsets', '--topic', 'shared', '--to-latest', '--execute')
    } finally {
      member.kill('SIGKILL')
    }
  })

  test('kafka-broker-api-versions', async () => {
    const versions = await compare('broker-api-versions', [])
    assert.match(versions.stdout, /\tProduce\(0\): 0 to 13 \[usable: 13\],\n|\tProduce\(0\): 3 to 13 \[usable: 13\],\n/)
    await compareSides(lib, 'broker-api-versions', [])
    await compareSides(lib, 'broker-api-versions', ['--bogus'])
    await compareSides(lib, 'broker-api-versions', ['--help'])
  })

  test('kafka-cluster', async () => {
    const server = ['--bootstrap-server', broker.bootstrapServers]
    const controllers = ['-C', broker.bootstrapControllers]
    const cluster = (...argv: readonly string[]) => compareSides(lib, 'cluster', argv)
    await cluster('cluster-id', ...server)
    await cluster('cluster-id', ...controllers)
    await cluster('list-endpoints', ...server)
    await cluster('list-endpoints', ...server, '--include-fenced-brokers')
    await cluster('list-endpoints', ...controllers)
    await cluster('list-endpoints', ...controllers, '--include-fenced-brokers')
    await cluster('unregister', ...server, '--id', '77')
    await cluster('unregister', ...server)
    await cluster('unregister', ...server, '-i', 'x')
    await cluster('cluster-id')
    await cluster('cluster-id', ...server, '--config', broker.configFile)
    await cluster('cluster-id', ...server, '--config', 'a', '-c', 'b')
    await cluster('list', ...server)
    await cluster('describe')
    await cluster('--help')
    await cluster()
  })

  test('kafka-features', async () => {
    // The metadata log grows while both ask.
    const measured = [[/Epoch: \d+/g, 'Epoch: -']] as const
    const features = (...argv: readonly string[]) => compare('features', argv, { measured })
    await features('describe')
    await features('describe', '--node-id', '1')
    await features('describe', '--node-id', '-1')
    await features('upgrade', '--release-version', '4.3', '--dry-run')
    await features('upgrade', '--metadata', '4.4-IV0', '--dry-run')
    await features('upgrade', '--feature', 'group.version=1', '--feature', 'bogus=2')
    await features('upgrade', '--feature', 'group.version')
    await features('upgrade', '--release-version', '4.3', '--feature', 'a=1')
    await features('upgrade', '--release-version', 'bogus')
    await features('upgrade')
    await features('downgrade', '--metadata', '4.0', '--dry-run')
    await features('downgrade', '--feature', 'share.version=0', '--unsafe', '--dry-run')
    await features('disable', '--feature', 'share.version', '--dry-run')
    await features('disable')
    for (const release of ['3.3-IV3', '3.9', '4.0.1', '4.1-IV0', '4.3', '4.4-IV0', 'bogus']) {
      await features('version-mapping', '--release-version', release)
    }
    await compareSides(lib, 'features', ['version-mapping'])
    await features(
      'feature-dependencies',
      '--feature',
      'eligible.leader.replicas.version=1',
      '--feature',
      'kraft.version=1',
    )
    await features('feature-dependencies', '--feature', 'metadata.version=30', '--feature', 'group.version=9')
    await features('feature-dependencies', '--feature', 'bogus=1')
    await features('feature-dependencies')
    await compareSides(lib, 'features', ['describe'])
    const controllers = ['--bootstrap-controller', broker.bootstrapControllers, 'describe']
    await compareSides(lib, 'features', controllers, { measured })
    await features('--help')
  })

  test('kafka-metadata-quorum', async () => {
    const measured = [
      // The metadata log grows while both ask.
      [/(HighWatermark: +|^1 +\t\S+ *\t)\d+/gm, '$1-'],
      [/\d{13}|\d+ ms ago */g, '-'],
    ] as const
    const quorum = (...argv: readonly string[]) => compare('metadata-quorum', argv, { measured })
    await quorum('describe', '--status')
    await quorum('describe', '--replication')
    await quorum('describe', '--replication', '--human-readable')
    await quorum('describe', '--status', '--human-readable')
    await quorum('describe', '--status', '--replication')
    await quorum('describe')
    const viaControllers = ['--bootstrap-controller', broker.bootstrapControllers, 'describe', '--status']
    await compareSides(lib, 'metadata-quorum', viaControllers, { measured })
    await quorum('add-controller')
    await quorum('--command-config', broker.configFile, 'add-controller', '--dry-run')
    await quorum('--command-config', broker.configFile, 'add-controller')
    await quorum('remove-controller', '-i', '77', '-d', 'AAAAAAAAAAAAAAAAAAAAMA')
    await quorum('remove-controller', '-i', '77', '-d', 'AAAAAAAAAAAAAAAAAAAAMA', '--dry-run')
    await quorum('remove-controller', '-i', '77', '-d', 'x')
    await quorum('remove-controller', '-i', '77')
    await quorum('--command-config', '/nowhere', 'describe', '--status')
    await quorum('--help')
    await compareSides(lib, 'metadata-quorum', ['describe', '--status'])
  })

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
    await consume(
      '--topic',
      '%measured',
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
    const set = await configs(
      '--alter',
      '--topic',
      '%one',
      '--add-config',
      'retention.ms=5000,cleanup.policy=[compact,delete]',
    )
    assert.equal(set.stdout, 'Completed updating config for topic xx-one.')
    await configs('--describe', '--topic', '%one')
    await configs('--describe', '--topic', '%one', '--all')
    await configs('--describe', '--entity-type', 'topics', '--entity-name', '%one')
    await configs('--alter', '--topic', '%one', '--delete-config', 'retention.ms')
    await configs('--alter', '--topic', '%one', '--add-config', 'no.such=1')
    await configs('--alter', '--topic', '%one', '--add-config', 'a=b=c')
    await configs('--alter', '--topic', '%one', '--add-config', 'a b=1')
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

/** Gives files with some content, which are gone when the work is done. */
async function withFiles(work: (file: (content: string) => Promise<string>) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'milena-admin-tools-'))
  let count = 0
  try {
    await work(async (content) => {
      const name = path.join(folder, `${++count}.json`)
      await writeFile(name, content)
      return name
    })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
