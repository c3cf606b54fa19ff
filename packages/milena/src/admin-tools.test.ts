// The command line tools against a broker in this process: that they are told what they ask for. What they print is
// compared with Apache's tools in packages/cli/test.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { after, before, describe, test } from 'node:test'
import { run } from '@milena/cli'
import { Admin, apis, KafkaClient, Producer, valuesOf } from '@milena/client'
import { Milena } from './index.ts'

let kafka: Milena

interface Captured {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

async function tool(name: string, ...argv: readonly string[]): Promise<Captured> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  const texts = Promise.all([stdout, stderr].map((stream) => stream.setEncoding('utf8').toArray()))
  const stdin = Readable.from([])
  const exitCode = await run(name, argv, { stdout, stderr, stdin, signal: new AbortController().signal })
  for (const stream of [stdout, stderr]) stream.end()
  const [out, err] = (await texts).map((chunks) => chunks.join(''))
  return { exitCode, stdout: out!, stderr: err! }
}

/** A file that is gone when the test is over. */
function temporaryFile(content: string): { readonly file: string } & Disposable {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'milena-tools-'))
  const file = path.join(folder, 'input')
  writeFileSync(file, content)
  return { file, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) }
}

const server = (): readonly string[] => ['--bootstrap-server', kafka.bootstrapServers]

/** The cells of a table that has a tab behind each. */
const cellsOf = (text: string): readonly (readonly string[])[] =>
  text.split('\n').flatMap((line) => {
    const cells = line.split('\t').map((cell) => cell.trim())
    return cells.length > 1 ? [cells.slice(0, -1)] : []
  })

before(async () => {
  kafka = await Milena.start()
  await using admin = new Admin({ bootstrapServers: kafka.bootstrapServers })
  valuesOf(await admin.createTopics([{ name: 'orders', numPartitions: 2 }]))
  await using producer = new Producer({ bootstrapServers: kafka.bootstrapServers })
  await producer.send({ topic: 'orders', partition: 0, value: 'one' })
})

after(() => kafka.close())

describe('kafka-transactions', () => {
  test('lists, describes and ends what a transactional id has open', async () => {
    using client = new KafkaClient({ bootstrapServers: kafka.bootstrapServers })
    const to = { to: { transactionalId: 'payments' } }
    const { producerId } = await client.request(
      apis.initProducerId,
      { transactionalId: 'payments', transactionTimeoutMs: 60_000 },
      to,
    )
    const [, row] = cellsOf((await tool('kafka-transactions', ...server(), 'list')).stdout)
    assert.deepEqual(row, ['payments', '1', String(producerId), 'Empty'])
    const filtered = await tool('kafka-transactions', ...server(), 'list', '--transactional-id-pattern', 'x.*')
    assert.equal(cellsOf(filtered.stdout).length, 1)
    const described = await tool('kafka-transactions', ...server(), 'describe', '--transactional-id', 'payments')
    assert.deepEqual(cellsOf(described.stdout)[1]!.slice(0, 8), [
      '1',
      'payments',
      String(producerId),
      '0',
      'Empty',
      '60000',
      'None',
      'None',
    ])
    const ended = await tool(
      'kafka-transactions',
      ...server(),
      'forceTerminateTransaction',
      '--transactionalId',
      'payments',
    )
    assert.deepEqual(ended, { exitCode: 0, stdout: '', stderr: '' })
    const after = await tool('kafka-transactions', ...server(), 'describe', '--transactional-id', 'payments')
    assert.equal(cellsOf(after.stdout)[1]![3], '1')
  })

  test('describes producers, and finds nothing that hangs', async () => {
    const partition = ['--topic', 'orders', '--partition', '0']
    const { stdout } = await tool('kafka-transactions', ...server(), 'describe-producers', ...partition)
    const [headers, row] = cellsOf(stdout)
    assert.equal(headers![5], 'CurrentTransactionStartOffset')
    assert.deepEqual([row![2], row![3], row![5]], ['-1', '0', 'None'])
    const hanging = await tool('kafka-transactions', ...server(), 'find-hanging', '--broker-id', '1')
    assert.deepEqual([hanging.exitCode, cellsOf(hanging.stdout).length], [0, 1])
    const missing = await tool('kafka-transactions', ...server(), 'abort', ...partition, '--start-offset', '0')
    assert.deepEqual(missing, {
      exitCode: 1,
      stdout: '',
      stderr: 'Could not find any open transactions starting at offset 0 on partition orders-0\n',
    })
  })
})

describe('kafka-share-groups and kafka-groups', () => {
  test('a group is made by where it shall begin, shown, and deleted', async () => {
    const shareGroups = (...argv: readonly string[]) => tool('kafka-share-groups', ...server(), ...argv)
    const reset = await shareGroups(
      '--reset-offsets',
      '--group',
      'queue',
      '--topic',
      'orders:0',
      '--to-latest',
      '--execute',
    )
    assert.match(reset.stdout, /\nqueue +orders +0 +1\n$/)
    assert.equal((await shareGroups('--list')).stdout, 'queue\n')
    assert.match((await shareGroups('--list', '--state')).stdout, /\nqueue +Empty\n$/)
    assert.match((await shareGroups('--describe', '--group', 'queue')).stdout, /\nqueue +orders +0 +1 +0\n$/)
    const state = await shareGroups('--describe', '--all-groups', '--state', '--verbose')
    assert.match(state.stdout, /\nqueue +127\.0\.0\.1:\d+ {2}\(1\) +Empty +\d+ +\d+ +0\n$/)
    assert.equal(state.stderr, "\nShare group 'queue' has no active members.\n")
    const listed = await tool('kafka-groups', ...server(), '--list', '--share')
    assert.match(listed.stdout, /\nqueue +Share +share +\n$/)
    const forgotten = await shareGroups(
      '--delete-offsets',
      '--group',
      'queue',
      '--topic',
      'orders',
      '--topic',
      'nothing',
    )
    assert.match(forgotten.stdout, /\nTOPIC +STATUS\nnothing +Error: .*\norders +Successful\n$/)
    const deleted = await shareGroups('--delete', '--group', 'queue', '--group', 'none')
    assert.match(
      deleted.stdout,
      /\* Group 'none' could not be deleted due to: .*not a share group\.\n\nThese .*: 'queue'\n$/,
    )
    assert.equal((await shareGroups('--list')).stdout, '')
    assert.match(
      (await shareGroups('--describe', '--group', 'queue')).stdout,
      /^\nError: Executing share group command failed due to org\.apache\.kafka\.common\.errors\.GroupIdNotFoundException: /,
    )
  })
})

test('kafka-broker-api-versions', async () => {
  const { exitCode, stdout } = await tool('kafka-broker-api-versions', ...server())
  assert.equal(exitCode, 0)
  assert.match(
    stdout,
    /^127\.0\.0\.1:\d+ \(id: 1 rack: null isFenced: false\) -> \(\n\tProduce\(0\): \d+ to 13 \[usable: 13\],\n/,
  )
  assert.match(stdout, /\n\tAddRaftVoter\(80\): UNSUPPORTED,\n/)
})

test('kafka-cluster', async () => {
  const cluster = (command: string, ...argv: readonly string[]) => tool('kafka-cluster', command, ...server(), ...argv)
  assert.match((await cluster('cluster-id')).stdout, /^Cluster ID: [\w-]{22}\n$/)
  const endpoints = await cluster('list-endpoints', '--include-fenced-brokers')
  assert.match(endpoints.stdout, /\n1 +127\.0\.0\.1 +\d+ +null +unfenced +broker +\n$/)
  const unregistered = await cluster('unregister', '--id', '77')
  assert.equal(unregistered.exitCode, 1)
  assert.match(unregistered.stderr, /^org\.apache\.kafka\.common\.errors\.BrokerIdNotRegisteredException: /)
  const controllers = await tool('kafka-cluster', 'cluster-id', '--bootstrap-controller', kafka.bootstrapServers)
  assert.equal(controllers.exitCode, 1)
  assert.match(controllers.stderr, /^org\.apache\.kafka\.common\.errors\.\w*EndpointTypeException: /)
})

test('kafka-features', async () => {
  const features = (...argv: readonly string[]) => tool('kafka-features', ...server(), ...argv)
  const { stdout } = await features('describe')
  assert.match(stdout, /\nFeature: metadata\.version {26}SupportedMinVersion: 3\.3-IV3 +SupportedMaxVersion: 4\.3-IV0 /)
  assert.equal((await features('describe', '--node-id', '1')).stdout, stdout)
  const refused = await features('upgrade', '--feature', 'metadata.version=999', '--dry-run')
  assert.equal(refused.exitCode, 1)
  assert.match(refused.stdout, /^Can not upgrade metadata\.version to 999\. ./)
  assert.equal(refused.stderr, '1 out of 1 operation(s) failed.\n')
  const same = await features('upgrade', '--feature', 'group.version=1', '--dry-run')
  assert.equal(same.stdout, 'group.version can be upgraded to 1.\n')
})

test('kafka-metadata-quorum', async () => {
  const quorum = (...argv: readonly string[]) => tool('kafka-metadata-quorum', ...server(), ...argv)
  const status = await quorum('describe', '--status')
  assert.match(status.stdout, /\nLeaderId: {15}1\n.*\nHighWatermark: {10}\d+\nMaxFollowerLag: {9}0\n/)
  const rows = cellsOf((await quorum('describe', '--replication', '--human-readable')).stdout)
  assert.deepEqual([rows[1]![0], rows[1]![3], rows[1]![6]], ['1', '0', 'Leader'])
  const removed = await quorum('remove-controller', '-i', '3', '-d', 'AAAAAAAAAAAAAAAAAAAAMA')
  assert.equal(removed.exitCode, 1)
  assert.match(removed.stderr, /UnsupportedVersionException: /)
})

test('kafka-leader-election', async () => {
  const elect = (...argv: readonly string[]) => tool('kafka-leader-election', ...server(), '--election-type', ...argv)
  assert.deepEqual(await elect('preferred', '--topic', 'orders', '--partition', '1'), {
    exitCode: 0,
    stdout: 'Valid replica already elected for partitions orders-1\n',
    stderr: '',
  })
  assert.deepEqual(await elect('preferred', '--all-topic-partitions'), { exitCode: 0, stdout: '', stderr: '' })
  const unknown = await elect('unclean', '--topic', 'nothing', '--partition', '0')
  assert.match(unknown.stdout, /^Error completing leader election \(UNCLEAN\) for partition: nothing-0: org\.apache\./)
  assert.deepEqual([unknown.exitCode, unknown.stderr], [1, '1 replica(s) could not be elected\n'])
})

test('kafka-reassign-partitions', async () => {
  const reassign = (...argv: readonly string[]) => tool('kafka-reassign-partitions', ...server(), ...argv)
  assert.equal((await reassign('--list')).stdout, 'No partition reassignments found.\n')
  using topics = temporaryFile('{"topics":[{"topic":"orders"}],"version":1}')
  const generated = await reassign('--generate', '--topics-to-move-json-file', topics.file, '--broker-list', '1')
  const [, current, , , proposed] = generated.stdout.split('\n')
  assert.match(current!, /"topic":"orders","partition":1,"replicas":\[1\],"log_dirs":\["[^"]+"\]/)
  using plan = temporaryFile(proposed!)
  const executed = await reassign('--execute', '--reassignment-json-file', plan.file, '--throttle', '5000')
  assert.equal(executed.exitCode, 0, executed.stdout)
  assert.match(
    executed.stdout,
    /\nThe inter-broker throttle limit was set to 5000 B\/s\nSuccessfully started partition reassignments for orders-0,orders-1\n$/,
  )
  const verified = await reassign('--verify', '--reassignment-json-file', plan.file)
  assert.equal(
    verified.stdout,
    'Status of partition reassignment:\nReassignment of partition orders-0 is completed.\nReassignment of partition orders-1 is completed.\n\nClearing broker-level throttles on broker 1\nClearing topic-level throttles on topic orders\n',
  )
  const cancelled = await reassign('--cancel', '--reassignment-json-file', plan.file, '--preserve-throttles')
  assert.equal(
    cancelled.stdout,
    'None of the specified partition reassignments are active.\nNone of the specified partition moves are active.',
  )
  using elsewhere = temporaryFile(
    '{"partitions":[{"topic":"orders","partition":0,"replicas":[1],"log_dirs":["/nowhere"]}]}',
  )
  const refused = await reassign('--execute', '--reassignment-json-file', elsewhere.file)
  assert.match(refused.stdout, /\nError: Failed to alter dir for orders-0-1\n$/)
})

test('kafka-producer-perf-test and kafka-consumer-perf-test', async () => {
  const count = ['--num-records', '300']
  const sized = ['--topic', 'measured', '--record-size', '20', '--throughput', '-1', '--warmup-records', '100']
  const produced = await tool('kafka-producer-perf-test', ...server(), ...count, ...sized)
  assert.deepEqual([produced.exitCode, produced.stderr], [0, ''])
  const [warmup, all, steady] = produced.stdout.split('\n')
  assert.match(warmup!, /^Warmup first 100 records\./)
  assert.match(all!, /^300 records sent, \d+\.\d{6} records\/sec \(\d+\.\d\d MB\/sec\), \d+\.\d\d ms avg latency, /)
  assert.match(steady!, /^200 steady state records sent, /)
  const consumed = await tool(
    'kafka-consumer-perf-test',
    ...server(),
    ...count,
    '--include',
    'meas.*',
    '--group',
    'perf',
  )
  assert.deepEqual([consumed.exitCode, consumed.stderr], [0, ''])
  assert.match(consumed.stdout, /^start\.time, end\.time, .*\n(?:[\d-]+ [\d:]+, ){2}0\.0057, [\d.]+, 300, /)
  const again = await tool(
    'kafka-consumer-perf-test',
    ...server(),
    ...count,
    '--topic',
    'measured',
    '--group',
    'perf',
    '--timeout',
    '0',
  )
  assert.match(
    again.stdout,
    /\nWARNING: Exiting before consuming the expected number of records: timeout \(0 ms\) exceeded\./,
  )
})

test('kafka-configs', async () => {
  const configs = (...argv: readonly string[]) => tool('kafka-configs', ...server(), ...argv)
  const set = await configs(
    '--alter',
    '--topic',
    'orders',
    '--add-config',
    'retention.ms=5000,cleanup.policy=[compact,delete]',
  )
  assert.deepEqual(set, { exitCode: 0, stdout: 'Completed updating config for topic orders.\n', stderr: '' })
  const shown = await configs('--describe', '--topic', 'orders')
  assert.match(
    shown.stdout,
    /^Dynamic configs for topic orders are:\n {2}cleanup\.policy=compact,delete sensitive=false synonyms=\{DYNAMIC_TOPIC_CONFIG:cleanup\.policy=compact,delete, .*\}\n {2}retention\.ms=5000 /,
  )
  assert.ok((await configs('--describe', '--topic', 'orders', '--all')).stdout.split('\n').length > 20)
  await configs('--alter', '--topic', 'orders', '--delete-config', 'retention.ms,cleanup.policy')
  assert.equal((await configs('--describe', '--topic', 'orders')).stdout, 'Dynamic configs for topic orders are:\n')
  assert.equal(
    (await configs('--describe', '--topic', 'nothing')).stdout,
    "The topic 'nothing' doesn't exist and doesn't have dynamic config.\n",
  )
  const refused = await configs('--alter', '--topic', 'orders', '--add-config', 'no.such=1')
  assert.match(
    refused.stderr,
    /^Error while executing config command with args '.*'\norg\.apache\.kafka\.common\.errors\.InvalidConfigurationException: /,
  )
  await configs('--alter', '--user', 'alice', '--client', 'c', '--add-config', 'producer_byte_rate=1024')
  assert.equal(
    (await configs('--describe', '--entity-type', 'users', '--entity-type', 'clients')).stdout,
    "Quota configs for user-principal 'alice', client-id 'c' are producer_byte_rate=1024.0\n",
  )
  assert.equal((await configs('--describe', '--user', 'alice')).stdout, '', 'a user without credentials is no error')
  await configs('--alter', '--user', 'alice', '--add-config', 'SCRAM-SHA-256=[iterations=8192,password=secret]')
  assert.equal(
    (await configs('--describe', '--user', 'alice')).stdout,
    "SCRAM credential configs for user-principal 'alice' are SCRAM-SHA-256=iterations=8192\n",
  )
  await configs('--alter', '--ip-defaults', '--add-config', 'connection_creation_rate=50')
  assert.equal(
    (await configs('--describe', '--entity-type', 'ips')).stdout,
    'Quota configs for the default ip are connection_creation_rate=50.0\n',
  )
  await configs('--alter', '--group', 'queue', '--add-config', 'share.auto.offset.reset=earliest')
  assert.match((await configs('--describe', '--group', 'queue')).stdout, /\n {2}share\.auto\.offset\.reset=earliest /)
})
