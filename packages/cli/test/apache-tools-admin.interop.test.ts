// As apache-tools.interop.test.ts, for the tools of administration that mostly look.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { Admin } from '@milena/client'
import type { ApacheBroker } from './apache-broker.ts'
import { commandOf, compareSides, type Comparison, type Result } from './both-tools.ts'
import { startFilledBroker } from './filled-broker.ts'

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
    broker = await startFilledBroker(lib)
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
})
