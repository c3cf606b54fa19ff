// Queues: groups whose members share the records of a partition (KIP-932).
import type { Input, ShareAcknowledgeRequest, ShareFetchRequest, ShareGroupHeartbeatRequest } from '@milena/protocol'
import { apis } from '../src/apis.ts'
import { history } from '../src/history.ts'
import { batch } from '../src/records.ts'
import { producing } from '../src/requests.ts'
import type { Session, Topic } from '../src/session.ts'

const { shareGroupHeartbeat, shareGroupDescribe, shareFetch, shareAcknowledge, produce } = apis
const { describeShareGroupOffsets, alterShareGroupOffsets, deleteShareGroupOffsets } = apis

const UNKNOWN_ID = 'AbCdEfGhIjKlMnOpQrStUA'
const ids = { a: 'aaaaaaaaaaaaaaaaaaaaaA', b: 'bbbbbbbbbbbbbbbbbbbbbA' } as const
const ACCEPT = 1
const RELEASE = 2
const REJECT = 3
const RENEW = 4

type Beat = Partial<Input<typeof ShareGroupHeartbeatRequest>>

const beating = (s: Session, memberId: string, memberEpoch: number, more: Beat = {}) => ({
  groupId: s.name('g'),
  memberId,
  memberEpoch,
  rackId: null,
  subscribedTopicNames: null,
  ...more,
})

const beat = (s: Session, memberId: string, memberEpoch: number, more: Beat = {}) =>
  s.send(shareGroupHeartbeat, beating(s, memberId, memberEpoch, more))

const describe = (s: Session, ...groups: string[]) =>
  s.send(shareGroupDescribe, { groupIds: groups.map((name) => s.name(name)), includeAuthorizedOperations: false })

/** A group that begins with the oldest record, with one member to which the topic is assigned. */
async function joined(s: Session, topic: Topic, memberId: string = ids.a): Promise<number> {
  const configs = [{ name: 'share.auto.offset.reset', configOperation: 0, value: 'earliest' }]
  const resource = { resourceType: 32, resourceName: s.name('g'), configs }
  await s.send(apis.incrementalAlterConfigs, { resources: [resource], validateOnly: false })
  const { memberEpoch } = await beat(s, memberId, 0, { subscribedTopicNames: [topic.name] })
  const { memberEpoch: last } = await s.until(
    shareGroupHeartbeat,
    beating(s, memberId, memberEpoch, { subscribedTopicNames: [topic.name] }),
    ({ assignment }) => (assignment?.topicPartitions.length ?? 0) > 0,
  )
  return last
}

type Acks = readonly (readonly [first: number, last: number, ...types: number[]])[]

const batchesOf = (acks: Acks) =>
  acks.map(([firstOffset, lastOffset, ...acknowledgeTypes]) => ({ firstOffset, lastOffset, acknowledgeTypes }))

interface Asked {
  readonly member?: string
  readonly partition?: number
  readonly acks?: Acks
  readonly topicId?: string
}

function fetching(
  s: Session,
  topic: Topic,
  shareSessionEpoch: number,
  { member = ids.a, partition = 0, acks = [], topicId = topic.id }: Asked = {},
  more: Partial<Input<typeof ShareFetchRequest>> = {},
): Input<typeof ShareFetchRequest> {
  const partitions = [
    { partitionIndex: partition, partitionMaxBytes: 1 << 20, acknowledgementBatches: batchesOf(acks) },
  ]
  return {
    groupId: s.name('g'),
    memberId: member,
    shareSessionEpoch,
    maxWaitMs: 500,
    minBytes: 1,
    maxBytes: 1 << 20,
    maxRecords: 500,
    batchSize: 500,
    shareAcquireMode: 0,
    isRenewAck: false,
    topics: [{ topicId, partitions }],
    forgottenTopicsData: [],
    ...more,
  }
}

/** What is there is found at once, but the first fetch has the share partition read before. */
const open = (s: Session, topic: Topic, asked: Asked = {}) => s.send(shareFetch, fetching(s, topic, 0, asked))

const take = (
  s: Session,
  topic: Topic,
  epoch: number,
  asked: Asked = {},
  more: Partial<Input<typeof ShareFetchRequest>> = {},
) => s.send(shareFetch, fetching(s, topic, epoch, asked, more))

function acknowledge(
  s: Session,
  topic: Topic,
  shareSessionEpoch: number,
  { member = ids.a, partition = 0, acks = [], topicId = topic.id }: Asked,
  more: Partial<Input<typeof ShareAcknowledgeRequest>> = {},
) {
  const partitions = [{ partitionIndex: partition, acknowledgementBatches: batchesOf(acks) }]
  const topics = [{ topicId, partitions }]
  const body = { groupId: s.name('g'), memberId: member, shareSessionEpoch, isRenewAck: false, topics, ...more }
  return s.send(shareAcknowledge, body)
}

const offsets = (s: Session, topic: Topic | null, ...partitions: number[]) =>
  s.send(describeShareGroupOffsets, {
    groups: [{ groupId: s.name('g'), topics: topic === null ? null : [{ topicName: topic.name, partitions }] }],
  })

const write = (s: Session, topic: Topic, ...values: string[]) => s.send(produce, producing(topic, batch(values)))

export const histories = [
  history('a group of one: joined, assigned, gone', [shareGroupHeartbeat, shareGroupDescribe], async (s) => {
    const topic = await s.topic('orders', { partitions: 2 })
    await describe(s, 'g')
    const epoch = await joined(s, topic)
    await describe(s, 'g')
    await beat(s, ids.a, epoch)
    await s.send(apis.listGroups, { statesFilter: [], typesFilter: ['share'] })
    await beat(s, ids.a, -1)
    await describe(s, 'g', 'missing')
    await beat(s, ids.a, epoch)
    await s.send(apis.deleteGroups, { groupsNames: [s.name('g')] })
    await describe(s, 'g')
  }),

  history('requests that are refused', shareGroupHeartbeat, async (s) => {
    const topic = await s.topic('orders')
    const subscribedTopicNames = [topic.name]
    await beat(s, ids.a, 0)
    await beat(s, '', 0, { subscribedTopicNames })
    await beat(s, ids.a, 0, { subscribedTopicNames, groupId: '' })
    await beat(s, ids.a, 0, { subscribedTopicNames, rackId: '' })
    for (const epoch of [1, -1, -2]) await beat(s, ids.a, epoch)
    const last = await joined(s, topic)
    for (const epoch of [last + 1, last - 1, -2]) await beat(s, ids.a, epoch)
    await beat(s, ids.b, last)
    await beat(s, ids.a, 0, { subscribedTopicNames })
    await describe(s, 'g')
    await s.send(shareGroupDescribe, { groupIds: ['', s.name('g')], includeAuthorizedOperations: true })
    await s.send(shareGroupDescribe, { groupIds: [], includeAuthorizedOperations: false })
  }),

  history('two members have the same partition', shareGroupHeartbeat, async (s) => {
    // Of two partitions each would get one, by the hash of the topic's id.
    const topic = await s.topic('orders')
    const other = await s.topic('other')
    await joined(s, topic)
    await beat(s, ids.b, 0, { subscribedTopicNames: [topic.name] })
    await describe(s, 'g')
    await beat(s, ids.b, 4, { subscribedTopicNames: [other.name] })
    await describe(s, 'g')
    await beat(s, ids.a, -1)
    await describe(s, 'g')
  }),

  history('a group id of another kind', shareGroupHeartbeat, async (s) => {
    const topic = await s.topic('orders')
    const groupId = s.name('g')
    await joined(s, topic)
    await s.send(apis.consumerGroupHeartbeat, {
      groupId,
      memberId: ids.b,
      memberEpoch: 0,
      rebalanceTimeoutMs: 30_000,
      subscribedTopicNames: [topic.name],
      topicPartitions: [],
    })
    await s.send(apis.joinGroup, {
      groupId,
      sessionTimeoutMs: 30_000,
      rebalanceTimeoutMs: 3_000,
      memberId: '',
      groupInstanceId: null,
      protocolType: 'consumer',
      protocols: [{ name: 'range', metadata: Uint8Array.of(0, 1, 2) }],
    })
    await s.send(apis.describeGroups, { groups: [groupId], includeAuthorizedOperations: false })
    await s.send(apis.consumerGroupDescribe, { groupIds: [groupId], includeAuthorizedOperations: false })
    await s.send(apis.deleteGroups, { groupsNames: [groupId] })
    await s.send(apis.offsetFetch, {
      groupId,
      topics: null,
      groups: [{ groupId, memberId: null, memberEpoch: -1, topics: null }],
      requireStable: false,
    })
  }),

  history('records taken and accepted', [shareFetch, shareAcknowledge], async (s) => {
    const topic = await s.topic('orders')
    await write(s, topic, 'a', 'b', 'c')
    await joined(s, topic)
    await open(s, topic)
    await take(s, topic, 1)
    await acknowledge(s, topic, 2, { acks: [[0, 1, ACCEPT]] })
    await offsets(s, topic, 0)
    await take(s, topic, 3, { acks: [[2, 2, ACCEPT]] })
    await write(s, topic, 'd')
    await take(s, topic, 4)
    await acknowledge(s, topic, -1, { acks: [[3, 3, ACCEPT]] })
    await offsets(s, topic, 0)
  }),

  history('records released come again, rejected ones do not', [shareFetch, shareAcknowledge], async (s) => {
    const topic = await s.topic('orders')
    await write(s, topic, 'a', 'b', 'c', 'd')
    await joined(s, topic)
    await open(s, topic)
    await acknowledge(s, topic, 1, { acks: [[0, 3, RELEASE, REJECT, ACCEPT, RELEASE]] })
    await take(s, topic, 2)
    await acknowledge(s, topic, 3, {
      acks: [
        [0, 0, RELEASE],
        [3, 3, RELEASE],
      ],
    })
    for (let epoch = 4; epoch < 12; epoch += 2) {
      await take(s, topic, epoch)
      await acknowledge(s, topic, epoch + 1, {
        acks: [
          [0, 0, RELEASE],
          [3, 3, RELEASE],
        ],
      })
    }
    await offsets(s, topic, 0)
  }),

  history('a lock that is renewed', shareAcknowledge, async (s) => {
    const topic = await s.topic('orders')
    await write(s, topic, 'a', 'b')
    await joined(s, topic)
    await open(s, topic)
    await acknowledge(s, topic, 1, { acks: [[0, 1, RENEW]] }, { isRenewAck: true })
    await acknowledge(s, topic, 2, { acks: [[0, 0, RENEW]] })
    await acknowledge(s, topic, 3, { acks: [[0, 1, ACCEPT]] }, { isRenewAck: true })
    await offsets(s, topic, 0)
  }),

  history('acknowledgements that are refused', shareAcknowledge, async (s) => {
    const topic = await s.topic('orders')
    await write(s, topic, 'a', 'b', 'c')
    await joined(s, topic)
    await acknowledge(s, topic, 1, { acks: [[0, 0, ACCEPT]] })
    await acknowledge(s, topic, 0, { acks: [[0, 0, ACCEPT]] })
    await open(s, topic)
    const cases: Acks[] = [
      [[0, 5, ACCEPT]],
      [[5, 9, ACCEPT]],
      [[2, 1, ACCEPT]],
      [[-1, 1, ACCEPT]],
      [[0, 2, ACCEPT, ACCEPT]],
      [[0, 2]],
      [[0, 0, 7]],
      [[0, 0, -1]],
      [
        [1, 2, ACCEPT],
        [0, 0, ACCEPT],
      ],
      [
        [0, 1, ACCEPT],
        [1, 2, ACCEPT],
      ],
      [],
    ]
    let epoch = 1
    for (const acks of cases) await acknowledge(s, topic, epoch++, { acks })
    await acknowledge(s, topic, epoch++, { acks: [[0, 0, ACCEPT]], partition: 5 })
    await acknowledge(s, topic, epoch++, { acks: [[0, 0, ACCEPT]], topicId: UNKNOWN_ID })
    await acknowledge(s, topic, epoch++, { acks: [[0, 0, ACCEPT]] })
    await acknowledge(s, topic, epoch++, { acks: [[0, 0, ACCEPT]] })
    await acknowledge(s, topic, epoch, { acks: [[1, 1, ACCEPT]], member: ids.b })
    await acknowledge(s, topic, epoch + 7, { acks: [[1, 1, ACCEPT]] })
    await acknowledge(s, topic, epoch, { acks: [[1, 1, ACCEPT]] }, { groupId: '' })
    await acknowledge(s, topic, epoch, { acks: [[1, 1, ACCEPT]] }, { groupId: null })
    await acknowledge(s, topic, epoch, { acks: [[1, 1, ACCEPT]] }, { memberId: null })
  }),

  history('sessions, right and wrong', shareFetch, async (s) => {
    const topic = await s.topic('orders', { partitions: 2 })
    await write(s, topic, 'a')
    await joined(s, topic)
    await take(s, topic, 1)
    await take(s, topic, -1)
    await open(s, topic, { acks: [[0, 0, ACCEPT]] })
    await open(s, topic)
    await take(s, topic, 2)
    await take(s, topic, 1)
    await take(s, topic, 1)
    await open(s, topic)
    await take(s, topic, 1, { member: ids.b })
    await take(s, topic, 1, { member: '' })
    await take(s, topic, 1, { member: 'x'.repeat(40) })
    await take(s, topic, 1, {}, { memberId: null })
    await take(s, topic, 1, {}, { groupId: '' })
    await take(s, topic, 1, {}, { groupId: null })
    await take(s, topic, 1, {}, { groupId: s.name('other') })
    await take(s, topic, 1, {}, { topics: [], forgottenTopicsData: [{ topicId: topic.id, partitions: [0] }] })
    await take(s, topic, 2, { partition: 7 })
    await take(s, topic, 3, { topicId: UNKNOWN_ID })
    await take(s, topic, -1, {}, { topics: [] })
  }),

  history('a session that ends leaves what was read of its partitions', shareFetch, async (s) => {
    const [topic, other] = [await s.topic('orders'), await s.topic('other')]
    await write(s, topic, 'a')
    await joined(s, topic)
    await open(s, topic)
    await take(s, topic, -1, {}, { topics: [] })
    await open(s, other)
    await acknowledge(s, topic, 1, { acks: [[0, 0, ACCEPT]] })
    await acknowledge(s, other, 2, { acks: [[0, 0, ACCEPT]] })
  }),

  history('a partition without a state beside one with nothing to read', shareFetch, async (s) => {
    const [topic, other] = [await s.topic('orders'), await s.topic('other')]
    await joined(s, topic)
    await open(s, topic)
    await take(s, other, 1)
    await take(s, topic, 2)
    await write(s, topic, 'a')
    await take(s, topic, 3)
  }),

  history('two members, a record each', shareFetch, async (s) => {
    const topic = await s.topic('orders')
    await write(s, topic, 'a')
    await write(s, topic, 'b')
    await joined(s, topic)
    await beat(s, ids.b, 0, { subscribedTopicNames: [topic.name] })
    await s.send(shareFetch, fetching(s, topic, 0, {}, { maxRecords: 1, batchSize: 1 }))
    await s.send(shareFetch, fetching(s, topic, 0, { member: ids.b }), { connection: 'b' })
    await acknowledge(s, topic, 1, { acks: [[1, 1, ACCEPT]] })
    await take(s, topic, -1, {}, { topics: [] })
    await s.send(shareFetch, fetching(s, topic, 1, { member: ids.b }), { connection: 'b' })
  }),

  history('how many are taken', shareFetch, async (s) => {
    const topic = await s.topic('orders')
    for (const values of [['a', 'b', 'c'], ['d', 'e'], ['f']]) await write(s, topic, ...values)
    await joined(s, topic)
    await s.send(shareFetch, fetching(s, topic, 0, {}, { maxRecords: 2, batchSize: 2 }))
    await take(s, topic, 1, {}, { maxRecords: 1, shareAcquireMode: 1 })
    for (const maxRecords of [0, -1]) await take(s, topic, 2, {}, { maxRecords })
    await take(s, topic, 2, {}, { shareAcquireMode: 5 })
    for (const more of [{ maxRecords: 0 }, { maxBytes: 0 }]) {
      await s.send(shareFetch, fetching(s, topic, 0, { member: ids.b }, { shareAcquireMode: -1, ...more }))
    }
    await take(s, topic, 2, {}, { maxWaitMs: 0 })
    await take(s, topic, 3, {}, { maxBytes: -1 })
  }),

  history('a range across the start, of which nothing is in flight', shareAcknowledge, async (s) => {
    const topic = await s.topic('orders')
    await joined(s, topic)
    await open(s, topic)
    await acknowledge(s, topic, 1, { acks: [[-1, 0, ACCEPT]] })
    await acknowledge(s, topic, 2, { acks: [[0, 0, ACCEPT]] })
  }),

  history(
    'offsets of a group, described, altered, deleted',
    [describeShareGroupOffsets, alterShareGroupOffsets, deleteShareGroupOffsets],
    async (s) => {
      const topic = await s.topic('orders', { partitions: 2 })
      const groupId = s.name('g')
      await write(s, topic, 'a', 'b', 'c')
      await offsets(s, topic, 0, 1)
      await offsets(s, null)
      const epoch = await joined(s, topic)
      await offsets(s, topic, 0, 1)
      const alter = (startOffset: number, partitionIndex = 0, name = topic.name) =>
        s.send(alterShareGroupOffsets, {
          groupId,
          topics: [{ topicName: name, partitions: [{ partitionIndex, startOffset }] }],
        })
      const drop = (...names: string[]) =>
        s.send(deleteShareGroupOffsets, { groupId, topics: names.map((topicName) => ({ topicName })) })
      await alter(1)
      await drop(topic.name)
      await beat(s, ids.a, -1)
      await s.until(
        shareGroupDescribe,
        { groupIds: [groupId], includeAuthorizedOperations: false },
        ({ groups }) => groups[0]!.groupState === 'Empty',
      )
      await alter(2)
      await offsets(s, topic, 0, 1)
      await alter(0, 7)
      await alter(0, 0, s.name('missing'))
      await alter(-1)
      await offsets(s, null)
      await drop(topic.name, s.name('missing'))
      await offsets(s, null)
      await drop()
      await beat(s, ids.a, epoch)
    },
  ),

  history('offsets of groups that are not', [describeShareGroupOffsets, alterShareGroupOffsets], async (s) => {
    const topic = await s.topic('orders')
    for (const groupId of ['', s.name('missing')]) {
      const topics = [{ topicName: topic.name, partitions: [0] }]
      await s.send(describeShareGroupOffsets, { groups: [{ groupId, topics }] })
      await s.send(describeShareGroupOffsets, { groups: [{ groupId, topics: null }] })
      await s.send(alterShareGroupOffsets, {
        groupId,
        topics: [{ topicName: topic.name, partitions: [{ partitionIndex: 0, startOffset: 0 }] }],
      })
      await s.send(deleteShareGroupOffsets, { groupId, topics: [{ topicName: topic.name }] })
    }
    await s.send(describeShareGroupOffsets, { groups: [] })
  }),

  history('the state of a share partition', [apis.initializeShareGroupState, apis.writeShareGroupState], async (s) => {
    const topic = await s.topic('orders', { partitions: 2 })
    const groupId = s.name('g')
    const of = (partition: object, topicId = topic.id) => ({ groupId, topics: [{ topicId, partitions: [partition] }] })
    const read = (partition = 0, leaderEpoch = 0) =>
      s.send(apis.readShareGroupState, of({ partition, leaderEpoch }) as never)
    const summary = (partition = 0, leaderEpoch = 0) =>
      s.send(apis.readShareGroupStateSummary, of({ partition, leaderEpoch }) as never)
    const write = (more: object) =>
      s.send(
        apis.writeShareGroupState,
        of({
          partition: 0,
          stateEpoch: 1,
          leaderEpoch: 0,
          startOffset: 3,
          deliveryCompleteCount: -1,
          stateBatches: [],
          ...more,
        }) as never,
      )
    await read()
    await summary()
    await write({})
    await s.send(apis.initializeShareGroupState, of({ partition: 0, stateEpoch: 1, startOffset: 0 }) as never)
    await summary()
    await read()
    await write({})
    await write({ stateBatches: [{ firstOffset: 3, lastOffset: 5, deliveryState: 0, deliveryCount: 1 }] })
    await write({
      startOffset: 4,
      deliveryCompleteCount: 1,
      stateBatches: [
        { firstOffset: 5, lastOffset: 5, deliveryState: 2, deliveryCount: 2 },
        { firstOffset: 7, lastOffset: 9, deliveryState: 0, deliveryCount: 1 },
      ],
    })
    await read()
    await summary()
    await write({ stateEpoch: 0 })
    await write({ stateEpoch: 5 })
    await write({ leaderEpoch: 4 })
    await write({ leaderEpoch: 2 })
    await read(0, 1)
    await read(0, 9)
    await summary(0, 1)
    await s.send(apis.initializeShareGroupState, of({ partition: 0, stateEpoch: 0, startOffset: 0 }) as never)
    await s.send(apis.initializeShareGroupState, of({ partition: 0, stateEpoch: 3, startOffset: 8 }) as never)
    await read(0, 9)
    await read(7)
    await read(-1)
    await s.send(apis.deleteShareGroupState, of({ partition: 0 }) as never)
    await s.send(apis.deleteShareGroupState, of({ partition: 0 }) as never)
    await s.send(apis.deleteShareGroupState, of({ partition: 0 }, UNKNOWN_ID) as never)
    await read()
    await s.send(apis.readShareGroupState, { groupId, topics: [] })
    await s.send(apis.readShareGroupState, of({ partition: 0, leaderEpoch: 0 }, UNKNOWN_ID) as never)
    await s.send(apis.readShareGroupState, {
      ...(of({ partition: 0, leaderEpoch: 0 }) as object),
      groupId: '',
    } as never)
  }),
]
