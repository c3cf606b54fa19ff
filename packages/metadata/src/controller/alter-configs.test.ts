import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { configsOf } from '../image/metadata-image.ts'
import { ControllerFixture } from '../testing/controller-fixture.ts'

const TOPIC = 2
const BROKER = 4
const CLIENT_METRICS = 16
const GROUP = 32
const SET = 0
const DELETE = 1
const APPEND = 2
const SUBTRACT = 3

type Operation = readonly [name: string, operation: number, value: string | null]
type Changes = readonly (readonly [type: number, name: string, operations: readonly Operation[]])[]

interface Answer {
  readonly errorCode: number
  readonly errorMessage: string | null
}

function incremental(controller: ControllerFixture, changes: Changes, validateOnly = false): Answer[] {
  const resources = changes.map(([resourceType, resourceName, operations]) => ({
    resourceType,
    resourceName,
    configs: operations.map(([name, configOperation, value]) => ({ name, configOperation, value })),
  }))
  return controller
    .run('incrementalAlterConfigs', { resources, validateOnly })
    .responses.map(({ errorCode, errorMessage }) => ({ errorCode, errorMessage }))
}

function replace(
  controller: ControllerFixture,
  resourceType: number,
  resourceName: string,
  configs: Record<string, string | null>,
): Answer {
  const entries = Object.entries(configs).map(([name, value]) => ({ name, value }))
  const { responses } = controller.run('alterConfigs', {
    resources: [{ resourceType, resourceName, configs: entries }],
    validateOnly: false,
  })
  const { errorCode, errorMessage } = responses[0]!
  return { errorCode, errorMessage }
}

function configsIn(controller: ControllerFixture, resourceType: number, resourceName: string): Record<string, string> {
  return Object.fromEntries(configsOf(controller.image, { resourceType, resourceName }))
}

function withTopic(configs: Record<string, string> = {}): ControllerFixture {
  const controller = new ControllerFixture()
  controller.createTopic('a', { configs })
  controller.takeLog()
  return controller
}

const OK = { errorCode: 0, errorMessage: null }

describe('IncrementalAlterConfigs', () => {
  test('sets, deletes, adds to lists and takes from them', () => {
    const controller = withTopic({ 'segment.ms': '7' })
    const configs = () => configsIn(controller, TOPIC, 'a')
    assert.deepEqual(
      incremental(controller, [
        [
          TOPIC,
          'a',
          [
            ['retention.ms', SET, '100'],
            ['segment.ms', DELETE, null],
          ],
        ],
      ]),
      [OK],
    )
    assert.deepEqual(configs(), { 'retention.ms': '100' })
    assert.deepEqual(controller.takeLog(), [
      'Config resourceType=2 resourceName=a name=segment.ms',
      'Config resourceType=2 resourceName=a name=retention.ms value=100',
    ])
    incremental(controller, [[TOPIC, 'a', [['cleanup.policy', APPEND, 'compact']]]])
    assert.equal(configs()['cleanup.policy'], 'delete,compact')
    incremental(controller, [[TOPIC, 'a', [['cleanup.policy', APPEND, 'compact']]]])
    assert.equal(configs()['cleanup.policy'], 'delete,compact')
    incremental(controller, [[TOPIC, 'a', [['cleanup.policy', SUBTRACT, 'delete']]]])
    assert.equal(configs()['cleanup.policy'], 'compact')
    incremental(controller, [[TOPIC, 'a', [['cleanup.policy', SUBTRACT, 'compact']]]])
    assert.equal(configs()['cleanup.policy'], '')
  })

  test('what does not change is not written, what is only validated neither', () => {
    const controller = withTopic({ 'retention.ms': '5' })
    assert.deepEqual(
      incremental(controller, [
        [
          TOPIC,
          'a',
          [
            ['retention.ms', SET, '5'],
            ['nope', DELETE, null],
          ],
        ],
      ]),
      [OK],
    )
    assert.deepEqual(incremental(controller, [[TOPIC, 'a', [['retention.ms', SET, '6']]]], true), [OK])
    assert.deepEqual(controller.takeLog(), [])
  })

  test('brokers, all brokers, groups and client metrics', () => {
    const controller = withTopic()
    const answers = incremental(controller, [
      [
        BROKER,
        '1',
        [
          ['log.retention.ms', SET, '1000'],
          ['listener.name.plaintext.ssl.keystore.location', SET, '/x'],
        ],
      ],
      [
        BROKER,
        '',
        [
          ['log.cleanup.policy', APPEND, 'compact'],
          ['unheard.of', SET, 'x'],
        ],
      ],
      [GROUP, 'g', [['consumer.session.timeout.ms', SET, '50000']]],
      [CLIENT_METRICS, 'cm', [['match', SET, 'client_id=a.*']]],
    ])
    assert.deepEqual(answers, [OK, OK, OK, OK])
    assert.equal(configsIn(controller, BROKER, '')['log.cleanup.policy'], 'delete,compact')
    assert.deepEqual(configsIn(controller, GROUP, 'g'), { 'consumer.session.timeout.ms': '50000' })
    assert.deepEqual(configsIn(controller, CLIENT_METRICS, 'cm'), { match: 'client_id=a.*' })
  })

  test('one resource twice is refused both times', () => {
    const controller = withTopic()
    const twice = incremental(controller, [
      [TOPIC, 'a', [['retention.ms', SET, '1']]],
      [TOPIC, 'a', [['segment.ms', SET, '1']]],
    ])
    assert.deepEqual(
      twice.map(({ errorMessage }) => errorMessage),
      Array(2).fill('Each resource must appear at most once.'),
    )
    assert.deepEqual(controller.takeLog(), [])
  })

  // Codes and words are those of Apache Kafka 4.3.1.
  const refused: readonly (readonly [number, string, readonly Operation[], number, string | null])[] = [
    [TOPIC, 'nope', [['retention.ms', SET, '1']], 3, "The topic 'nope' does not exist."],
    [TOPIC, 'nope', [['nope', SET, 'x']], 40, 'Unknown topic config name: nope'],
    [TOPIC, '', [], 42, 'Default topic resources are not allowed.'],
    [
      TOPIC,
      'a b',
      [],
      17,
      "Topic name is invalid: 'a b' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'",
    ],
    [TOPIC, 'a', [['nope', SET, 'x']], 40, 'Unknown topic config name: nope'],
    [
      TOPIC,
      'a',
      [['retention.ms', SET, 'x']],
      40,
      'Invalid value x for configuration retention.ms: Not a number of type LONG',
    ],
    [TOPIC, 'a', [['retention.ms', SET, null]], 42, 'Null value not supported for : retention.ms'],
    [
      TOPIC,
      'a',
      [
        ['retention.ms', SET, '1'],
        ['retention.ms', DELETE, null],
      ],
      42,
      'Error due to duplicate config keys',
    ],
    [TOPIC, 'a', [['retention.ms', APPEND, '5']], 40, "Can't APPEND to key retention.ms because its type is not LIST."],
    [TOPIC, 'a', [['nope', SUBTRACT, '5']], 40, "Can't SUBTRACT to key nope because its type is not LIST."],
    [
      TOPIC,
      'a',
      [['cleanup.policy', APPEND, 'foo']],
      40,
      'Invalid value foo for configuration cleanup.policy: String must be one of: compact, delete',
    ],
    [
      BROKER,
      '1',
      [['listeners', SET, 'x']],
      42,
      'listeners: the value "x" is not allowed: "x" must be NAME://host:port with a port from 0 to 65535.',
    ],
    [TOPIC, 'a', [['retention.ms', 9, '5']], -1, null],
    [
      TOPIC,
      'a',
      [
        ['min.compaction.lag.ms', SET, '10'],
        ['max.compaction.lag.ms', SET, '5'],
      ],
      40,
      'conflict topic config setting min.compaction.lag.ms (10) > max.compaction.lag.ms (5)',
    ],
    [
      TOPIC,
      'a',
      [['remote.storage.enable', SET, 'true']],
      40,
      'Tiered Storage functionality is disabled in the broker. Topic cannot be configured with remote log storage.',
    ],
    [BROKER, '7', [['log.cleaner.threads', SET, '2']], 42, 'Unexpected broker id, expected 1, but received 7'],
    [BROKER, 'x', [], 42, 'Node id must be an integer, but it is: x'],
    [BROKER, '1', [['num.partitions', SET, '3']], 42, 'Cannot update these configs dynamically: [num.partitions]'],
    [
      BROKER,
      '',
      [['listeners', SET, 'PLAINTEXT://localhost:1']],
      42,
      'Cannot update these configs at default cluster level, broker id must be specified: [listeners]',
    ],
    [
      BROKER,
      '1',
      [['ssl.keystore.password', SET, 'x']],
      42,
      'These security configs can be dynamically updated only per-listener using the listener prefix: [ssl.keystore.password]',
    ],
    [
      BROKER,
      '',
      [['log.retention.ms', SET, 'x']],
      42,
      'Invalid value x for configuration log.retention.ms: Not a number of type LONG',
    ],
    [
      BROKER,
      '1',
      [['min.insync.replicas', SET, '2']],
      40,
      'Broker-level min.insync.replicas cannot be altered while ELR is enabled.',
    ],
    [
      BROKER,
      '',
      [['min.insync.replicas', DELETE, null]],
      40,
      'Cluster-level min.insync.replicas cannot be removed while ELR is enabled.',
    ],
    [
      BROKER,
      '1',
      [['max.connections.per.ip.overrides', SET, 'foo']],
      42,
      'max.connections.per.ip.overrides: the value "foo" is not allowed: "foo" must be host:count.',
    ],
    [
      BROKER,
      '',
      [['log.retention.ms', SET, '0']],
      42,
      'requirement failed: log.retention.ms must be unlimited (-1) or, greater than or equal to 1',
    ],
    [GROUP, '', [], 42, 'Default group resources are not allowed.'],
    [GROUP, 'g', [['nope', SET, '1']], 40, 'Unknown group config name: nope'],
    [
      GROUP,
      'g',
      [['consumer.session.timeout.ms', SET, '1']],
      40,
      'consumer.session.timeout.ms must be greater than or equal to group.consumer.min.session.timeout.ms',
    ],
    [
      GROUP,
      'g',
      [['consumer.session.timeout.ms', SET, '70000']],
      40,
      'consumer.session.timeout.ms must be less than or equal to group.consumer.max.session.timeout.ms',
    ],
    [
      GROUP,
      'g',
      [['share.record.lock.duration.ms', SET, '500']],
      40,
      'Invalid value 500 for configuration share.record.lock.duration.ms: Value must be at least 1000',
    ],
    [
      GROUP,
      'g',
      [['share.delivery.count.limit', SET, '50']],
      40,
      'share.delivery.count.limit must be less than or equal to group.share.max.delivery.count.limit',
    ],
    [
      GROUP,
      'g',
      [['streams.num.standby.replicas', SET, '5']],
      40,
      'streams.num.standby.replicas must be less than or equal to group.streams.max.standby.replicas',
    ],
    [CLIENT_METRICS, '', [], 42, "Subscription name can't be empty"],
    [CLIENT_METRICS, 'cm', [['nope', SET, '1']], 42, 'Unknown client metrics configuration: nope'],
    [
      CLIENT_METRICS,
      'cm',
      [['interval.ms', SET, '50']],
      42,
      'Invalid value 50 for interval.ms, interval must be between 100 and 3600000 (1 hour)',
    ],
    [
      CLIENT_METRICS,
      'cm',
      [['interval.ms', SET, 'x']],
      40,
      'Invalid value x for configuration interval.ms: Not a number of type INT',
    ],
    [CLIENT_METRICS, 'cm', [['match', SET, 'client_id=[']], 40, 'Illegal client matching pattern: client_id=['],
    [CLIENT_METRICS, 'cm', [['match', SET, 'nope=x']], 40, 'Illegal client matching pattern: nope=x'],
    [CLIENT_METRICS, 'cm', [['metrics', APPEND, 'x']], 40, "Can't APPEND to key metrics because its type is not LIST."],
    [0, 'x', [], 42, 'Unknown resource type 0'],
    [99, 'x', [], 42, 'Unknown resource type 99'],
  ]
  for (const [type, name, operations, errorCode, errorMessage] of refused) {
    test(`refused with ${errorCode}: ${JSON.stringify([type, name, operations])}`, () => {
      const controller = withTopic()
      assert.deepEqual(incremental(controller, [[type, name, operations]]), [{ errorCode, errorMessage }])
      assert.deepEqual(controller.takeLog(), [])
    })
  }
})

describe('AlterConfigs', () => {
  test('is all that holds afterwards', () => {
    const controller = withTopic({ 'segment.ms': '7', 'retention.ms': '1' })
    assert.deepEqual(replace(controller, TOPIC, 'a', { 'retention.ms': '2', 'flush.ms': '3' }), OK)
    assert.deepEqual(configsIn(controller, TOPIC, 'a'), { 'retention.ms': '2', 'flush.ms': '3' })
    assert.deepEqual(replace(controller, TOPIC, 'a', {}), OK)
    assert.deepEqual(configsIn(controller, TOPIC, 'a'), {})
    assert.equal(controller.image.configs.has('2:a'), false)
  })

  test('refuses as the other does', () => {
    const controller = withTopic()
    const code = (type: number, name: string, configs: Record<string, string | null>) =>
      replace(controller, type, name, configs).errorCode
    assert.equal(code(TOPIC, 'nope', {}), 3)
    assert.equal(code(TOPIC, 'a', { nope: '1' }), 40)
    assert.equal(code(TOPIC, 'a', { 'retention.ms': null }), 42)
    assert.equal(code(BROKER, '2', {}), 42)
    assert.equal(code(8, '1', { x: 'INFO' }), 42)
    assert.match(
      replace(controller, BROKER, '', { 'log.retention.ms': '1000' }).errorMessage ?? '',
      /^Cluster-level min\.insync\.replicas/,
    )
    assert.deepEqual(controller.takeLog(), [])
  })
})
