import type {
  Input,
  JoinGroupRequest,
  OffsetCommitRequest,
  OffsetFetchRequest,
  SyncGroupRequest,
} from '@milena/protocol'
import { INT64_MAX } from '@milena/protocol'
import { apis } from '../src/apis.ts'
import { history } from '../src/history.ts'
import type { Session, Topic } from '../src/session.ts'

const { joinGroup, syncGroup, heartbeat, leaveGroup, describeGroups, listGroups, deleteGroups } = apis
const { offsetCommit, offsetFetch, offsetDelete, findCoordinator } = apis
const UNKNOWN_ID = 'AbCdEfGhIjKlMnOpQrStUA'

function joining(s: Session, memberId = '', more: Partial<Input<typeof JoinGroupRequest>> = {}) {
  return {
    groupId: s.name('g'),
    sessionTimeoutMs: 30_000,
    rebalanceTimeoutMs: 3_000,
    memberId,
    groupInstanceId: null,
    protocolType: 'consumer',
    protocols: [{ name: 'range', metadata: Uint8Array.of(0, 1, 2) }],
    reason: 'because',
    ...more,
  }
}

function syncing(
  s: Session,
  generationId: number,
  memberId: string,
  assigned: readonly string[] = [],
  more: Partial<Input<typeof SyncGroupRequest>> = {},
) {
  return {
    groupId: s.name('g'),
    generationId,
    memberId,
    groupInstanceId: null,
    protocolType: 'consumer',
    protocolName: 'range',
    assignments: assigned.map((member, index) => ({ memberId: member, assignment: Uint8Array.of(9, index) })),
    ...more,
  }
}

/** Joins as the only member; gives the member id. */
async function alone(s: Session, more: Partial<Input<typeof JoinGroupRequest>> = {}): Promise<string> {
  const first = await s.send(joinGroup, joining(s, '', more))
  const joined = first.errorCode === 79 ? await s.send(joinGroup, joining(s, first.memberId, more)) : first
  await s.send(syncGroup, syncing(s, joined.generationId, joined.memberId, [joined.memberId]))
  return joined.memberId
}

const beat = (s: Session, generationId: number, memberId: string, groupInstanceId: string | null = null) =>
  s.send(heartbeat, { groupId: s.name('g'), generationId, memberId, groupInstanceId })

const leave = (s: Session, ...members: { memberId: string; groupInstanceId: string | null }[]) =>
  s.send(leaveGroup, { groupId: s.name('g'), memberId: members[0]?.memberId ?? '', members })

const describe = (s: Session, ...groups: string[]) =>
  s.send(describeGroups, { groups: groups.map((name) => s.name(name)), includeAuthorizedOperations: false })

function committing(
  s: Session,
  topic: Topic,
  committedOffset: number,
  more: Partial<Input<typeof OffsetCommitRequest>> & { partition?: number; metadata?: string | null } = {},
): Input<typeof OffsetCommitRequest> {
  const { partition = 0, metadata = 'note', ...rest } = more
  const partitions = [
    { partitionIndex: partition, committedOffset, committedLeaderEpoch: 0, committedMetadata: metadata },
  ]
  return {
    groupId: s.name('g'),
    generationIdOrMemberEpoch: -1,
    memberId: '',
    groupInstanceId: null,
    retentionTimeMs: -1,
    topics: [{ name: topic.name, topicId: topic.id, partitions }],
    ...rest,
  }
}

function fetchingOffsets(
  s: Session,
  topics: readonly { topic: Topic; partitions: readonly number[] }[] | null,
  group = 'g',
): Input<typeof OffsetFetchRequest> {
  const groupId = s.name(group)
  const wanted =
    topics?.map(({ topic, partitions }) => ({ name: topic.name, topicId: topic.id, partitionIndexes: partitions })) ??
    null
  return {
    groupId,
    topics: wanted,
    groups: [{ groupId, memberId: null, memberEpoch: -1, topics: wanted }],
    requireStable: false,
  }
}

export const histories = [
  history(
    'a group of one: joined, synchronised, alive, gone',
    [joinGroup, syncGroup, heartbeat, leaveGroup],
    async (s) => {
      await describe(s, 'g')
      const member = await alone(s)
      await beat(s, 1, member)
      await describe(s, 'g')
      await s.send(joinGroup, joining(s, member))
      await beat(s, 1, member)
      await s.send(syncGroup, syncing(s, 2, member, [member]))
      await beat(s, 2, member)
      await leave(s, { memberId: member, groupInstanceId: null })
      await beat(s, 2, member)
      await describe(s, 'g')
    },
  ),

  history('joins that are refused', joinGroup, async (s) => {
    await s.send(joinGroup, joining(s, '', { groupId: '' }))
    await s.send(joinGroup, joining(s, '', { sessionTimeoutMs: 5 }))
    await s.send(joinGroup, joining(s, '', { sessionTimeoutMs: 1_800_001 }))
    await s.send(joinGroup, joining(s, '', { sessionTimeoutMs: -1 }))
    await s.send(joinGroup, joining(s, 'nobody'))
    await s.send(joinGroup, joining(s, '', { protocols: [] }))
    await s.send(joinGroup, joining(s, '', { protocolType: '' }))
    const member = await alone(s)
    await s.send(joinGroup, joining(s, 'nobody'))
    await s.send(joinGroup, joining(s, '', { protocolType: 'connect' }))
    await s.send(joinGroup, joining(s, '', { protocols: [{ name: 'other', metadata: Uint8Array.of() }] }))
    await s.send(joinGroup, joining(s, '', { protocols: [] }))
    await s.send(joinGroup, joining(s, member, { protocolType: 'connect' }))
    await describe(s, 'g')
  }),

  history('a member with a name of its own', [joinGroup, leaveGroup, heartbeat, syncGroup], async (s) => {
    // Before, a member cannot say that it is static, and the second join would wait for the first.
    if (s.version(joinGroup) < 5) return
    const groupInstanceId = 'anna'
    const first = await s.send(joinGroup, joining(s, '', { groupInstanceId }))
    const more = { groupInstanceId }
    await s.send(syncGroup, syncing(s, 1, first.memberId, [first.memberId], more))
    const second = await s.send(joinGroup, joining(s, '', { groupInstanceId }))
    await beat(s, 1, first.memberId, groupInstanceId)
    await beat(s, 1, second.memberId, groupInstanceId)
    await beat(s, 1, second.memberId, 'berta')
    await s.send(syncGroup, syncing(s, 1, first.memberId, [], more))
    await s.send(syncGroup, syncing(s, 1, second.memberId, [], more))
    await s.send(joinGroup, joining(s, first.memberId, { groupInstanceId }))
    await s.send(joinGroup, joining(s, 'nobody', { groupInstanceId }))
    await describe(s, 'g')
    await leave(s, { memberId: first.memberId, groupInstanceId })
    await leave(s, { memberId: '', groupInstanceId: 'berta' })
    await leave(s, { memberId: '', groupInstanceId })
    await describe(s, 'g')
  }),

  history('two members, one protocol that both know', [joinGroup, syncGroup], async (s) => {
    const protocols = [
      { name: 'sticky', metadata: Uint8Array.of(1) },
      { name: 'range', metadata: Uint8Array.of(2) },
    ]
    const first = await alone(s, { protocols })
    // From version 4 on a new member is given its id first, and joins with the second request.
    const asked = s.version(joinGroup) >= 4 ? await s.send(joinGroup, joining(s), { connection: 'second' }) : undefined
    const joining2 = s.send(joinGroup, joining(s, asked?.memberId ?? ''), { connection: 'second' })
    const rejoining = new Promise((resolve) => setTimeout(resolve, 100)).then(() =>
      s.send(joinGroup, joining(s, first, { protocols }), { connection: 'first' }),
    )
    const [one, two] = await Promise.all([rejoining, joining2])
    const both = [one.memberId, two.memberId]
    const waiting = s.send(syncGroup, syncing(s, 2, two.memberId), { connection: 'second' })
    await s.send(syncGroup, syncing(s, 2, one.memberId, both), { connection: 'first' })
    await waiting
    await beat(s, 2, two.memberId)
    await leave(s, { memberId: two.memberId, groupInstanceId: null })
    await beat(s, 2, one.memberId)
    await describe(s, 'g')
  }),

  history('generations and members that are wrong', [syncGroup, heartbeat], async (s) => {
    await s.send(syncGroup, syncing(s, 1, 'nobody'))
    await beat(s, 1, 'nobody')
    await beat(s, -1, '')
    const member = await alone(s)
    for (const generation of [0, 2, -1]) {
      await beat(s, generation, member)
      await s.send(syncGroup, syncing(s, generation, member))
    }
    await s.send(syncGroup, syncing(s, 1, 'nobody'))
    await s.send(syncGroup, syncing(s, 1, member, [], { protocolType: 'connect' }))
    await s.send(syncGroup, syncing(s, 1, member, [], { protocolName: 'other' }))
    await s.send(syncGroup, syncing(s, 1, member, [], { protocolName: null, protocolType: null }))
    await s.send(syncGroup, syncing(s, 1, member, [], { groupId: '' }))
    await s.send(heartbeat, { groupId: '', generationId: 1, memberId: member, groupInstanceId: null })
    await beat(s, 1, member, 'anna')
    await beat(s, 1, '')
    await s.send(joinGroup, joining(s, member))
    await s.send(syncGroup, syncing(s, 2, member, [member, 'nobody']))
  }),

  history('leaving what one is not in', leaveGroup, async (s) => {
    await leave(s, { memberId: 'nobody', groupInstanceId: null })
    const member = await alone(s)
    await leave(s, { memberId: 'nobody', groupInstanceId: null })
    await leave(s, { memberId: member, groupInstanceId: 'anna' }, { memberId: 'nobody', groupInstanceId: null })
    await leave(s, { memberId: '', groupInstanceId: null })
    await leave(s)
    await s.send(leaveGroup, { groupId: '', memberId: member, members: [{ memberId: member, groupInstanceId: null }] })
    const twice = { memberId: member, groupInstanceId: null }
    await leave(s, twice, twice)
    await describe(s, 'g')
  }),

  history('a member id that was given and not taken up', [leaveGroup, joinGroup], async (s) => {
    const { memberId } = await s.send(joinGroup, joining(s), { version: 9 })
    await describe(s, 'g')
    await leave(s, { memberId, groupInstanceId: null })
    await s.send(joinGroup, joining(s, memberId))
    await describe(s, 'g')
  }),

  history('groups described', describeGroups, async (s) => {
    await describe(s)
    await describe(s, 'g', 'missing', 'g')
    await alone(s)
    await describe(s, 'g', 'missing', 'g')
    await s.send(describeGroups, { groups: ['', s.name('g')], includeAuthorizedOperations: true })
  }),

  history('groups listed', listGroups, async (s) => {
    const topic = await s.topic('orders')
    await s.send(offsetCommit, committing(s, topic, 1, { groupId: s.name('simple') }))
    await alone(s)
    for (const statesFilter of [[], ['Stable'], ['stable'], ['Empty', 'Dead'], ['nonsense'], ['']]) {
      await s.send(listGroups, { statesFilter, typesFilter: [] })
    }
    for (const typesFilter of [['classic'], ['CLASSIC'], ['consumer'], ['share'], ['nonsense'], ['']]) {
      await s.send(listGroups, { statesFilter: [], typesFilter })
    }
    await s.send(listGroups, { statesFilter: ['Empty'], typesFilter: ['classic', 'consumer'] })
  }),

  history('groups deleted', deleteGroups, async (s) => {
    const topic = await s.topic('orders')
    await s.send(offsetCommit, committing(s, topic, 1, { groupId: s.name('simple') }))
    const member = await alone(s)
    const names = (...groups: string[]) => ({ groupsNames: groups.map((name) => s.name(name)) })
    await s.send(deleteGroups, names('missing', 'g', 'simple'))
    await s.send(deleteGroups, { groupsNames: ['', s.name('missing')] })
    await s.send(deleteGroups, { groupsNames: [] })
    await leave(s, { memberId: member, groupInstanceId: null })
    await s.send(deleteGroups, names('g', 'g'))
    await describe(s, 'g', 'simple')
    await s.send(offsetFetch, fetchingOffsets(s, null, 'simple'))
  }),

  history('offsets committed and fetched', [offsetCommit, offsetFetch], async (s) => {
    const topic = await s.topic('orders', { partitions: 3 })
    const missing = { name: s.name('missing'), id: UNKNOWN_ID }
    await s.send(offsetFetch, fetchingOffsets(s, null))
    await s.send(offsetFetch, fetchingOffsets(s, [{ topic, partitions: [0, 2, 9, -1] }]))
    await s.send(offsetCommit, committing(s, topic, 5))
    await s.send(offsetCommit, committing(s, topic, 0, { partition: 2, metadata: null }))
    await s.send(offsetCommit, committing(s, topic, 7, { partition: 1, metadata: '' }))
    await s.send(offsetCommit, committing(s, topic, 8, { partition: 9 }))
    await s.send(offsetCommit, committing(s, topic, 8, { partition: -1 }))
    await s.send(offsetCommit, committing(s, topic, -1))
    await s.send(offsetCommit, committing(s, topic, -5))
    await s.send(offsetCommit, committing(s, topic, INT64_MAX, { partition: 2 }))
    await s.send(offsetCommit, committing(s, topic, 6, { metadata: 'x'.repeat(4096) }))
    await s.send(offsetCommit, committing(s, topic, 6, { metadata: 'x'.repeat(4097) }))
    await s.send(offsetCommit, committing(s, missing, 6))
    await s.send(offsetCommit, committing(s, topic, 6, { groupId: '' }))
    await s.send(offsetCommit, committing(s, topic, 6, { memberId: 'nobody' }))
    await s.send(offsetCommit, committing(s, topic, 6, { generationIdOrMemberEpoch: 1 }))
    await s.send(offsetCommit, committing(s, topic, 6, { groupInstanceId: 'anna' }))
    await s.send(offsetCommit, committing(s, topic, 6, { retentionTimeMs: 1000, groupId: s.name('short') }))
    await s.send(offsetCommit, { ...committing(s, topic, 6), topics: [] })
    await s.send(
      offsetFetch,
      fetchingOffsets(s, [
        { topic, partitions: [2, 0, 0] },
        { topic: missing, partitions: [0] },
      ]),
    )
    await s.send(offsetFetch, fetchingOffsets(s, []))
    await s.send(offsetFetch, fetchingOffsets(s, null))
    await s.send(offsetFetch, { ...fetchingOffsets(s, null), requireStable: true })
    await s.send(offsetFetch, fetchingOffsets(s, [{ topic, partitions: [0] }], 'other'))
    await describe(s, 'g')
  }),

  history('offsets of members', [offsetCommit, offsetFetch], async (s) => {
    const topic = await s.topic('orders')
    const member = await alone(s)
    const as = (memberId: string, generationIdOrMemberEpoch: number, groupInstanceId: string | null = null) =>
      s.send(offsetCommit, committing(s, topic, 5, { memberId, generationIdOrMemberEpoch, groupInstanceId }))
    await as(member, 1)
    await as(member, 2)
    await as(member, 0)
    await as(member, -1)
    await as('nobody', 1)
    await as('', -1)
    await as('', 1)
    await as(member, 1, 'anna')
    const [group] = fetchingOffsets(s, null).groups!
    for (const [memberId, memberEpoch] of [
      [member, 1],
      [member, 9],
      ['nobody', 0],
      ['', -1],
    ] as const) {
      await s.send(offsetFetch, { ...fetchingOffsets(s, null), groups: [{ ...group!, memberId, memberEpoch }] })
    }
    await s.send(joinGroup, joining(s, member))
    await as(member, 2)
    await as(member, 1)
  }),

  history('offsets of several groups at once', offsetFetch, async (s) => {
    const topic = await s.topic('orders')
    for (const group of ['a', 'b']) {
      await s.send(offsetCommit, committing(s, topic, 5, { groupId: s.name(group) }))
    }
    const one = (group: string) => fetchingOffsets(s, null, group)
    const groups = ['b', 'a', 'missing', 'a'].flatMap((name) => one(name).groups!)
    await s.send(offsetFetch, { ...one('a'), groups })
    await s.send(offsetFetch, { ...one('a'), groups: [] })
    await s.send(offsetFetch, {
      ...one('a'),
      groupId: '',
      topics: [],
      groups: [{ ...groups[0]!, groupId: '', topics: [] }],
    })
  }),

  history('offsets deleted', offsetDelete, async (s) => {
    const topic = await s.topic('orders', { partitions: 2 })
    const drop = (group: string, name: string, ...partitions: number[]) =>
      s.send(offsetDelete, {
        groupId: group,
        topics: [{ name, partitions: partitions.map((partitionIndex) => ({ partitionIndex })) }],
      })
    await drop(s.name('missing'), topic.name, 0)
    await drop('', topic.name, 0)
    await s.send(offsetCommit, committing(s, topic, 5))
    await drop(s.name('g'), topic.name, 0, 1, 9)
    await drop(s.name('g'), s.name('missing'), 0)
    await s.send(offsetDelete, { groupId: s.name('g'), topics: [] })
    await s.send(offsetFetch, fetchingOffsets(s, null))
    const subscription = Buffer.concat([Buffer.from([0, 0, 0, 0, 0, 1, 0, topic.name.length]), Buffer.from(topic.name)])
    const metadata = Buffer.concat([subscription, Buffer.from([0xff, 0xff, 0xff, 0xff])])
    await alone(s, { protocols: [{ name: 'range', metadata }] })
    await drop(s.name('g'), topic.name, 0)
    await drop(s.name('g'), s.name('missing'), 0)
  }),

  history('the offsets of a topic go with it', offsetFetch, async (s) => {
    const topic = await s.topic('orders')
    await s.send(offsetCommit, committing(s, topic, 5))
    await s.send(apis.deleteTopics, {
      topics: [{ name: topic.name, topicId: 'AAAAAAAAAAAAAAAAAAAAAA' }],
      topicNames: [topic.name],
      timeoutMs: 10_000,
    })
    await new Promise((resolve) => setTimeout(resolve, 100))
    await s.send(offsetFetch, fetchingOffsets(s, null))
    await s.send(offsetFetch, fetchingOffsets(s, [{ topic, partitions: [0] }]))
  }),

  history('where a coordinator is', findCoordinator, async (s) => {
    const find = (keyType: number, ...keys: string[]) =>
      s.send(findCoordinator, { key: keys[0] ?? '', keyType, coordinatorKeys: keys })
    await find(0, s.name('g'))
    await find(0, s.name('a'), s.name('b'), s.name('a'))
    await find(0, '')
    await find(0)
    for (const keyType of [3, -1, 127]) await find(keyType, s.name('g'))
    await find(2, 'not a share key')
  }),
]
