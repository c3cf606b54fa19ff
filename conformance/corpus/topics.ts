import { apis } from '../src/apis.ts'
import { history } from '../src/history.ts'
import type { Session } from '../src/session.ts'

const { createTopics, deleteTopics, createPartitions, metadata, describeTopicPartitions } = apis
const UNKNOWN_ID = 'AbCdEfGhIjKlMnOpQrStUA'

interface NewTopic {
  readonly name: string
  readonly partitions?: number
  readonly replication?: number
  readonly assignments?: readonly (readonly number[])[]
  readonly configs?: Readonly<Record<string, string | null>>
}

function creation(s: Session, ...topics: readonly NewTopic[]) {
  return {
    timeoutMs: 30_000,
    validateOnly: false,
    topics: topics.map(({ name, partitions = 1, replication = 1, assignments = [], configs = {} }) => ({
      name: s.name(name),
      numPartitions: partitions,
      replicationFactor: replication,
      assignments: assignments.map((brokerIds, partitionIndex) => ({ partitionIndex, brokerIds })),
      configs: Object.entries(configs).map(([key, value]) => ({ name: key, value })),
    })),
  }
}

const asked = (...topics: readonly (string | { readonly id: string })[]) => ({
  topics: topics.map((topic) =>
    typeof topic === 'string' ? { name: topic, topicId: 'AAAAAAAAAAAAAAAAAAAAAA' } : { name: null, topicId: topic.id },
  ),
  allowAutoTopicCreation: false,
  includeClusterAuthorizedOperations: false,
  includeTopicAuthorizedOperations: false,
})

export const histories = [
  history('a topic is made, and described by Metadata', [createTopics, metadata], async (s) => {
    await s.send(createTopics, creation(s, { name: 'orders', partitions: 3 }))
    await s.send(metadata, asked(s.name('orders')) as never)
    await s.send(createTopics, creation(s, { name: 'orders', partitions: 3 }))
  }),

  history("the broker's defaults for -1", createTopics, async (s) => {
    await s.send(createTopics, creation(s, { name: 'orders', partitions: -1, replication: -1 }))
  }),

  history('numbers that cannot be', createTopics, async (s) => {
    for (const [partitions, replication] of [
      [0, 1],
      [-2, 1],
      [1, 0],
      [1, -2],
      [1, 2],
      [1, 32767],
    ] as const) {
      await s.send(createTopics, creation(s, { name: 'orders', partitions, replication }))
    }
  }),

  history('names that cannot be', createTopics, async (s) => {
    for (const name of ['', '.', '..', 'a b', '../../etc', 'ä', 'x'.repeat(250)]) {
      const body = creation(s, { name: 'orders' })
      await s.send(createTopics, { ...body, topics: body.topics.map((topic) => ({ ...topic, name })) })
    }
    await s.send(createTopics, creation(s, { name: 'a.b' }))
    await s.send(createTopics, creation(s, { name: 'a_b' }))
    await s.send(createTopics, creation(s, { name: 'x'.repeat(240) }))
  }),

  history('internal names, made by hand', createTopics, async (s) => {
    const body = creation(s, { name: 'orders' })
    for (const name of ['__consumer_offsets', '__cluster_metadata']) {
      await s.send(createTopics, {
        ...body,
        validateOnly: true,
        topics: body.topics.map((topic) => ({ ...topic, name })),
      })
    }
  }),

  history('assignments by hand', createTopics, async (s) => {
    const cases = [[[1]], [[1], [1]], [[2]], [[1, 1]], [[1, 2]], [[]], [[1], []], [[-1]]]
    for (const [index, assignments] of cases.entries()) {
      const topic = { name: `t${index}`, partitions: -1, replication: -1, assignments }
      await s.send(createTopics, creation(s, topic))
    }
    await s.send(createTopics, creation(s, { name: 'both', partitions: 1, replication: -1, assignments: [[1]] }))
    await s.send(createTopics, creation(s, { name: 'both', partitions: -1, replication: 1, assignments: [[1]] }))
    const body = creation(s, { name: 'gap', partitions: -1, replication: -1, assignments: [[1]] })
    const assignments = [{ partitionIndex: 1, brokerIds: [1] }]
    await s.send(createTopics, { ...body, topics: body.topics.map((topic) => ({ ...topic, assignments })) })
  }),

  history('configs, good and bad', createTopics, async (s) => {
    const cases: Record<string, string | null>[] = [
      { 'retention.ms': '1000' },
      { 'cleanup.policy': 'compact,delete', 'min.compaction.lag.ms': '5' },
      { 'cleanup.policy': '' },
      { 'cleanup.policy': 'nonsense' },
      { nonsense: '1' },
      { 'retention.ms': 'abc' },
      { 'retention.ms': '-2' },
      { 'retention.ms': null },
      { 'retention.ms': '' },
      { 'segment.bytes': '13' },
      { 'compression.type': 'brotli' },
      { 'compression.type': 'zstd', 'compression.zstd.level': '30' },
      { 'message.timestamp.type': 'LogAppendTime' },
      { 'min.insync.replicas': '0' },
      { 'min.cleanable.dirty.ratio': '1.5' },
      { 'unclean.leader.election.enable': 'maybe' },
      { 'max.message.bytes': '-1' },
      { 'retention.ms': ' 1000 ' },
      { 'retention.ms': '9223372036854775808' },
      { 'follower.replication.throttled.replicas': '0:1' },
      { 'follower.replication.throttled.replicas': 'x' },
      { 'min.compaction.lag.ms': '10', 'max.compaction.lag.ms': '5' },
      { 'remote.storage.enable': 'true' },
      { 'local.retention.ms': '5', 'retention.ms': '1' },
      { 'delete.retention.ms': '-1' },
      { 'message.format.version': '2.8' },
      { 'message.timestamp.difference.max.ms': '1' },
    ]
    for (const [index, configs] of cases.entries()) {
      await s.send(createTopics, creation(s, { name: `t${index}`, configs }))
    }
  }),

  history('only looked at', createTopics, async (s) => {
    await s.send(createTopics, { ...creation(s, { name: 'orders', partitions: 2 }), validateOnly: true })
    await s.send(createTopics, { ...creation(s, { name: 'orders', partitions: 0 }), validateOnly: true })
    await s.send(metadata, asked(s.name('orders')) as never)
  }),

  history('several in one request, two of the same name', createTopics, async (s) => {
    await s.send(createTopics, creation(s, { name: 'a' }, { name: 'b', partitions: 0 }, { name: 'c' }))
    await s.send(createTopics, creation(s, { name: 'd' }, { name: 'd' }, { name: 'e' }))
    await s.send(createTopics, creation(s))
  }),

  history('a topic goes, by name and by id', deleteTopics, async (s) => {
    const first = await s.topic('first')
    const second = await s.topic('second')
    const none = 'AAAAAAAAAAAAAAAAAAAAAA'
    const drop = (topicNames: string[], topics: { name: string | null; topicId: string }[]) =>
      s.send(deleteTopics, { topicNames, topics, timeoutMs: 30_000 })
    await drop([first.name], [{ name: first.name, topicId: none }])
    await drop([first.name], [{ name: first.name, topicId: none }])
    await drop([s.name('never')], [{ name: null, topicId: second.id }])
    await drop([], [{ name: null, topicId: second.id }])
    await drop([''], [{ name: null, topicId: UNKNOWN_ID }])
    await drop(['x y'], [{ name: second.name, topicId: second.id }])
    await drop(['.'], [{ name: null, topicId: none }])
    await drop(['..'], [{ name: '', topicId: none }])
    const third = await s.topic('third')
    const fourth = { name: third.name, topicId: none }
    await drop([third.name, third.name], [fourth, fourth])
    await drop([third.name, s.name('no')], [fourth, { name: null, topicId: third.id }])
    await drop(
      [third.name, s.name('no')],
      [
        { name: third.name, topicId: none },
        { name: s.name('no'), topicId: none },
      ],
    )
  }),

  history('more partitions, and numbers that cannot be', createPartitions, async (s) => {
    const { name } = await s.topic('orders', { partitions: 2 })
    const grow = (count: number, assignments: number[][] | null = null, validateOnly = false) =>
      s.send(createPartitions, {
        topics: [{ name, count, assignments: assignments?.map((brokerIds) => ({ brokerIds })) ?? null }],
        timeoutMs: 30_000,
        validateOnly,
      })
    await grow(3, null, true)
    await grow(3)
    for (const count of [3, 2, 0, -1]) await grow(count)
    await grow(4, [[1]])
    await grow(5, [[2]])
    await grow(5, [[1, 1]])
    await grow(5, [[1], [1]])
    await grow(6, [[1]])
    await grow(5, [[]])
    await grow(5, [])
    const topic = { name: s.name('missing'), count: 2, assignments: null }
    await s.send(createPartitions, { topics: [topic], timeoutMs: 30_000, validateOnly: false })
    await s.send(createPartitions, { topics: [topic, topic], timeoutMs: 30_000, validateOnly: false })
    const internal = { name: '__cluster_metadata', count: 60, assignments: null }
    await s.send(createPartitions, { topics: [internal], timeoutMs: 30_000, validateOnly: true })
    await s.send(metadata, asked(name) as never)
  }),

  history('asked by name and by id', metadata, async (s) => {
    const { name, id } = await s.topic('orders', { partitions: 2 })
    await s.send(metadata, asked(name, s.name('missing'), name) as never)
    await s.send(metadata, asked('', 'a b', '..') as never)
    await s.send(metadata, { ...asked(), topics: null } as never)
    await s.send(metadata, asked() as never)
    const byId = (topicId: string, other: string | null) =>
      s.trySend(metadata, { ...asked(), topics: [{ name: other as never, topicId }] })
    await byId(id, null)
    await byId(UNKNOWN_ID, null)
    await byId(id, name)
    await byId('AAAAAAAAAAAAAAAAAAAAAA', null)
  }),

  history('a topic that is made by being asked for', metadata, async (s) => {
    const body = { ...asked(s.name('new'), 'a b'), allowAutoTopicCreation: true }
    await s.send(metadata, body as never)
    await s.until(metadata, body as never, ({ topics }) =>
      topics.some(({ errorCode, partitions }) => errorCode === 0 && partitions[0]?.errorCode === 0),
    )
  }),

  history('what one may do', metadata, async (s) => {
    const { name } = await s.topic('orders')
    const all = { includeClusterAuthorizedOperations: true, includeTopicAuthorizedOperations: true }
    await s.send(metadata, { ...asked(name, s.name('missing')), ...all } as never)
  }),

  history('page by page', describeTopicPartitions, async (s) => {
    const a = await s.topic('a', { partitions: 3 })
    const b = await s.topic('b', { partitions: 2 })
    const describe = (names: string[], limit: number, cursor: { topicName: string; partitionIndex: number } | null) =>
      s.trySend(describeTopicPartitions, {
        topics: names.map((name) => ({ name })),
        responsePartitionLimit: limit,
        cursor,
      })
    await describe([a.name, b.name], 2000, null)
    await describe([b.name, a.name, a.name], 2, null)
    await describe([a.name, b.name], 2, { topicName: a.name, partitionIndex: 2 })
    await describe([a.name, b.name], 1, { topicName: b.name, partitionIndex: 1 })
    await describe([a.name, b.name], 1, { topicName: b.name, partitionIndex: 7 })
    await describe([a.name, b.name], 1, { topicName: s.name('zz'), partitionIndex: 0 })
    await describe([a.name], 2, { topicName: a.name, partitionIndex: -1 })
    for (const name of [s.name('missing'), 'a b', '', '..']) await describe([name], 2, null)
    await describe([a.name], 0, null)
    await describe([a.name], -1, null)
  }),
]
