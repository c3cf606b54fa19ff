// Groups whose members are told by the broker what they own (KIP-848).
import type { ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse, Infer, Input } from '@milena/protocol'
import { apis } from '../src/apis.ts'
import { history } from '../src/history.ts'
import type { SendOptions, Session, Topic } from '../src/session.ts'

const { consumerGroupHeartbeat, consumerGroupDescribe, offsetCommit, offsetFetch, joinGroup, syncGroup } = apis

type Beat = Partial<Input<typeof ConsumerGroupHeartbeatRequest>>
type Answer = Infer<typeof ConsumerGroupHeartbeatResponse>

const UNKNOWN_ID = 'AbCdEfGhIjKlMnOpQrStUA'

const beating = (s: Session, memberId: string, memberEpoch: number, more: Beat = {}) => ({
  groupId: s.name('g'),
  memberId,
  memberEpoch,
  instanceId: null,
  rackId: null,
  rebalanceTimeoutMs: -1,
  subscribedTopicNames: null,
  subscribedTopicRegex: null,
  serverAssignor: null,
  topicPartitions: null,
  ...more,
})

const beat = (s: Session, memberId: string, memberEpoch: number, more: Beat = {}) =>
  s.send(consumerGroupHeartbeat, beating(s, memberId, memberEpoch, more))

/** What the first request of a member must have. */
const joining = (topics: readonly string[], more: Beat = {}): Beat => ({
  rebalanceTimeoutMs: 30_000,
  subscribedTopicNames: topics,
  topicPartitions: [],
  ...more,
})

const join = (s: Session, memberId: string, topics: readonly string[], more: Beat = {}) =>
  beat(s, memberId, 0, joining(topics, more))

/** Beats until the answer is as awaited: an assignment is computed a little later, at most once a second. */
const beatUntil = (s: Session, memberId: string, memberEpoch: number, more: Beat, isAwaited: (a: Answer) => boolean) =>
  s.until(consumerGroupHeartbeat, beating(s, memberId, memberEpoch, more), isAwaited)

const describe = (s: Session, ...groups: string[]) =>
  s.send(consumerGroupDescribe, {
    groupIds: groups.map((name) => s.name(name)),
    includeAuthorizedOperations: false,
  })

const owning = (topic: Topic, ...partitions: number[]): Beat => ({
  topicPartitions: [{ topicId: topic.id, partitions }],
})

const ids = {
  a: 'aaaaaaaaaaaaaaaaaaaaaa',
  b: 'bbbbbbbbbbbbbbbbbbbbbb',
  c: 'cccccccccccccccccccccc',
} as const

function committing(s: Session, topic: Topic, memberId: string, epoch: number, more: { group?: string } = {}) {
  const partitions = [{ partitionIndex: 0, committedOffset: 5, committedLeaderEpoch: 0, committedMetadata: 'note' }]
  return {
    groupId: s.name(more.group ?? 'g'),
    generationIdOrMemberEpoch: epoch,
    memberId,
    groupInstanceId: null,
    retentionTimeMs: -1,
    topics: [{ name: topic.name, topicId: topic.id, partitions }],
  }
}

const commit = (s: Session, topic: Topic, memberId: string, epoch: number, options: SendOptions = {}) =>
  s.send(offsetCommit, committing(s, topic, memberId, epoch), options)

export const histories = [
  history('a group of one: joined, assigned, gone', [consumerGroupHeartbeat, consumerGroupDescribe], async (s) => {
    const topic = await s.topic('orders', { partitions: 3 })
    await describe(s, 'g')
    const { memberId, memberEpoch } = await join(s, ids.a, [topic.name])
    await describe(s, 'g')
    await beat(s, memberId!, memberEpoch, owning(topic, 0, 1, 2))
    await beat(s, memberId!, memberEpoch)
    await describe(s, 'g')
    await s.send(apis.listGroups, { statesFilter: [], typesFilter: ['consumer'] })
    await s.send(apis.describeGroups, { groups: [s.name('g')], includeAuthorizedOperations: false })
    await beat(s, memberId!, -1)
    await describe(s, 'g')
    await beat(s, memberId!, memberEpoch)
  }),

  history('first requests that are refused', consumerGroupHeartbeat, async (s) => {
    const topic = await s.topic('orders')
    await join(s, '', [topic.name])
    await join(s, ids.a, [topic.name], { groupId: '' })
    await join(s, ids.a, [topic.name], { rebalanceTimeoutMs: -1 })
    await join(s, ids.a, [topic.name], { rebalanceTimeoutMs: 0 })
    await join(s, ids.a, [topic.name], { topicPartitions: null })
    await join(s, ids.a, [topic.name], { topicPartitions: [{ topicId: topic.id, partitions: [0] }] })
    await join(s, ids.a, [topic.name], { serverAssignor: 'nonsense' })
    await join(s, ids.a, [topic.name], { serverAssignor: '' })
    await join(s, ids.a, [topic.name], { instanceId: '' })
    await join(s, ids.a, [topic.name], { rackId: '' })
    await join(s, ids.a, [], { subscribedTopicNames: null })
    await beat(s, ids.a, 0)
    await beat(s, ids.a, 1)
    await beat(s, ids.a, -1)
    await beat(s, ids.a, -2)
    await beat(s, ids.a, -3)
    await beat(s, '', 1)
    await beat(s, ids.a, -2, { instanceId: 'anna' })
    await describe(s, 'g')
  }),

  history('what is subscribed to', consumerGroupHeartbeat, async (s) => {
    const topic = await s.topic('orders', { partitions: 2 })
    const other = await s.topic('other')
    const first = await join(s, ids.a, [])
    await describe(s, 'g')
    await beatUntil(
      s,
      ids.a,
      first.memberEpoch,
      { subscribedTopicNames: [topic.name, s.name('missing'), topic.name] },
      ({ assignment }) => assignment !== null && assignment.topicPartitions.length === 1,
    )
    await describe(s, 'g')
    const epoch = first.memberEpoch + 1
    await beat(s, ids.a, epoch, owning(topic, 0, 1))
    const changed = await beatUntil(
      s,
      ids.a,
      epoch,
      { ...owning(topic, 0, 1), subscribedTopicNames: [other.name] },
      ({ assignment }) => assignment !== null,
    )
    await beatUntil(s, ids.a, changed.memberEpoch, { topicPartitions: [] }, ({ assignment }) => assignment !== null)
    await describe(s, 'g')
  }),

  history('two members share what there is', consumerGroupHeartbeat, async (s) => {
    const topic = await s.topic('orders', { partitions: 4 })
    const all = [0, 1, 2, 3]
    const { memberEpoch: first } = await join(s, ids.a, [topic.name])
    await beat(s, ids.a, first, owning(topic, ...all))
    const { memberEpoch: second } = await join(s, ids.b, [topic.name])
    await describe(s, 'g')
    const isTold = ({ assignment }: Answer): boolean => assignment !== null
    const told = await beatUntil(s, ids.a, first, owning(topic, ...all), isTold)
    const kept = told.assignment?.topicPartitions[0]?.partitions ?? []
    await describe(s, 'g')
    await beat(s, ids.b, second)
    const { memberEpoch } = await beat(s, ids.a, first, owning(topic, ...kept))
    await beat(s, ids.a, memberEpoch, owning(topic, ...kept))
    await beatUntil(s, ids.b, second, { topicPartitions: [] }, isTold)
    await describe(s, 'g')
    await beat(s, ids.a, -1)
    const rest = all.filter((each) => !kept.includes(each))
    const hasAll = ({ assignment }: Answer): boolean => assignment?.topicPartitions[0]?.partitions.length === 4
    const { memberEpoch: last } = await beatUntil(s, ids.b, second, owning(topic, ...rest), hasAll)
    await beat(s, ids.b, last, owning(topic, ...all))
    await describe(s, 'g')
  }),

  history('epochs of another time', consumerGroupHeartbeat, async (s) => {
    const topic = await s.topic('orders', { partitions: 2 })
    const { memberEpoch } = await join(s, ids.a, [topic.name])
    await beat(s, ids.a, memberEpoch + 1)
    await beat(s, ids.a, memberEpoch - 1 || 5)
    await beat(s, ids.b, memberEpoch)
    await join(s, ids.a, [topic.name])
    await beat(s, ids.a, memberEpoch, owning(topic, 0))
    await beat(s, ids.a, memberEpoch, owning(topic, 0, 1, 7))
    await beat(s, ids.a, memberEpoch, { topicPartitions: [{ topicId: UNKNOWN_ID, partitions: [0] }] })
    await beat(s, ids.a, memberEpoch, { instanceId: 'anna' })
    await beat(s, ids.a, memberEpoch, { serverAssignor: 'range' })
    await describe(s, 'g')
  }),

  history('ranges, when members ask for them', consumerGroupHeartbeat, async (s) => {
    const topic = await s.topic('orders', { partitions: 3 })
    await join(s, ids.a, [topic.name], { serverAssignor: 'range' })
    await describe(s, 'g')
    await join(s, ids.b, [topic.name], { serverAssignor: 'range' })
    await join(s, ids.c, [topic.name], { serverAssignor: 'uniform' })
    await describe(s, 'g')
  }),

  history('members with a name of their own', consumerGroupHeartbeat, async (s) => {
    const topic = await s.topic('orders', { partitions: 2 })
    const instanceId = 'anna'
    const { memberEpoch } = await join(s, ids.a, [topic.name], { instanceId })
    await beat(s, ids.a, memberEpoch, { ...owning(topic, 0, 1), instanceId })
    await join(s, ids.b, [topic.name], { instanceId })
    await beat(s, ids.a, memberEpoch, { instanceId: 'berta' })
    await beat(s, ids.a, -2, { instanceId: 'berta' })
    await beat(s, ids.a, -2, { instanceId })
    await describe(s, 'g')
    await join(s, ids.b, [topic.name], { instanceId })
    await beat(s, ids.a, memberEpoch, { instanceId })
    await describe(s, 'g')
    await beat(s, ids.b, -1, { instanceId })
    await describe(s, 'g')
  }),

  history('topics by a regular expression', consumerGroupHeartbeat, async (s) => {
    if (s.version(consumerGroupHeartbeat) < 1) return
    const topic = await s.topic('orders', { partitions: 2 })
    await s.topic('other')
    await s.topic('third')
    const by = (memberId: string, subscribedTopicRegex: string) =>
      join(s, memberId, [], { subscribedTopicNames: null, subscribedTopicRegex })
    await by(ids.a, '[')
    await by(ids.a, '(?=x)')
    await by(ids.a, '')
    const first = await by(ids.a, `${s.name('o')}.*`)
    await beatUntil(
      s,
      ids.a,
      first.memberEpoch,
      { topicPartitions: [] },
      ({ assignment }) => assignment?.topicPartitions.length === 2,
    )
    await by(ids.b, `${topic.name}|${s.name('none')}`)
    await beat(s, ids.a, -1)
    await describe(s, 'g')
  }),

  history('offsets of members', [offsetCommit, offsetFetch], async (s) => {
    const topic = await s.topic('orders', { partitions: 2 })
    const { memberEpoch } = await join(s, ids.a, [topic.name])
    await commit(s, topic, ids.a, memberEpoch)
    await commit(s, topic, ids.a, memberEpoch + 1)
    await commit(s, topic, ids.a, memberEpoch - 1)
    await commit(s, topic, ids.b, memberEpoch)
    await commit(s, topic, '', -1)
    await commit(s, topic, ids.a, -1)
    const groupId = s.name('g')
    for (const [memberId, epoch] of [
      [ids.a, memberEpoch],
      [ids.a, memberEpoch + 1],
      [ids.b, memberEpoch],
      [null, -1],
      ['', -1],
    ] as const) {
      await s.send(offsetFetch, {
        groupId,
        topics: null,
        groups: [{ groupId, memberId, memberEpoch: epoch, topics: null }],
        requireStable: false,
      })
    }
    await beat(s, ids.a, -1)
    await commit(s, topic, '', -1)
    await s.send(apis.offsetDelete, { groupId, topics: [{ name: topic.name, partitions: [{ partitionIndex: 0 }] }] })
    await s.send(apis.deleteGroups, { groupsNames: [groupId] })
    await describe(s, 'g')
  }),

  history('what may not be done to a group with members', consumerGroupHeartbeat, async (s) => {
    const topic = await s.topic('orders')
    await join(s, ids.a, [topic.name])
    const groupId = s.name('g')
    await s.send(apis.deleteGroups, { groupsNames: [groupId] })
    await s.send(apis.offsetDelete, { groupId, topics: [{ name: topic.name, partitions: [{ partitionIndex: 0 }] }] })
    await s.send(apis.heartbeat, { groupId, generationId: 1, memberId: ids.a, groupInstanceId: null })
    const members = [{ memberId: ids.a, groupInstanceId: null }]
    await s.send(syncGroup, {
      groupId,
      generationId: 1,
      memberId: ids.a,
      groupInstanceId: null,
      protocolType: 'consumer',
      protocolName: 'range',
      assignments: [],
    })
    await s.send(apis.leaveGroup, { groupId, memberId: ids.a, members })
    await describe(s, 'g')
    await s.send(apis.deleteGroups, { groupsNames: [groupId] })
  }),

  history('a group of the other kind', [consumerGroupHeartbeat, joinGroup], async (s) => {
    const topic = await s.topic('orders')
    const classic = {
      groupId: s.name('g'),
      sessionTimeoutMs: 30_000,
      rebalanceTimeoutMs: 3_000,
      memberId: '',
      groupInstanceId: null,
      protocolType: 'connect',
      protocols: [{ name: 'range', metadata: Uint8Array.of(0, 1, 2) }],
    }
    const first = await s.send(joinGroup, classic)
    await s.send(joinGroup, { ...classic, memberId: first.memberId })
    await join(s, ids.a, [topic.name])
    await describe(s, 'g')
    const other = s.name('other')
    await join(s, ids.a, [topic.name], { groupId: other })
    const again = await s.send(joinGroup, { ...classic, groupId: other })
    await s.send(joinGroup, { ...classic, groupId: other, memberId: again.memberId })
    // Who it is comes before what it says.
    await s.send(joinGroup, { ...classic, groupId: other, memberId: ids.a, groupInstanceId: 'anna' })
    await describe(s, 'other')
    await beat(s, ids.a, -1, { groupId: other })
    await s.send(joinGroup, { ...classic, groupId: other })
    await describe(s, 'other')
  }),

  history('groups described', consumerGroupDescribe, async (s) => {
    const topic = await s.topic('orders')
    await describe(s)
    await describe(s, 'missing', 'missing')
    await s.send(consumerGroupDescribe, { groupIds: ['', s.name('g')], includeAuthorizedOperations: true })
    await join(s, ids.a, [topic.name])
    await describe(s, 'g', 'missing', 'g')
    await s.send(consumerGroupDescribe, { groupIds: [s.name('g')], includeAuthorizedOperations: true })
    await s.send(offsetCommit, committing(s, topic, '', -1, { group: 'simple' }))
    await describe(s, 'simple')
  }),

  history('a group that is configured', consumerGroupHeartbeat, async (s) => {
    const topic = await s.topic('orders')
    const configs = [
      ['consumer.heartbeat.interval.ms', '6000'],
      ['consumer.session.timeout.ms', '50000'],
    ].map(([name, value]) => ({ name: name!, configOperation: 0, value: value! }))
    const resource = { resourceType: 32, resourceName: s.name('g') }
    await s.send(apis.incrementalAlterConfigs, { resources: [{ ...resource, configs }], validateOnly: false })
    await join(s, ids.a, [topic.name])
    await beat(s, ids.a, 2)
    await beat(s, ids.a, -1)
  }),

  history('as many members ask for one assignor as for the other', consumerGroupHeartbeat, async (s) => {
    const topic = await s.topic('orders')
    for (const [group, first, second] of [
      ['g', 'uniform', 'range'],
      ['h', 'range', 'uniform'],
    ] as const) {
      const groupId = s.name(group)
      await join(s, ids.b, [topic.name], { groupId, serverAssignor: first })
      await join(s, ids.a, [topic.name], { groupId, serverAssignor: second })
      await describe(s, group)
      await join(s, ids.c, [topic.name], { groupId })
      await describe(s, group)
    }
  }),

  history('a member that takes a name of its own', [consumerGroupHeartbeat, offsetFetch], async (s) => {
    const topic = await s.topic('orders', { partitions: 2 })
    await join(s, ids.a, [topic.name])
    await join(s, ids.a, [topic.name], { instanceId: 'anna' })
    await describe(s, 'g')
    await join(s, ids.b, [topic.name])
    await describe(s, 'g')
    const nobody = { groupId: s.name('g'), memberId: null, memberEpoch: 0, topics: null }
    await s.send(offsetFetch, { groupId: s.name('g'), topics: null, groups: [nobody], requireStable: false })
  }),
]
