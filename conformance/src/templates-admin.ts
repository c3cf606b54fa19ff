// Requests of administrators. What would change something for other histories is only looked at (validateOnly).
import { apis } from './apis.ts'
import type { Random } from './random.ts'
import { made, type State, type Template } from './template.ts'

const topicOf = (random: Random, { topics }: State) => random.pick(topics)

const aclFilter = {
  resourceTypeFilter: 1,
  resourceNameFilter: null,
  patternTypeFilter: 3,
  principalFilter: null,
  hostFilter: null,
  operation: 1,
  permissionType: 1,
}

export const adminTemplates: Readonly<Record<string, Template>> = {
  AlterPartitionReassignments: (random, state) => {
    const partitions = [{ partitionIndex: random.below(2), replicas: random.pick([[1], null, [2], [1, 2]]) }]
    const topics = [{ name: topicOf(random, state).name, partitions }]
    return made(apis.alterPartitionReassignments, { timeoutMs: 30_000, topics })
  },
  ListPartitionReassignments: (random, state) => {
    const topics = [{ name: topicOf(random, state).name, partitionIndexes: [0, 1] }]
    return made(apis.listPartitionReassignments, { timeoutMs: 30_000, topics })
  },
  ElectLeaders: (random, state) => {
    const topicPartitions = [{ topic: topicOf(random, state).name, partitions: [random.below(3)] }]
    return made(apis.electLeaders, { electionType: random.below(2), topicPartitions, timeoutMs: 30_000 })
  },
  DescribeLogDirs: (random, state) =>
    made(apis.describeLogDirs, { topics: [{ topic: topicOf(random, state).name, partitions: [0, 1] }] }),
  AlterReplicaLogDirs: (random, state) =>
    made(apis.alterReplicaLogDirs, {
      dirs: [{ path: '/nowhere', topics: [{ name: topicOf(random, state).name, partitions: [0] }] }],
    }),
  DescribeClientQuotas: (random, state) => {
    const component = { entityType: 'user', matchType: 0, match: state.newName }
    return made(apis.describeClientQuotas, { components: [component], strict: random.chance(0.5) })
  },
  AlterClientQuotas: (random, state) => {
    const entity = [{ entityType: 'user', entityName: state.newName }]
    const key = random.pick(['producer_byte_rate', 'consumer_byte_rate', 'request_percentage'])
    const ops = [{ key, value: 1e9 + random.below(3), remove: random.chance(0.3) }]
    return made(apis.alterClientQuotas, { entries: [{ entity, ops }], validateOnly: true })
  },
  DescribeUserScramCredentials: (_, state) =>
    made(apis.describeUserScramCredentials, { users: [{ name: state.newName }] }),
  AlterUserScramCredentials: (random, state) => {
    const name = state.newName
    const secret = { iterations: 4096, salt: Uint8Array.of(1), saltedPassword: Uint8Array.of(2) }
    const upsertions = random.chance(0.5) ? [{ name, mechanism: 1, ...secret }] : []
    return made(apis.alterUserScramCredentials, {
      deletions: upsertions.length > 0 ? [] : [{ name, mechanism: 1 }],
      upsertions,
    })
  },
  UpdateFeatures: (random) => {
    const feature = random.pick(['transaction.version', 'group.version', 'share.version', 'nonsense'])
    const update = { feature, maxVersionLevel: random.below(3), allowDowngrade: true, upgradeType: 1 + random.below(3) }
    return made(apis.updateFeatures, { timeoutMs: 30_000, featureUpdates: [update], validateOnly: true })
  },
  DescribeQuorum: (random) =>
    made(apis.describeQuorum, {
      topics: [{ topicName: '__cluster_metadata', partitions: [{ partitionIndex: random.chance(0.8) ? 0 : 1 }] }],
    }),
  SaslHandshake: (random) => made(apis.saslHandshake, { mechanism: random.pick(['PLAIN', 'SCRAM-SHA-256', 'OTHER']) }),
  SaslAuthenticate: (random) =>
    made(apis.saslAuthenticate, { authBytes: random.pick([Uint8Array.of(), Uint8Array.of(0, 97, 0, 98)]) }),
  UnregisterBroker: () => made(apis.unregisterBroker, { brokerId: 7 }),
  DescribeAcls: () => made(apis.describeAcls, aclFilter),
  CreateAcls: (_, state) => {
    const pattern = { resourceType: 2, resourceName: state.newName, resourcePatternType: 3 }
    return made(apis.createAcls, {
      creations: [{ ...pattern, principal: 'User:anna', host: '*', operation: 3, permissionType: 3 }],
    })
  },
  DeleteAcls: () => made(apis.deleteAcls, { filters: [aclFilter] }),
}
