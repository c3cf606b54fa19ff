// For each API a request that fits the state, to be played as it is or with something in it changed.
import { ZERO_UUID } from '@milena/protocol'
import { apis } from './apis.ts'
import type { Random } from './random.ts'
import { fetching, listing, producing } from './requests.ts'
import { made, type State, type Template } from './template.ts'
import { adminTemplates } from './templates-admin.ts'
import { memberTemplates, shareTemplates, transactionTemplates } from './templates-coordinated.ts'
import { queueTemplates } from './templates-queues.ts'

const topicOf = (random: Random, { topics }: State) => random.pick(topics)
const groupOf = (random: Random, { groups }: State) => random.pick(groups)
const memberOf = (random: Random, { members }: State) => members.at(-1) ?? random.pick(['', 'nobody'])

/** A member of the group, and the generation or epoch that it was told. */
function participant(random: Random, state: State, groupId: string): { memberId: string; generationId: number } {
  const { generationId } = state
  if (groupId !== state.consumerGroup) return { memberId: memberOf(random, state), generationId }
  const memberId = random.pick(state.consumers)
  return { memberId, generationId: state.memberEpochs.get(memberId) ?? generationId }
}

/** What no consumer would say of itself. */
const noSubscriptions = [
  { name: 'range', metadata: Uint8Array.of(0, 1) },
  { name: 'sticky', metadata: Uint8Array.of(2) },
]

/** What a consumer says (ConsumerProtocolSubscription, version 0). */
function subscriptionsTo(topicName: string) {
  const text = Buffer.from(topicName)
  const bytes = Buffer.concat([Buffer.from([0, 0, 0, 0, 0, 1, 0, text.length]), text, Buffer.alloc(4, 0xff)])
  return ['range', 'sticky'].map((name) => ({ name, metadata: new Uint8Array(bytes) }))
}

/** The group that speaks the classic protocol, or now and then the one whose members do not. */
const classicGroupOf = (random: Random, { groups, consumerGroup }: State): string =>
  random.chance(0.15) ? consumerGroup : groups[0]!

const config = (random: Random) =>
  random.pick(['retention.ms=5000', 'flush.ms=6000', 'cleanup.policy=delete']).split('=')

const topicTemplates: Readonly<Record<string, Template>> = {
  Metadata: (random, state) => {
    const { name, id } = topicOf(random, state)
    const byId = random.chance(0.2)
    return made(apis.metadata, {
      topics: [{ name: byId ? (null as never) : name, topicId: byId ? id : ZERO_UUID }],
      allowAutoTopicCreation: false,
      includeClusterAuthorizedOperations: false,
      includeTopicAuthorizedOperations: false,
    })
  },
  CreateTopics: (random, { newName }) => {
    const [name, value] = config(random)
    const topic = {
      name: `${newName}${random.below(3)}`,
      numPartitions: 1,
      replicationFactor: 1,
      assignments: random.chance(0.2) ? [{ partitionIndex: 0, brokerIds: [1] }] : [],
      configs: random.chance(0.5) ? [{ name: name!, value: value! }] : [],
    }
    return made(apis.createTopics, { topics: [topic], timeoutMs: 30_000, validateOnly: random.chance(0.2) })
  },
  DeleteTopics: (random, { newName }) => {
    const name = `${newName}${random.below(3)}`
    return made(apis.deleteTopics, { topics: [{ name, topicId: ZERO_UUID }], topicNames: [name], timeoutMs: 30_000 })
  },
  CreatePartitions: (random, state) => {
    const { name } = topicOf(random, state)
    const topics = [{ name, count: 2 + random.below(3), assignments: random.chance(0.2) ? [{ brokerIds: [1] }] : null }]
    return made(apis.createPartitions, { topics, timeoutMs: 30_000, validateOnly: random.chance(0.3) })
  },
  DescribeTopicPartitions: (random, state) =>
    made(apis.describeTopicPartitions, {
      topics: state.topics.map(({ name }) => ({ name })),
      responsePartitionLimit: 2000,
      cursor: random.chance(0.5) ? { topicName: topicOf(random, state).name, partitionIndex: random.below(2) } : null,
    }),
}

const logTemplates: Readonly<Record<string, Template>> = {
  Produce: (random, state) => made(apis.produce, producing(topicOf(random, state), state.newRecords(random))),
  Fetch: (random, state) => {
    const sessionId = random.chance(0.5) ? (state.sessionIds.at(-1) ?? 0) : 0
    const sessionEpoch = sessionId === 0 ? random.pick([0, -1]) : state.sessionEpoch
    const partition = { partition: random.below(2), currentLeaderEpoch: random.pick([-1, 0]) }
    const body = fetching(topicOf(random, state), random.below(4), partition, { sessionId, sessionEpoch })
    return made(apis.fetch, { ...body, maxBytes: 1 << 20, isolationLevel: random.below(2), forgottenTopicsData: [] })
  },
  ListOffsets: (random, state) => made(apis.listOffsets, listing(topicOf(random, state), random.pick([-1, -2, -3]))),
  DeleteRecords: (random, state) => {
    const partitions = [{ partitionIndex: 0, offset: random.below(3) }]
    return made(apis.deleteRecords, { topics: [{ name: topicOf(random, state).name, partitions }], timeoutMs: 30_000 })
  },
  OffsetForLeaderEpoch: (random, state) => {
    const partitions = [{ partition: 0, currentLeaderEpoch: random.pick([-1, 0]), leaderEpoch: 0 }]
    const topics = [{ topic: topicOf(random, state).name, partitions }]
    return made(apis.offsetForLeaderEpoch, { replicaId: -1, topics })
  },
  InitProducerId: () =>
    made(apis.initProducerId, {
      transactionalId: null,
      transactionTimeoutMs: 60_000,
      producerId: -1,
      producerEpoch: -1,
    }),
}

const groupTemplates: Readonly<Record<string, Template>> = {
  JoinGroup: (random, state) => {
    const groupId = classicGroupOf(random, state)
    const isConsumers = groupId === state.consumerGroup
    // Who comes with a member id to a consumer group that has none makes Kafka forget the group (differences.md).
    const isEmpty = isConsumers && ![...state.memberEpochs.values()].some((epoch) => epoch > 0)
    const isSubscribed = isConsumers && !isEmpty && random.chance(0.7)
    return made(apis.joinGroup, {
      groupId,
      sessionTimeoutMs: 30_000,
      // Longer than what is left of the history, shorter than what the runner takes for silence.
      rebalanceTimeoutMs: 10_000,
      memberId: isEmpty ? '' : isConsumers ? random.pick(state.consumers) : (state.members.at(-1) ?? ''),
      groupInstanceId: random.chance(0.2) ? 'anna' : null,
      protocolType: 'consumer',
      protocols: isSubscribed ? subscriptionsTo(topicOf(random, state).name) : noSubscriptions,
    })
  },
  SyncGroup: (random, state) => {
    const groupId = classicGroupOf(random, state)
    const { memberId, generationId } = participant(random, state, groupId)
    return made(apis.syncGroup, {
      groupId,
      generationId,
      memberId,
      protocolType: 'consumer',
      protocolName: 'range',
      groupInstanceId: null,
      assignments: [{ memberId, assignment: Uint8Array.of(7) }],
    })
  },
  Heartbeat: (random, state) => {
    const groupId = classicGroupOf(random, state)
    return made(apis.heartbeat, { groupId, ...participant(random, state, groupId), groupInstanceId: null })
  },
  LeaveGroup: (random, state) => {
    const groupId = random.pick([groupOf, classicGroupOf])(random, state)
    const { memberId } = participant(random, state, groupId)
    return made(apis.leaveGroup, { groupId, memberId, members: [{ memberId, groupInstanceId: null }] })
  },
  DescribeGroups: (_, { groups }) => made(apis.describeGroups, { groups, includeAuthorizedOperations: false }),
  ListGroups: () => made(apis.listGroups, { statesFilter: ['Stable', 'Empty'], typesFilter: ['classic'] }),
  DeleteGroups: (random, state) => made(apis.deleteGroups, { groupsNames: [groupOf(random, state)] }),
  FindCoordinator: (random, state) => {
    const key = groupOf(random, state)
    return made(apis.findCoordinator, { key, keyType: 0, coordinatorKeys: [key] })
  },
}

const offsetTemplates: Readonly<Record<string, Template>> = {
  OffsetCommit: (random, state) => {
    const { name, id } = topicOf(random, state)
    const asMember = random.chance(0.4)
    const partitions = [
      { partitionIndex: 0, committedOffset: random.below(9), committedLeaderEpoch: 0, committedMetadata: '' },
    ]
    return made(apis.offsetCommit, {
      groupId: asMember ? state.groups[0]! : groupOf(random, state),
      generationIdOrMemberEpoch: asMember ? state.generationId : -1,
      memberId: asMember ? memberOf(random, state) : '',
      groupInstanceId: null,
      retentionTimeMs: -1,
      topics: [{ name, topicId: id, partitions }],
    })
  },
  OffsetFetch: (random, state) => {
    const groupId = groupOf(random, state)
    const { name, id } = topicOf(random, state)
    const topics = random.chance(0.5) ? null : [{ name, topicId: id, partitionIndexes: [0, 1] }]
    return made(apis.offsetFetch, {
      groupId,
      topics: topics ?? [],
      groups: [{ groupId, memberId: null, memberEpoch: -1, topics }],
      requireStable: random.chance(0.3),
    })
  },
  OffsetDelete: (random, state) => {
    const topics = [{ name: topicOf(random, state).name, partitions: [{ partitionIndex: 0 }] }]
    return made(apis.offsetDelete, { groupId: groupOf(random, state), topics })
  },
}

const configTemplates: Readonly<Record<string, Template>> = {
  DescribeConfigs: (random, state) => {
    const configurationKeys = random.chance(0.5) ? ['retention.ms', 'cleanup.policy'] : null
    const resources = [{ resourceType: 2, resourceName: topicOf(random, state).name, configurationKeys }]
    return made(apis.describeConfigs, { resources, includeSynonyms: true, includeDocumentation: false })
  },
  AlterConfigs: (random, state) => {
    const [name, value] = config(random)
    const configs = [{ name: name!, value: value! }]
    const resources = [{ resourceType: 2, resourceName: topicOf(random, state).name, configs }]
    return made(apis.alterConfigs, { resources, validateOnly: random.chance(0.3) })
  },
  IncrementalAlterConfigs: (random, state) => {
    const [name, value] = config(random)
    const configs = [{ name: name!, configOperation: random.below(2), value: value! }]
    const resources = [{ resourceType: 2, resourceName: topicOf(random, state).name, configs }]
    return made(apis.incrementalAlterConfigs, { resources, validateOnly: random.chance(0.3) })
  },
  ListConfigResources: (random) => made(apis.listConfigResources, { resourceTypes: [random.pick([2, 4])] }),
  DescribeCluster: () =>
    made(apis.describeCluster, {
      includeClusterAuthorizedOperations: false,
      endpointType: 1,
      includeFencedBrokers: false,
    }),
  ApiVersions: () => made(apis.apiVersions, { clientSoftwareName: 'a', clientSoftwareVersion: '1' }),
}

export const templates: Readonly<Record<string, Template>> = {
  ...topicTemplates,
  ...logTemplates,
  ...groupTemplates,
  ...offsetTemplates,
  ...configTemplates,
  ...transactionTemplates,
  ...memberTemplates,
  ...shareTemplates,
  ...queueTemplates,
  ...adminTemplates,
}
