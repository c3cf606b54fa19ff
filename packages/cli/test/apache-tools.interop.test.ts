// Apache Kafka's own tools and ours, side by side against Apache's broker: the same command lines must print the same
// and end with the same exit code. KAFKA_LIB names a folder with the jars of Apache Kafka 4.3.1.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { Admin } from '@milena/client'
import { startApacheBroker, type ApacheBroker } from './apache-broker.ts'
import { commandOf, compareSides, runSide, sortedLines, type Comparison, type Result } from './both-tools.ts'

const lib = process.env['KAFKA_LIB'] ?? ''
const isThere = existsSync(lib)
if (!isThere && process.env['CI'] === 'true')
  throw new Error('KAFKA_LIB must name a folder with the jars of Apache Kafka')

let broker: ApacheBroker

const compare = (tool: string, argv: readonly string[], comparison: Comparison = {}): Promise<Result> =>
  compareSides(lib, tool, ['--bootstrap-server', broker.bootstrapServers, ...argv], comparison)

describe('as Apache’s tools', { skip: isThere ? false : 'KAFKA_LIB is not set' }, () => {
  before(async () => {
    broker = await startApacheBroker(lib)
  })

  after(() => broker[Symbol.asyncDispose]())

  const topics = (...argv: readonly string[]) => compare('topics', argv)

  test('kafka-topics creates', async () => {
    const created = await topics('--create', '--topic', '%one', '--partitions', '3', '--replication-factor', '1')
    assert.equal(created.stdout, 'Created topic xx-one.')
    await topics('--create', '--topic', '%one')
    await topics('--create', '--topic', '%one', '--if-not-exists')
    await topics(
      '--create',
      '--topic',
      '%dotted.name',
      '--config',
      'retention.ms=5000',
      '--config',
      'cleanup.policy=compact',
    )
    await topics('--create', '--topic', '%placed', '--replica-assignment', '1,1')
    await topics('--create', '--topic', '%b@d')
    await topics('--create', '--topic', '%three', '--replication-factor', '3')
    await topics('--create', '--topic', '%wrong', '--config', 'no.such.config=1')
    await topics('--create', '--topic', '%wrong', '--config', 'retention.ms')
    await topics('--create', '--topic', '%wrong', '--partitions', '0')
    await topics('--create', '--topic', '%wrong', '--partitions', 'many')
  })

  test('kafka-topics lists and describes', async () => {
    await topics('--list')
    await topics('--list', '--topic', 'ap-.*')
    await topics('--list', '--topic', 'none', '--exclude-internal')
    for (const argv of [
      ['--describe', '--topic', 'ap-one'],
      ['--describe', '--topic', 'ap-.*'],
      ['--describe', '--topics-with-overrides', '--topic', '.*dotted.*'],
      ['--describe', '--under-replicated-partitions'],
      ['--describe', '--at-min-isr-partitions', '--topic', 'ap-one'],
      ['--describe', '--unavailable-partitions'],
      ['--describe', '--topic', '%nothing'],
      ['--describe', '--topic', '%nothing', '--if-exists'],
      ['--describe', '--topic-id', 'AAAAAAAAAAAAAAAAAAAAZQ'],
    ]) {
      await compare('topics', argv, { anyOrder: true })
    }
  })

  test('kafka-topics alters and deletes', async () => {
    await topics('--alter', '--topic', '%one', '--partitions', '2')
    await topics('--alter', '--topic', '%one', '--partitions', '5')
    await topics('--alter', '--topic', '%nothing', '--partitions', '5')
    await topics('--alter', '--topic', '%nothing', '--partitions', '5', '--if-exists')
    await topics('--delete', '--topic', '%placed')
    await topics('--delete', '--topic', '%placed')
    await topics('--delete', '--topic', '%placed', '--if-exists')
  })

  test('kafka-topics refuses', async () => {
    await topics()
    await topics('--list', '--describe')
    await topics('--list', '--bogus')
    await topics('--create')
    await topics('--alter', '--topic', 'x', '--partitions', '1', '--config', 'a=b')
    await topics('--describe', '--topics-with-overrides', '--unavailable-partitions')
    await topics('--list', '--topic', 'a', '--topic', 'b')
    await topics('-list', '--topic=ap-one')
    await topics('--help')
    await topics('--version')
  })

  test('the console tools write and read', async () => {
    const produce = (input: string, ...argv: readonly string[]) =>
      compare('console-producer', ['--topic', '%one', ...argv], { input })
    const keyed = ['--reader-property', 'parse.key=true']
    await compare('console-producer', ['--topic', '%plain'], { input: '1\n2\n3\n' })
    await produce('a\t1\nb\t2\nc\t3\n', ...keyed)
    await produce(
      'h:1,i:2\tk\tvalue\nj:3\tz\t\\N\n',
      '--reader-property',
      'parse.key=true',
      '--reader-property',
      'parse.headers=true',
      '--reader-property',
      'null.marker=\\N',
    )
    await produce(
      'k:v\n',
      '--property',
      'parse.key=true',
      '--property',
      'key.separator=:',
      '--compression-codec',
      'lz4',
      '--sync',
    )
    await produce('a\tb\nno key\n', '--reader-property', 'parse.key=true')
    await produce('', '--compression-codec', 'bogus')
    await produce('', '--reader-property', 'null.marker=,')
    const consume = (...argv: readonly string[]) => compare('console-consumer', argv, { anyOrder: true, stderr: false })
    const all = await consume('--topic', '%one', '--from-beginning', '--timeout-ms', '3000')
    assert.equal(sortedLines(all.stdout).trim(), '1\n2\n3\nb\nnull\nv\nvalue')
    const plain = await compare('console-consumer', ['--topic', '%plain', '--from-beginning', '--max-messages', '3'])
    assert.equal(plain.stdout, '1\n2\n3')
    const everything = ['key', 'headers', 'partition'].flatMap((name) => ['--formatter-property', `print.${name}=true`])
    await consume(
      '--topic',
      'ap-one',
      '--from-beginning',
      '--timeout-ms',
      '3000',
      ...everything,
      '--property',
      'print.offset=true',
    )
    await consume(
      '--topic',
      'ap-one',
      '--from-beginning',
      '--timeout-ms',
      '3000',
      ...everything,
      '--formatter-property',
      'print.timestamp=true',
      '--formatter-property',
      'null.literal=-',
    )
    await consume('--include', '%o.e', '--from-beginning', '--max-messages', '7')
    await consume('--topic', 'ap-one', '--partition', '0', '--offset', 'earliest', '--timeout-ms', '2000')
    await consume('--topic', '%one', '--from-beginning', '--max-messages', '7', '--group', '%group')
    await consume('--topic', '%one', '--from-beginning', '--timeout-ms', '3000', '--group', '%group')
  })

  test('the console consumer reads what the coordinators wrote', async () => {
    for (const formatter of ['OffsetsMessageFormatter', 'GroupMetadataMessageFormatter']) {
      const argv = [
        '--topic',
        '__consumer_offsets',
        '--from-beginning',
        '--timeout-ms',
        '3000',
        '--formatter',
        `org.apache.kafka.tools.consumer.${formatter}`,
      ]
      const all = ['--bootstrap-server', broker.bootstrapServers, ...argv]
      // Both read it all, but the second also what the first's own group has left there.
      const records = async (side: 'apache' | 'milena') =>
        (await runSide(lib, side, 'console-consumer', all, '')).stdout
          .split(/(?<=\})(?=\{"key")/)
          .filter((text) => !text.includes('"console-consumer-'))
      assert.deepEqual((await records('milena')).sort(), (await records('apache')).sort())
    }
  })

  test('kafka-get-offsets', async () => {
    const offsets = (...argv: readonly string[]) => compare('get-offsets', argv)
    const all = await offsets('--topic', '%one')
    assert.match(all.stdout, /^xx-one:0:\d+\nxx-one:1:\d+\n/)
    await offsets('--topic-partitions', '%one:1-3,%one:4-,%plain:0')
    await offsets('--topic', '%o.e', '--partitions', '0,2', '--time', 'earliest')
    await offsets('--topic', '%one', '--time', '-3')
    await offsets('--topic', '%one', '--time', '99999999999999')
    await offsets('--topic', '%one', '--time', 'noon')
    await offsets('--topic', '%nothing', '--exclude-internal-topics')
    await offsets('--topic', '%one', '--partitions', 'a')
    await offsets('--topic', '%one', '--topic-partitions', '%one:1')
    await offsets('--topic-partitions', 'a:b')
    await offsets('--bogus')
    await offsets('--topic', 'a', '--topic', 'b')
  })

  test('kafka-delete-records', async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'milena-delete-'))
    try {
      for (const [index, content] of [
        '{"partitions":[{"topic":"ap-plain","partition":0,"offset":1}],"version":1}',
        '{"partitions":[{"topic":"ap-plain","partition":0,"offset":99}]}',
        '{"partitions":[]}',
        '{"partitions":[{"topic":"ap-plain","partition":0,"offset":1},{"topic":"ap-plain","partition":0,"offset":2}]}',
        '{"version":2,"partitions":[]}',
        'nonsense',
        '{}',
      ].entries()) {
        const file = path.join(folder, `${index}.json`)
        await writeFile(file, content)
        await compare('delete-records', ['--offset-json-file', file])
      }
      await compare('delete-records', [])
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })

  test('kafka-log-dirs', async () => {
    const dirs = (...argv: readonly string[]) => compare('log-dirs', argv)
    const all = await dirs('--describe')
    assert.match(all.stdout, /"partition":"xx-one-0"/)
    await dirs('--describe', '--topic-list', 'ap-one,ap-plain')
    await dirs('--describe', '--broker-list', '1')
    await dirs('--describe', '--broker-list', '1,77')
    await dirs('--topic-list', 'ap-one')
    await dirs('--help')
  })

  test('kafka-consumer-groups, without members', async () => {
    const groups = (...argv: readonly string[]) => compare('consumer-groups', argv, { anyOrder: true })
    await groups('--list')
    await groups('--list', '--state')
    await groups('--list', '--type', '--state', 'empty,dead')
    await groups('--list', '--type', 'consumer')
    await groups('--list', '--state', 'bogus')
    await groups('--describe', '--group', '%group')
    await groups('--describe', '--group', '%group', '--verbose')
    await groups('--describe', '--group', '%group', '--members')
    await groups('--describe', '--group', '%group', '--state', '--verbose')
    await groups('--describe', '--group', 'nothing')
    await groups('--describe', '--all-groups')
    await groups()
    await groups('--describe')
    await groups('--list', '--members')
    await groups('--validate-regex', 'a.*(b|c)')
    await groups('--validate-regex', 'a[')
    await groups('--help')
  })

  test('kafka-consumer-groups resets', async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'milena-reset-'))
    try {
      const file = path.join(folder, 'plan.csv')
      await writeFile(file, 'ap-one,0,1\nap-one,1,99\n')
      for (const scenario of [
        ['--to-earliest'],
        ['--to-latest'],
        ['--to-current'],
        ['--to-offset', '1'],
        ['--shift-by', '-1'],
        ['--to-datetime', '2020-01-01T00:00:00.000'],
        ['--to-datetime', '2100-01-01T00:00:00.000'],
        ['--by-duration', 'PT1H'],
        ['--from-file', file],
        [],
      ]) {
        const argv = ['--reset-offsets', '--group', 'ap-group', '--topic', 'ap-one', '--dry-run', ...scenario]
        await compare('consumer-groups', argv, { anyOrder: true })
      }
      await compare(
        'consumer-groups',
        ['--reset-offsets', '--group', '%group', '--topic', '%one:0,1', '--to-offset', '1', '--execute'],
        { anyOrder: true },
      )
      await compare(
        'consumer-groups',
        ['--reset-offsets', '--group', '%group', '--all-topics', '--to-current', '--export'],
        { anyOrder: true },
      )
      await compare('consumer-groups', [
        '--reset-offsets',
        '--group',
        '%group',
        '--topic',
        'nothing',
        '--to-earliest',
        '--dry-run',
      ])
      await compare('consumer-groups', [
        '--reset-offsets',
        '--group',
        '%group',
        '--topic',
        '%one:77',
        '--to-earliest',
        '--dry-run',
      ])
      await compare('consumer-groups', ['--reset-offsets', '--group', '%group', '--to-earliest', '--dry-run'])
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })

  test('kafka-consumer-groups, with members', async () => {
    const server = ['--bootstrap-server', broker.bootstrapServers]
    for (const protocol of ['classic', 'consumer']) {
      const group = `live-${protocol}`
      const { command, args } = commandOf(lib, 'apache', 'console-consumer', [
        ...server,
        '--topic',
        '%one',
        '--group',
        group,
        '--command-property',
        `group.protocol=${protocol}`,
        '--command-property',
        'group.instance.id=i1',
      ])
      const member = spawn(command, args, { stdio: 'ignore' })
      try {
        await untilStable(group)
        for (const argv of [
          [],
          ['--verbose'],
          ['--members'],
          ['--members', '--verbose'],
          ['--state'],
          ['--state', '--verbose'],
        ]) {
          await compare('consumer-groups', ['--describe', '--group', group, ...argv], { anyOrder: true })
        }
        await compare('consumer-groups', ['--delete', '--group', group])
        await compare('consumer-groups', [
          '--reset-offsets',
          '--group',
          group,
          '--topic',
          '%one',
          '--to-earliest',
          '--execute',
        ])
        await compare('consumer-groups', ['--delete-offsets', '--group', group, '--topic', 'ap-one'])
      } finally {
        member.kill('SIGKILL')
      }
    }
  })

  test('kafka-consumer-groups deletes', async () => {
    await compare('consumer-groups', [
      '--delete-offsets',
      '--group',
      '%group',
      '--topic',
      '%one:0',
      '--topic',
      'nothing',
    ])
    await compare('consumer-groups', ['--delete-offsets', '--group', 'nothing', '--topic', '%one'])
    await compare('consumer-groups', ['--delete', '--group', '%group', '--group', 'nothing'])
    await compare('consumer-groups', ['--delete', '--group', '%group'])
  })
})

/** Until the group has a member with partitions. */
async function untilStable(group: string): Promise<void> {
  await using admin = new Admin({ bootstrapServers: broker.bootstrapServers })
  const { clock } = admin.client
  for (let tries = 0; tries < 100; tries++) {
    const described = (await admin.describeConsumerGroups([group])).get(group)!
    if (described.ok && described.value.state === 'Stable' && (await admin.listGroupOffsets(group)).size > 0) return
    await new Promise<void>((resolve) => clock.setTimer(300, resolve))
  }
  assert.fail(`${group} does not become stable`)
}
