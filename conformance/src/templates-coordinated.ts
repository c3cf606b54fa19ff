// Requests about what coordinators decide: transactions, groups whose members are told what they own, share groups.
import { apis } from './apis.ts'
import type { Random } from './random.ts'
import { batch } from './records.ts'
import { producing } from './requests.ts'
import { made, type State, type Template } from './template.ts'

/** A producer of a transactional id, as the broker has last named it. */
export interface TransactionalProducer {
  readonly transactionalId: string
  producerId: number
  producerEpoch: number
  /** The next sequence number, by topic and partition. */
  readonly sequences: Map<string, number>
}

const topicOf = (random: Random, { topics }: State) => random.pick(topics)

const producerOf = (random: Random, { transactional }: State): TransactionalProducer => random.pick(transactional)

/** The identity that each of these requests begins with. */
function identity(random: Random, state: State) {
  const { transactionalId, producerId, producerEpoch } = producerOf(random, state)
  return { transactionalId, producerId, producerEpoch }
}

export const transactionTemplates: Readonly<Record<string, Template>> = {
  'InitProducerId of a transaction': (random, state) => {
    const known = identity(random, state)
    const none = { ...known, producerId: -1, producerEpoch: -1 }
    const isNew = known.producerId < 0 || random.chance(0.7)
    return made(apis.initProducerId, { ...(isNew ? none : known), transactionTimeoutMs: 60_000 })
  },
  'Produce in a transaction': (random, state) => {
    const { transactionalId, producerId, producerEpoch, sequences } = producerOf(random, state)
    const topic = topicOf(random, state)
    const baseSequence = sequences.get(topic.name) ?? 0
    sequences.set(topic.name, baseSequence + 1)
    const records = batch(['k=v'], { producerId, producerEpoch, baseSequence, isTransactional: true }, Date.now())
    return made(apis.produce, { ...producing(topic, records), transactionalId })
  },
  AddPartitionsToTxn: (random, state) => {
    const { transactionalId, producerId, producerEpoch } = producerOf(random, state)
    const topics = [{ name: topicOf(random, state).name, partitions: [0] }]
    return made(apis.addPartitionsToTxn, {
      transactions: [{ transactionalId, producerId, producerEpoch, verifyOnly: random.chance(0.2), topics }],
      v3AndBelowTransactionalId: transactionalId,
      v3AndBelowProducerId: producerId,
      v3AndBelowProducerEpoch: producerEpoch,
      v3AndBelowTopics: topics,
    })
  },
  AddOffsetsToTxn: (random, state) =>
    made(apis.addOffsetsToTxn, { ...identity(random, state), groupId: random.pick(state.groups) }),
  TxnOffsetCommit: (random, state) => {
    const partitions = [
      { partitionIndex: 0, committedOffset: random.below(9), committedLeaderEpoch: 0, committedMetadata: '' },
    ]
    return made(apis.txnOffsetCommit, {
      ...identity(random, state),
      groupId: random.pick(state.groups),
      generationId: -1,
      memberId: '',
      groupInstanceId: null,
      topics: [{ name: topicOf(random, state).name, partitions }],
    })
  },
  EndTxn: (random, state) => made(apis.endTxn, { ...identity(random, state), committed: random.chance(0.6) }),
  DescribeTransactions: (_, { transactional }) =>
    made(apis.describeTransactions, { transactionalIds: transactional.map(({ transactionalId }) => transactionalId) }),
  ListTransactions: (random) =>
    made(apis.listTransactions, {
      stateFilters: random.chance(0.5) ? [] : ['Ongoing', 'CompleteCommit'],
      producerIdFilters: [],
      durationFilter: -1,
      transactionalIdPattern: null,
    }),
  DescribeProducers: (random, state) =>
    made(apis.describeProducers, { topics: [{ name: topicOf(random, state).name, partitionIndexes: [0] }] }),
  WriteTxnMarkers: (random, state) => {
    const { producerId, producerEpoch } = producerOf(random, state)
    const topics = [{ name: topicOf(random, state).name, partitionIndexes: [0] }]
    const marker = { producerId, producerEpoch, transactionResult: false, topics, coordinatorEpoch: 0 }
    return made(apis.writeTxnMarkers, { markers: [{ ...marker, transactionVersion: 0 }] })
  },
}

export const memberTemplates: Readonly<Record<string, Template>> = {
  ConsumerGroupHeartbeat: (random, state) => {
    const memberId = random.pick(state.consumers)
    const memberEpoch = random.chance(0.3) ? 0 : (state.memberEpochs.get(memberId) ?? 0)
    const joins = memberEpoch === 0
    return made(apis.consumerGroupHeartbeat, {
      groupId: random.chance(0.1) ? state.groups[0]! : state.consumerGroup,
      memberId,
      memberEpoch: random.chance(0.1) ? -1 : memberEpoch,
      instanceId: null,
      rackId: null,
      rebalanceTimeoutMs: joins ? 30_000 : -1,
      subscribedTopicNames: joins || random.chance(0.3) ? [topicOf(random, state).name] : null,
      subscribedTopicRegex: null,
      serverAssignor: random.pick([null, null, 'uniform', 'range']),
      topicPartitions: joins ? [] : null,
    })
  },
  ConsumerGroupDescribe: (_, state) =>
    made(apis.consumerGroupDescribe, {
      groupIds: [state.consumerGroup, ...state.groups],
      includeAuthorizedOperations: false,
    }),
  ShareGroupDescribe: (_, state) =>
    made(apis.shareGroupDescribe, {
      groupIds: [state.shareGroup, state.queue.groupId],
      includeAuthorizedOperations: false,
    }),
}

const stateOf = (random: Random, state: State, partition: object) => {
  const topics = [{ topicId: topicOf(random, state).id, partitions: [{ partition: 0, ...partition }] }]
  return { groupId: state.shareGroup, topics }
}

export const shareTemplates: Readonly<Record<string, Template>> = {
  InitializeShareGroupState: (random, state) =>
    made(
      apis.initializeShareGroupState,
      stateOf(random, state, { stateEpoch: random.below(3), startOffset: random.below(3) }) as never,
    ),
  ReadShareGroupState: (random, state) =>
    made(apis.readShareGroupState, stateOf(random, state, { leaderEpoch: random.below(2) }) as never),
  ReadShareGroupStateSummary: (random, state) =>
    made(apis.readShareGroupStateSummary, stateOf(random, state, { leaderEpoch: random.below(2) }) as never),
  WriteShareGroupState: (random, state) => {
    const firstOffset = random.below(5)
    const deliveryState = random.pick([0, 2, 4])
    const stateBatches = [{ firstOffset, lastOffset: firstOffset + random.below(3), deliveryState, deliveryCount: 1 }]
    return made(
      apis.writeShareGroupState,
      stateOf(random, state, {
        stateEpoch: random.below(3),
        leaderEpoch: random.below(2),
        startOffset: random.below(3),
        deliveryCompleteCount: -1,
        stateBatches: random.chance(0.5) ? stateBatches : [],
      }) as never,
    )
  },
  DeleteShareGroupState: (random, state) => made(apis.deleteShareGroupState, stateOf(random, state, {}) as never),
  DescribeShareGroupOffsets: (random, state) => {
    const topics = [{ topicName: topicOf(random, state).name, partitions: [0] }]
    const groupId = random.pick([state.queue.groupId, state.shareGroup, state.missing])
    return made(apis.describeShareGroupOffsets, { groups: [{ groupId, topics: random.chance(0.5) ? null : topics }] })
  },
  DeleteShareGroupOffsets: (random, state) => {
    const topics = [{ topicName: topicOf(random, state).name }]
    return made(apis.deleteShareGroupOffsets, { groupId: random.pick([state.queue.groupId, state.groups[0]!]), topics })
  },
}
