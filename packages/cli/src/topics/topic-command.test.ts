import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { ConfigEntry, PartitionDescription } from '@milena/client'
import { capture } from '../testing/captured-io.ts'
import { topicFilter } from './topic-filter.ts'
import { formatPartition, formatTopic, replicationFactorOf } from './topic-output.ts'

const partition: PartitionDescription = {
  partition: 2,
  leaderId: 1,
  replicas: [1, 2, 3],
  isr: [1, 3],
  elr: [2],
  lastKnownElr: [],
}

describe('output, character by character', () => {
  const config = (name: string, value: string, source: ConfigEntry['source']): ConfigEntry => ({
    name,
    value,
    source,
    isSensitive: false,
    isReadOnly: false,
    documentation: null,
    synonyms: [],
  })

  test('a topic', () => {
    const topic = { name: 't', topicId: 'k6fhphtDQ7aYZkEhF4tNAQ', isInternal: false, partitions: [partition] }
    const configs = [
      config('retention.ms', '1000', 'topic'),
      config('segment.ms', '5', 'default'),
      config('min.insync.replicas', '1', 'dynamicDefaultBroker'),
    ]
    assert.equal(
      formatTopic(topic, configs, 3),
      'Topic: t\tTopicId: k6fhphtDQ7aYZkEhF4tNAQ\tPartitionCount: 1\tReplicationFactor: 3\tConfigs: retention.ms=1000,min.insync.replicas=1',
    )
    assert.equal(
      formatTopic({ ...topic, topicId: 'AAAAAAAAAAAAAAAAAAAAAA' }, [], 3),
      'Topic: t\tPartitionCount: 1\tReplicationFactor: 3\tConfigs: ',
    )
  })

  test('a partition', () => {
    assert.equal(
      formatPartition('t', partition, undefined),
      '\tTopic: t\tPartition: 2\tLeader: 1\tReplicas: 1,2,3\tIsr: 1,3\tElr: 2\tLastKnownElr: ',
    )
    assert.equal(
      formatPartition('t', { ...partition, leaderId: undefined, elr: null, lastKnownElr: null }, undefined),
      '\tTopic: t\tPartition: 2\tLeader: none\tReplicas: 1,2,3\tIsr: 1,3\tElr: N/A\tLastKnownElr: N/A',
    )
  })

  test('a partition that is being moved', () => {
    const reassignment = { topic: 't', partition: 2, replicas: [1, 2, 3], addingReplicas: [3], removingReplicas: [1] }
    assert.match(formatPartition('t', partition, reassignment), /\tAdding Replicas: 3\tRemoving Replicas: 1\tElr: 2/)
    assert.equal(replicationFactorOf(partition, reassignment), 2)
    assert.equal(replicationFactorOf({ ...partition, replicas: [2] }, reassignment), 1)
  })
})

test('a filter matches whole names; commas separate, quotes do not count', () => {
  const names = ['a', 'ab', 'b', '__consumer_offsets']
  const found = (pattern: string | undefined, exclude = false) => names.filter(topicFilter(pattern, exclude))
  assert.deepEqual(found('a'), ['a'])
  assert.deepEqual(found('a.*'), ['a', 'ab'])
  assert.deepEqual(found('"a, b"'), ['a', 'b'])
  assert.deepEqual(found(undefined), names)
  assert.deepEqual(found('.*', true), ['a', 'ab', 'b'])
})

describe('command lines', () => {
  const server = ['--bootstrap-server', 'localhost:1']
  const refused: readonly (readonly [readonly string[], string])[] = [
    [[], 'Create, delete, describe, or change a topic.'],
    [['--help'], 'This tool helps to create, delete, describe, or change a topic.'],
    [server, 'Command must include exactly one action: --list, --describe, --create, --alter or --delete'],
    [
      [...server, '--create', '--list'],
      'Command must include exactly one action: --list, --describe, --create, --alter or --delete',
    ],
    [[...server, '--create'], 'Missing required argument "[topic]"'],
    [[...server, '--alter', '--topic', 't'], 'Missing required argument "[partitions]"'],
    [[...server, '--list', '--partitions', '3'], 'Option "[partitions]" can\'t be used with option "[list]"'],
    [[...server, '--describe', '--config', 'a=b'], 'Option "[config]" can\'t be used with option "[describe]"'],
    [
      [...server, '--create', '--topic', 't', '--replica-assignment', '1', '--partitions', '2'],
      'Option "[replica-assignment]" can\'t be used with option "[partitions]"',
    ],
    [
      [...server, '--alter', '--topic', 't', '--config', 'a=b'],
      'Option combination "[[bootstrap-server], [config]]" can\'t be used with option "[alter]" (To alter topic configurations, the kafka-configs tool can be used.)',
    ],
    [
      [...server, '--describe', '--topics-with-overrides', '--unavailable-partitions'],
      'Option "[unavailable-partitions]" can\'t be used with option "[topics-with-overrides]"',
    ],
    [[...server, '--describe', '--if-exists'], '--topic or --topic-id is required to describe a topic'],
  ]
  for (const [argv, message] of refused) {
    test(`${argv.slice(2).join(' ') || 'nothing'}: usage, and exit code 1`, async () => {
      const { exitCode, stdout, stderr } = await capture('kafka-topics', argv)
      assert.equal(exitCode, 1)
      assert.equal(stdout, '')
      const [first, second] = stderr.split('\n')
      assert.equal(first, message)
      assert.match(second!, /^Option +Description +$/)
    })
  }

  test('without a server, or with an unknown option, there is a message only', async () => {
    assert.deepEqual(await capture('kafka-topics', ['--list']), {
      exitCode: 1,
      stdout: '',
      stderr: '--bootstrap-server must be specified\n',
    })
    assert.deepEqual(await capture('topics', ['--bogus']), {
      exitCode: 1,
      stdout: '',
      stderr: 'bogus is not a recognized option\n',
    })
  })

  test('what is wrong with values is said where failures of the cluster are said', async () => {
    const create = [...server, '--create', '--topic', 't']
    const cases: readonly (readonly [readonly string[], string])[] = [
      [['--partitions', 'x'], "Cannot parse argument 'x' of option partitions"],
      [['--partitions', '0'], 'The partitions must be greater than 0'],
      [['--replication-factor', '40000'], 'The replication factor must be between 1 and 32767 inclusive'],
      [['--replica-assignment', '1:2:1'], 'Partition replica lists may not contain duplicate entries: 1'],
      [['--replica-assignment', '1,1:2'], 'Partition 1 has different replication factor: [1, 2]'],
      [
        ['--config', 'foo'],
        'requirement failed: Invalid topic config: all configs to be added must be in the format "key=val".',
      ],
    ]
    for (const [argv, message] of cases) {
      const { exitCode, stdout } = await capture('kafka-topics', [...create, ...argv])
      assert.equal(exitCode, 1)
      assert.equal(stdout, `Error while executing topic command : ${message}\n`)
    }
  })

  test('--version', async () => {
    assert.deepEqual(await capture('kafka-topics.sh', ['--version']), { exitCode: 0, stdout: '4.3.1\n', stderr: '' })
  })

  test('there are only the tools that there are', async () => {
    const { exitCode, stderr } = await capture('kafka-nothing', [])
    assert.equal(exitCode, 1)
    assert.match(stderr, /^There is no tool 'kafka-nothing'/)
  })
})
