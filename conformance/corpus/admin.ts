// What an administrator asks of one node: replicas, leaders, folders, quotas, features, credentials.
import { apis } from '../src/apis.ts'
import { history } from '../src/history.ts'
import { batch } from '../src/records.ts'
import { producing } from '../src/requests.ts'
import type { Session } from '../src/session.ts'

const { alterPartitionReassignments, listPartitionReassignments, electLeaders, describeLogDirs } = apis
const { alterReplicaLogDirs, alterClientQuotas, describeClientQuotas, updateFeatures, describeQuorum } = apis
const { unregisterBroker, describeUserScramCredentials, alterUserScramCredentials } = apis
const { describeAcls, createAcls, deleteAcls, saslHandshake, saslAuthenticate } = apis

const reassign = (
  s: Session,
  name: string,
  partitionIndex: number,
  replicas: readonly number[] | null,
  more: object = {},
) =>
  s.send(alterPartitionReassignments, {
    timeoutMs: 30_000,
    topics: [{ name, partitions: [{ partitionIndex, replicas }] }],
    ...more,
  })

type Entity = Readonly<Record<string, string | null>>

const entityOf = (entity: Entity) =>
  Object.entries(entity).map(([entityType, entityName]) => ({ entityType, entityName }))

const setQuotas = (s: Session, entity: Entity, ops: Readonly<Record<string, number | null>>, validateOnly = false) =>
  s.send(alterClientQuotas, {
    entries: [
      {
        entity: entityOf(entity),
        ops: Object.entries(ops).map(([key, value]) => ({ key, value: value ?? 0, remove: value === null })),
      },
    ],
    validateOnly,
  })

type Filter = readonly [entityType: string, matchType: number, match: string | null]

const quotasOf = (s: Session, strict: boolean, ...filters: readonly Filter[]) =>
  s.send(describeClientQuotas, {
    components: filters.map(([entityType, matchType, match]) => ({ entityType, matchType, match })),
    strict,
  })

const update = (s: Session, feature: string, maxVersionLevel: number, upgradeType: number, validateOnly = true) =>
  s.send(updateFeatures, {
    timeoutMs: 30_000,
    featureUpdates: [{ feature, maxVersionLevel, allowDowngrade: upgradeType !== 1, upgradeType }],
    validateOnly,
  })

const filter = (more: object = {}) => ({
  resourceTypeFilter: 1,
  resourceNameFilter: null,
  patternTypeFilter: 3,
  principalFilter: null,
  hostFilter: null,
  operation: 1,
  permissionType: 1,
  ...more,
})

const credential = (name: string, more: object = {}) => ({
  name,
  mechanism: 1,
  iterations: 4096,
  salt: Uint8Array.of(1, 2, 3),
  saltedPassword: Uint8Array.of(4, 5, 6),
  ...more,
})

export const histories = [
  history('replicas moved to where they are, and to where nothing is', alterPartitionReassignments, async (s) => {
    const { name } = await s.topic('orders', { partitions: 2 })
    await reassign(s, name, 0, [1])
    await reassign(s, name, 0, null)
    for (const replicas of [[2], [1, 2], [1, 1], [], [-1]]) await reassign(s, name, 0, replicas)
    for (const replicas of [[2], [1, 2]]) {
      await reassign(s, name, 0, replicas, { allowReplicationFactorChange: false })
    }
    await reassign(s, name, 5, [1])
    await reassign(s, name, -1, null)
    await reassign(s, s.name('missing'), 0, [1])
    await reassign(s, '', 0, null)
    await s.send(alterPartitionReassignments, { timeoutMs: 30_000, topics: [] })
    await s.send(alterPartitionReassignments, { timeoutMs: 30_000, topics: [{ name, partitions: [] }] })
    await s.send(listPartitionReassignments, { timeoutMs: 30_000, topics: null })
    await s.send(listPartitionReassignments, { timeoutMs: 30_000, topics: [] })
    await s.send(listPartitionReassignments, {
      timeoutMs: 30_000,
      topics: [
        { name, partitionIndexes: [0, 1, 9] },
        { name: s.name('missing'), partitionIndexes: [0] },
      ],
    })
  }),

  history('leaders elected where they lead', electLeaders, async (s) => {
    const { name } = await s.topic('orders', { partitions: 2 })
    const elect = (electionType: number, topicPartitions: { topic: string; partitions: number[] }[]) =>
      s.send(electLeaders, { electionType, topicPartitions, timeoutMs: 30_000 })
    for (const electionType of [0, 1]) {
      await elect(electionType, [{ topic: name, partitions: [0, 1] }])
      await elect(electionType, [{ topic: name, partitions: [7, -1] }])
      await elect(electionType, [{ topic: s.name('missing'), partitions: [0] }])
      await elect(electionType, [{ topic: '', partitions: [0] }])
      await elect(electionType, [])
    }
    await elect(2, [])
    await elect(2, [{ topic: name, partitions: [0] }])
  }),

  history(
    'folders of logs',
    describeLogDirs,
    async (s) => {
      const topic = await s.topic('orders', { partitions: 2 })
      const describe = (topics: { topic: string; partitions: number[] }[] | null) => s.send(describeLogDirs, { topics })
      await describe([{ topic: topic.name, partitions: [0, 1] }])
      await s.send(apis.produce, producing(topic, batch(['a', 'b'])))
      await describe([{ topic: topic.name, partitions: [0] }])
      await describe([{ topic: topic.name, partitions: [7] }])
      await describe([{ topic: s.name('missing'), partitions: [0] }])
      await describe([])
      await describe(null)
    },
    { alone: true },
  ),

  history('replicas moved between folders', alterReplicaLogDirs, async (s) => {
    const { name } = await s.topic('orders')
    const move = (path: string, topic = name, partitions: readonly number[] = [0]) =>
      s.send(alterReplicaLogDirs, { dirs: [{ path, topics: [{ name: topic, partitions }] }] })
    await move('/nowhere')
    await move('relative')
    await move('')
    await move('/nowhere', s.name('missing'))
    await move('/nowhere', name, [0, 7])
    await s.send(alterReplicaLogDirs, { dirs: [] })
    await s.send(alterReplicaLogDirs, { dirs: [{ path: '/nowhere', topics: [] }] })
  }),

  history('quotas set, described and taken away', [alterClientQuotas, describeClientQuotas], async (s) => {
    const user = s.name('anna')
    const client = s.name('app')
    await setQuotas(s, { user }, { producer_byte_rate: 1e9 }, true)
    await quotasOf(s, true, ['user', 0, user])
    await setQuotas(s, { user }, { producer_byte_rate: 1e9, consumer_byte_rate: 2e9 })
    await setQuotas(s, { user, 'client-id': client }, { request_percentage: 900.5 })
    await setQuotas(s, { 'client-id': client }, { controller_mutation_rate: 1e6 })
    await quotasOf(s, true, ['user', 0, user])
    await quotasOf(s, false, ['user', 0, user])
    await quotasOf(s, false, ['client-id', 0, client])
    await quotasOf(s, true, ['user', 0, user], ['client-id', 0, client])
    await quotasOf(s, true, ['user', 0, user], ['client-id', 1, null])
    await quotasOf(s, true, ['user', 0, user], ['client-id', 2, null])
    await quotasOf(s, false, ['user', 0, s.name('nobody')])
    await setQuotas(s, { user }, { producer_byte_rate: null, consumer_byte_rate: 3e9 })
    await quotasOf(s, true, ['user', 0, user])
    await setQuotas(s, { user }, { consumer_byte_rate: null })
    await setQuotas(s, { user, 'client-id': client }, { request_percentage: null })
    await setQuotas(s, { 'client-id': client }, { controller_mutation_rate: null })
    await setQuotas(s, { user }, { consumer_byte_rate: null })
    await quotasOf(s, false, ['user', 0, user])
  }),

  history('quotas that cannot be', alterClientQuotas, async (s) => {
    const user = s.name('anna')
    for (const ops of [
      { nonsense: 1 },
      { producer_byte_rate: -1 },
      { producer_byte_rate: 0 },
      { producer_byte_rate: 1.5 },
      { producer_byte_rate: Number.NaN },
      { request_percentage: -0.1 },
      { connection_creation_rate: 5 },
      {},
    ]) {
      await setQuotas(s, { user }, ops, true)
    }
    for (const entity of [
      {},
      { nonsense: 'x' },
      { user: '' },
      { ip: '1.2.3.4' },
      { ip: 'not an address' },
      { user, ip: '1.2.3.4' },
    ] as Entity[]) {
      await setQuotas(s, entity, { producer_byte_rate: 1e9 }, true)
    }
    await setQuotas(s, { ip: '1.2.3.4' }, { connection_creation_rate: 5 }, true)
    await setQuotas(s, { ip: null }, { connection_creation_rate: 5 }, true)
    const entity = entityOf({ user })
    const op = { key: 'producer_byte_rate', value: 1e9, remove: false }
    await s.send(alterClientQuotas, { entries: [{ entity, ops: [op, op] }], validateOnly: true })
    await s.send(alterClientQuotas, {
      entries: [
        { entity, ops: [op] },
        { entity, ops: [op] },
      ],
      validateOnly: true,
    })
    await s.send(alterClientQuotas, { entries: [{ entity: [...entity, ...entity], ops: [op] }], validateOnly: true })
    await s.send(alterClientQuotas, { entries: [], validateOnly: false })
  }),

  history('filters of quotas that cannot be', describeClientQuotas, async (s) => {
    await quotasOf(s, true)
    for (const each of [
      ['nonsense', 0, 'x'],
      ['', 0, 'x'],
      ['user', 3, null],
      ['user', -1, null],
      ['user', 0, null],
      ['user', 1, 'x'],
      ['user', 2, 'x'],
      ['ip', 0, '1.2.3.4'],
    ] as Filter[]) {
      await quotasOf(s, true, each)
    }
    await quotasOf(s, true, ['user', 0, 'x'], ['user', 0, 'y'])
    await quotasOf(s, true, ['user', 0, 'x'], ['ip', 0, 'y'])
  }),

  history('features that are looked at only', updateFeatures, async (s) => {
    if (s.version(updateFeatures) < 1) return
    for (const upgradeType of [1, 2, 3, 0, 4]) {
      for (const level of [0, 1, 2, 99, -1]) await update(s, 'transaction.version', level, upgradeType)
    }
    for (const [feature, level] of [
      ['nonsense', 1],
      ['', 1],
      ['metadata.version', 99],
      ['metadata.version', 1],
      ['metadata.version', 30],
      ['kraft.version', 1],
      ['kraft.version', 0],
      ['group.version', 0],
      ['share.version', 1],
    ] as const) {
      for (const upgradeType of [1, 2]) await update(s, feature, level, upgradeType)
    }
    await s.send(updateFeatures, { timeoutMs: 30_000, featureUpdates: [], validateOnly: true })
  }),

  history(
    'features lowered and raised',
    updateFeatures,
    async (s) => {
      if (s.version(updateFeatures) < 1) return
      await update(s, 'nonsense', 1, 1, false)
      await update(s, 'transaction.version', 1, 2, false)
      await s.send(apis.apiVersions, { clientSoftwareName: 'conformance', clientSoftwareVersion: '1' })
      await update(s, 'transaction.version', 2, 1, false)
      await update(s, 'transaction.version', 2, 1, false)
      await s.send(apis.apiVersions, { clientSoftwareName: 'conformance', clientSoftwareVersion: '1' })
    },
    { alone: true },
  ),

  history('the quorum', describeQuorum, async (s) => {
    const describe = (topicName: string, partitionIndex: number) =>
      s.send(describeQuorum, { topics: [{ topicName, partitions: [{ partitionIndex }] }] })
    await describe('__cluster_metadata', 0)
    await describe('__cluster_metadata', 1)
    await describe(s.name('missing'), 0)
    await s.send(describeQuorum, { topics: [] })
  }),

  history('a broker that is not', unregisterBroker, async (s) => {
    // One that is would be gone for all histories to come.
    for (const brokerId of [2, -1]) await s.send(unregisterBroker, { brokerId })
  }),

  history('credentials of users', [alterUserScramCredentials, describeUserScramCredentials], async (s) => {
    const user = s.name('anna')
    const describe = (...names: string[]) =>
      s.send(describeUserScramCredentials, { users: names.map((name) => ({ name })) })
    const change = (deletions: { name: string; mechanism: number }[], upsertions: ReturnType<typeof credential>[]) =>
      s.send(alterUserScramCredentials, { deletions, upsertions })
    await describe(user, s.name('nobody'))
    await change([], [credential(user)])
    await change([], [credential(user, { mechanism: 2, iterations: 8192 })])
    await describe(user)
    await describe(user, user)
    await describe('')
    await change([{ name: user, mechanism: 1 }], [])
    await describe(user)
    await change([{ name: user, mechanism: 1 }], [])
    await change([{ name: user, mechanism: 2 }], [credential(user, { mechanism: 2 })])
    for (const more of [
      { mechanism: 0 },
      { mechanism: 3 },
      { iterations: 4095 },
      { iterations: 16_385 },
      { name: '' },
    ]) {
      await change([], [credential(user, more)])
    }
    await change([{ name: s.name('nobody'), mechanism: 0 }], [])
    await change([], [credential(user), credential(user)])
    await change([], [])
    await change([{ name: user, mechanism: 2 }], [])
    await describe(user)
  }),

  history('access that nobody controls', [describeAcls, createAcls, deleteAcls], async (s) => {
    await s.send(describeAcls, filter())
    await s.send(describeAcls, filter({ resourceTypeFilter: 2, resourceNameFilter: s.name('orders') }))
    for (const wrong of [
      { resourceTypeFilter: 0 },
      { patternTypeFilter: 0 },
      { operation: 0 },
      { permissionType: 0 },
    ]) {
      await s.send(describeAcls, filter(wrong))
    }
    const entry = {
      resourceType: 2,
      resourceName: s.name('orders'),
      resourcePatternType: 3,
      principal: 'User:anna',
      host: '*',
      operation: 3,
      permissionType: 3,
    }
    await s.send(createAcls, { creations: [entry] })
    await s.send(createAcls, { creations: [entry, { ...entry, principal: 'nonsense' }] })
    await s.send(createAcls, { creations: [] })
    await s.send(deleteAcls, { filters: [filter(), filter({ operation: 3 })] })
    await s.send(deleteAcls, { filters: [] })
  }),

  history('a handshake where nobody asks for one', [saslHandshake, saslAuthenticate], async (s) => {
    await s.trySend(saslHandshake, { mechanism: 'PLAIN' })
    await s.trySend(saslHandshake, { mechanism: '' })
    await s.trySend(saslAuthenticate, { authBytes: Uint8Array.of(0, 97, 0, 98) })
    await s.send(apis.listGroups, { statesFilter: ['nonsense'], typesFilter: [] })
  }),
]
