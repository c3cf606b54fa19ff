import { apis } from '../src/apis.ts'
import { history } from '../src/history.ts'
import type { Session } from '../src/session.ts'

const { describeConfigs, alterConfigs, incrementalAlterConfigs, listConfigResources, describeCluster, apiVersions } =
  apis
const TOPIC = 2
const BROKER = 4
const LOGGER = 8
const METRICS = 16
const GROUP = 32

interface Asked {
  readonly type: number
  readonly name: string
  readonly keys?: readonly string[] | null
}

const describe = (s: Session, ...asked: readonly Asked[]) =>
  s.send(describeConfigs, {
    resources: asked.map(({ type, name, keys = null }) => ({
      resourceType: type,
      resourceName: name,
      configurationKeys: keys,
    })),
    includeSynonyms: true,
    includeDocumentation: true,
  })

type Op = readonly [name: string, operation: number, value: string | null]

const alter = (s: Session, type: number, name: string, ops: readonly Op[], validateOnly = false) =>
  s.send(incrementalAlterConfigs, {
    resources: [
      {
        resourceType: type,
        resourceName: name,
        configs: ops.map(([key, configOperation, value]) => ({ name: key, configOperation, value })),
      },
    ],
    validateOnly,
  })

const replace = (
  s: Session,
  type: number,
  name: string,
  configs: Record<string, string | null>,
  validateOnly = false,
) =>
  s.send(alterConfigs, {
    resources: [
      {
        resourceType: type,
        resourceName: name,
        configs: Object.entries(configs).map(([key, value]) => ({ name: key, value })),
      },
    ],
    validateOnly,
  })

export const histories = [
  history('of a topic', describeConfigs, async (s) => {
    const { name } = await s.topic('orders', { configs: { 'retention.ms': '1000', 'cleanup.policy': 'compact' } })
    await describe(s, { type: TOPIC, name })
    await describe(s, { type: TOPIC, name, keys: ['retention.ms', 'nonsense', 'retention.ms'] })
    await describe(s, { type: TOPIC, name, keys: [] })
    await describe(s, { type: TOPIC, name: s.name('missing') }, { type: TOPIC, name: '' }, { type: TOPIC, name: 'a b' })
    await describe(s)
    await describe(s, { type: TOPIC, name, keys: ['retention.ms'] }, { type: TOPIC, name, keys: ['segment.ms'] })
  }),

  history('values with spaces, and in another notation', [describeConfigs, incrementalAlterConfigs], async (s) => {
    const { name } = await s.topic('orders')
    await alter(s, TOPIC, name, [
      ['retention.ms', 0, ' 5 '],
      ['min.cleanable.dirty.ratio', 0, '1'],
      ['cleanup.policy', 0, ' compact , delete '],
      ['unclean.leader.election.enable', 0, ' TRUE '],
    ])
    await describe(s, { type: TOPIC, name })
    const [group, metrics] = [s.name('g'), s.name('m')]
    await alter(s, GROUP, group, [['consumer.session.timeout.ms', 0, ' 50000 ']])
    await alter(s, METRICS, metrics, [
      ['interval.ms', 0, ' 5000 '],
      ['metrics', 0, ' a , b '],
    ])
    await describe(s, { type: GROUP, name: group }, { type: METRICS, name: metrics })
  }),

  history(
    'of a broker',
    describeConfigs,
    async (s) => {
      await describe(s, { type: BROKER, name: '1' })
      await describe(s, { type: BROKER, name: '' })
      await describe(s, { type: BROKER, name: '1', keys: ['num.partitions', 'log.retention.ms', 'nonsense'] })
      for (const name of ['2', 'abc', '-1']) await describe(s, { type: BROKER, name })
    },
    { alone: true },
  ),

  history('of loggers, metrics, groups, and what is none of these', describeConfigs, async (s) => {
    await describe(s, { type: LOGGER, name: '2' })
    await describe(s, { type: LOGGER, name: '' })
    await describe(s, { type: LOGGER, name: 'abc' })
    await describe(s, { type: METRICS, name: s.name('m') })
    await describe(s, { type: METRICS, name: '' })
    await describe(s, { type: GROUP, name: s.name('g') })
    await describe(s, { type: GROUP, name: '' })
    for (const type of [0, 1, 3, 64, -1, 127]) await describe(s, { type, name: 'x' })
  }),

  history('one by one', incrementalAlterConfigs, async (s) => {
    const { name } = await s.topic('orders')
    const ops: Op[][] = [
      [['retention.ms', 0, '1000']],
      [
        ['retention.ms', 0, '2000'],
        ['segment.ms', 0, '3000'],
      ],
      [['cleanup.policy', 2, 'compact']],
      [['cleanup.policy', 2, 'compact']],
      [['cleanup.policy', 3, 'delete']],
      [['cleanup.policy', 3, 'compact']],
      [['retention.ms', 1, null]],
      [['retention.ms', 1, 'x']],
      [['nonsense', 1, null]],
      [['nonsense', 0, '1']],
      [['retention.ms', 0, null]],
      [['retention.ms', 0, 'abc']],
      [['retention.ms', 0, '']],
      [['retention.ms', 2, '5']],
      [['retention.ms', 3, '5']],
      [['retention.ms', 9, '5']],
      [['retention.ms', -1, '5']],
      [
        ['retention.ms', 0, '1'],
        ['retention.ms', 1, null],
      ],
      [['', 0, '1']],
      [['cleanup.policy', 2, null]],
      [['cleanup.policy', 2, 'nonsense']],
      [['min.insync.replicas', 0, '2']],
      [['segment.bytes', 0, '10']],
      [['follower.replication.throttled.replicas', 2, '0:1']],
      [],
    ]
    for (const each of ops) await alter(s, TOPIC, name, each)
    await describe(s, { type: TOPIC, name })
    await alter(s, TOPIC, name, [['retention.ms', 0, '77']], true)
    await alter(s, TOPIC, name, [['retention.ms', 0, 'abc']], true)
    await describe(s, { type: TOPIC, name, keys: ['retention.ms'] })
    await alter(s, TOPIC, s.name('missing'), [['retention.ms', 0, '1']])
    await alter(s, TOPIC, '', [['retention.ms', 0, '1']])
    await alter(s, TOPIC, 'a b', [['retention.ms', 0, '1']])
  }),

  history('what is wrong with operations and with names', incrementalAlterConfigs, async (s) => {
    for (const type of [TOPIC, GROUP, METRICS, BROKER, 77]) {
      for (const name of type === BROKER ? ['abc', '1'] : ['', 'a b']) {
        await alter(s, type, name, [['nonsense', 3, '1']], true)
        await alter(s, type, name, [['nonsense', 9, '1']], true)
        await alter(s, type, name, [['nonsense', 0, null]], true)
      }
    }
  }),

  history('the same resource twice, and several', incrementalAlterConfigs, async (s) => {
    const { name } = await s.topic('orders')
    const one = (value: string, resourceName = name) => ({
      resourceType: TOPIC,
      resourceName,
      configs: [{ name: 'retention.ms', configOperation: 0, value }],
    })
    const send = (...resources: ReturnType<typeof one>[]) =>
      s.send(incrementalAlterConfigs, { resources, validateOnly: false })
    await send(one('1'), one('2'))
    await send(one('3'), one('4', s.name('missing')))
    await send()
    await describe(s, { type: TOPIC, name, keys: ['retention.ms'] })
  }),

  history(
    'of a broker, one by one',
    incrementalAlterConfigs,
    async (s) => {
      for (const name of ['1', '', '2', 'abc']) {
        await alter(s, BROKER, name, [['log.cleaner.threads', 0, '2']], true)
        await alter(s, BROKER, name, [['nonsense', 0, '2']], true)
        await alter(s, BROKER, name, [['log.retention.ms', 0, 'abc']], true)
        await alter(s, BROKER, name, [['node.id', 0, '5']], true)
        await alter(s, BROKER, name, [['listeners', 0, 'x']], true)
      }
      for (const name of ['1', '']) {
        await alter(s, BROKER, name, [['log.retention.ms', 0, '123456789']])
        const { name: topic } = await s.topic(`orders-${name}`)
        await describe(s, { type: TOPIC, name: topic, keys: ['retention.ms'] })
        await describe(s, { type: BROKER, name, keys: ['log.retention.ms', 'log.retention.hours'] })
        await alter(s, BROKER, name, [['log.retention.ms', 1, null]])
        await describe(s, { type: BROKER, name, keys: ['log.retention.ms'] })
      }
    },
    { alone: true },
  ),

  history('of loggers, metrics, groups, and what is none of these', incrementalAlterConfigs, async (s) => {
    await alter(s, LOGGER, '1', [['org.apache.kafka.nonsense', 0, 'NONSENSE']])
    await alter(s, LOGGER, '2', [['kafka', 0, 'INFO']])
    await alter(s, LOGGER, '', [['kafka', 0, 'INFO']])
    await alter(s, METRICS, s.name('m'), [['interval.ms', 0, '5000']])
    await alter(s, METRICS, s.name('m'), [['interval.ms', 0, '5']])
    await alter(s, METRICS, s.name('m'), [
      ['match', 0, 'client_id=x'],
      ['metrics', 0, 'a.b'],
    ])
    await alter(s, METRICS, s.name('m'), [['match', 0, 'nonsense=x']])
    await describe(s, { type: METRICS, name: s.name('m') })
    await alter(s, GROUP, s.name('g'), [['consumer.session.timeout.ms', 0, '50000']])
    await alter(s, GROUP, s.name('g'), [['consumer.session.timeout.ms', 0, '1']])
    await alter(s, GROUP, s.name('g'), [['nonsense', 0, '1']])
    await describe(s, { type: GROUP, name: s.name('g') })
    await s.send(listConfigResources, { resourceTypes: [] })
    await alter(s, METRICS, s.name('m'), [
      ['interval.ms', 1, null],
      ['match', 1, null],
      ['metrics', 1, null],
    ])
    await alter(s, GROUP, s.name('g'), [['consumer.session.timeout.ms', 1, null]])
    for (const type of [0, 1, 3, 64, -1, 127]) await alter(s, type, 'x', [['a', 0, 'b']])
  }),

  history('all at once', alterConfigs, async (s) => {
    const { name } = await s.topic('orders', { configs: { 'segment.ms': '1000' } })
    await replace(s, TOPIC, name, { 'retention.ms': '1000' }, true)
    await replace(s, TOPIC, name, { 'retention.ms': '1000' })
    await describe(s, { type: TOPIC, name })
    await replace(s, TOPIC, name, { nonsense: '1' })
    await replace(s, TOPIC, name, { 'retention.ms': 'abc' })
    await replace(s, TOPIC, name, { 'retention.ms': null })
    await replace(s, TOPIC, name, {})
    await describe(s, { type: TOPIC, name, keys: ['retention.ms', 'segment.ms'] })
    await replace(s, TOPIC, s.name('missing'), { 'retention.ms': '1' })
    await replace(s, TOPIC, '', { 'retention.ms': '1' })
    await replace(s, BROKER, '2', { 'log.retention.ms': '1' }, true)
    await replace(s, LOGGER, '1', { kafka: 'INFO' })
    for (const type of [0, 1, 3, -1]) await replace(s, type, 'x', { a: 'b' })
  }),

  history('resources that have configs', listConfigResources, async (s) => {
    await s.topic('orders')
    for (const resourceTypes of [
      [],
      [TOPIC],
      [BROKER],
      [LOGGER],
      [METRICS],
      [GROUP],
      [TOPIC, BROKER],
      [0],
      [99],
      [-1],
    ]) {
      await s.send(listConfigResources, { resourceTypes })
    }
  }),

  history('the cluster', describeCluster, async (s) => {
    for (const endpointType of [1, 2, 0, 3]) {
      for (const asked of [false, true]) {
        const body = { includeClusterAuthorizedOperations: asked, endpointType, includeFencedBrokers: asked }
        await s.send(describeCluster, body)
      }
    }
  }),

  history('who asks, and how it is called', apiVersions, async (s) => {
    const names = [
      ['client', '1.0'],
      ['', ''],
      ['-x', '1'],
      ['a b', '1'],
      ['a', '1.0-'],
      ['a.b-c', '1_0'],
    ] as const
    for (const [clientSoftwareName, clientSoftwareVersion] of names) {
      await s.send(apiVersions, { clientSoftwareName, clientSoftwareVersion })
    }
  }),

  history('versions that nobody speaks', apiVersions, async (s) => {
    for (const version of [5, 99, -1, 32767]) {
      const header = Buffer.from('00120000000000070004746573740000', 'hex')
      header.writeInt16BE(version, 2)
      await s.raw('ApiVersions', header)
    }
  }),

  history('what is no request', apiVersions, async (s) => {
    for (const hex of [
      '',
      '00',
      '0012',
      '00120000000000',
      '0012000000000007',
      '00120000000000070004746573',
      '00630000000000070000',
      'ffff0000000000070000',
      '0003000d0000000700007465',
      '00030063000000070000',
      '00000002000000070000',
      '0012000300000007000000ff',
    ]) {
      await s.raw('bytes', Buffer.from(hex, 'hex'))
    }
  }),
]
