import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JoinGroupRequest, OffsetCommitRequest, OffsetFetchRequest } from '@milena/protocol'
import { Errors, ZERO_UUID } from '@milena/protocol'
import { ServiceBench, TOPIC_IDS } from '../testing/service-bench.ts'
import { subscriptionOf } from '../testing/transcript-commands.ts'

const T1 = TOPIC_IDS.get('t1') ?? ''
const UNKNOWN_ID = 'AAAAAAAAAAAAAAAAAAAAAg'

const joinOf = (groupId: string, memberId = ''): JoinGroupRequest => ({
  groupId,
  sessionTimeoutMs: 10_000,
  rebalanceTimeoutMs: 20_000,
  memberId,
  groupInstanceId: null,
  protocolType: 'consumer',
  protocols: [{ name: 'range', metadata: subscriptionOf(['t1']) }],
  reason: null,
})

const commitOf = (
  groupId: string,
  topics: readonly { name?: string; topicId?: string; partitions: number[] }[],
): OffsetCommitRequest => ({
  groupId,
  generationIdOrMemberEpoch: -1,
  memberId: '',
  groupInstanceId: null,
  retentionTimeMs: -1,
  topics: topics.map(({ name = '', topicId = ZERO_UUID, partitions }) => ({
    name,
    topicId,
    partitions: partitions.map((partitionIndex) => ({
      partitionIndex,
      committedOffset: 100 + partitionIndex,
      committedLeaderEpoch: 2,
      committedMetadata: 'note',
    })),
  })),
})

const fetchOf = (groupId: string, topics: OffsetFetchRequest['topics'], requireStable = false): OffsetFetchRequest => ({
  groupId,
  topics,
  groups: [],
  requireStable,
})

const batchedFetch = (groups: OffsetFetchRequest['groups']): OffsetFetchRequest => ({
  groupId: '',
  topics: [],
  groups,
  requireStable: false,
})

const groupOf = (
  groupId: string,
  topics: OffsetFetchRequest['groups'][number]['topics'],
): OffsetFetchRequest['groups'][number] => ({
  groupId,
  memberId: null,
  memberEpoch: -1,
  topics,
})

test('before startup and after shutdown: COORDINATOR_NOT_AVAILABLE', async () => {
  const bench = new ServiceBench()
  const { service } = bench
  const check = async (): Promise<void> => {
    const code = Errors.COORDINATOR_NOT_AVAILABLE.code
    const identity = { groupId: 'g', generationId: 1, memberId: 'm', groupInstanceId: null }
    assert.equal((await service.joinGroup(joinOf('g'), bench.client(9))).errorCode, code)
    assert.equal((await service.heartbeat(identity, bench.client(4))).errorCode, code)
    const sync = { ...identity, protocolType: null, protocolName: null, assignments: [] }
    assert.equal((await service.syncGroup(sync, bench.client(4))).errorCode, code)
    assert.equal(
      (await service.leaveGroup({ groupId: 'g', memberId: '', members: [] }, bench.client(4))).errorCode,
      code,
    )
    assert.equal((await service.listGroups({ statesFilter: [], typesFilter: [] }, bench.client(4))).errorCode, code)
    const described = await service.describeGroups(
      { groups: ['g'], includeAuthorizedOperations: false },
      bench.client(5),
    )
    assert.equal(described.groups[0]?.errorCode, code)
    assert.equal((await service.deleteGroups({ groupsNames: ['g'] }, bench.client(2))).results[0]?.errorCode, code)
    const commit = await service.commitOffsets(commitOf('g', [{ name: 't1', partitions: [0] }]), bench.client(8))
    assert.equal(commit.topics[0]?.partitions[0]?.errorCode, code)
    assert.equal((await service.fetchOffsets(fetchOf('g', null), bench.client(7))).errorCode, code)
    const topics = [{ name: 't1', partitions: [{ partitionIndex: 0 }] }]
    assert.equal((await service.deleteOffsets({ groupId: 'g', topics }, bench.client(0))).errorCode, code)
  }
  await check()
  await bench.start()
  service.shutdown()
  await check()
})

test('while it loads, heartbeats are believed and everything else waits', async () => {
  const bench = new ServiceBench()
  let finish = (): void => undefined
  bench.loading = new Promise((resolve) => (finish = resolve))
  const started = bench.start()
  const identity = { groupId: 'g', generationId: 1, memberId: 'm', groupInstanceId: null }
  assert.equal((await bench.service.heartbeat(identity, bench.client(4))).errorCode, Errors.NONE.code)
  assert.equal(
    (await bench.service.joinGroup(joinOf('g'), bench.client(9))).errorCode,
    Errors.COORDINATOR_LOAD_IN_PROGRESS.code,
  )
  const list = await bench.service.listGroups({ statesFilter: [], typesFilter: [] }, bench.client(4))
  assert.equal(list.errorCode, Errors.COORDINATOR_LOAD_IN_PROGRESS.code)
  finish()
  await started
  assert.equal((await bench.service.heartbeat(identity, bench.client(4))).errorCode, Errors.UNKNOWN_MEMBER_ID.code)
})

test('a group lives through a restart: members, assignment and offsets', async () => {
  const bench = new ServiceBench()
  await bench.start()
  const first = await bench.service.joinGroup(joinOf('g'), bench.client(9))
  assert.equal(first.errorCode, Errors.MEMBER_ID_REQUIRED.code)
  assert.match(first.memberId, /^client-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  const joining = bench.service.joinGroup(joinOf('g', first.memberId), bench.client(9))
  await Promise.resolve()
  bench.clock.advance(0)
  const joined = await joining
  assert.equal(joined.generationId, 1)
  const identity = { groupId: 'g', generationId: 1, memberId: joined.memberId, groupInstanceId: null }
  const synced = await bench.service.syncGroup(
    {
      ...identity,
      protocolType: 'consumer',
      protocolName: 'range',
      assignments: [{ memberId: joined.memberId, assignment: Uint8Array.of(1, 2, 3) }],
    },
    bench.client(5),
  )
  assert.deepEqual([...synced.assignment], [1, 2, 3])
  const commit = {
    ...commitOf('g', [{ name: 't1', partitions: [0] }]),
    generationIdOrMemberEpoch: 1,
    memberId: joined.memberId,
  }
  await bench.service.commitOffsets(commit, bench.client(9))
  await bench.restart()
  assert.equal((await bench.service.heartbeat(identity, bench.client(4))).errorCode, Errors.NONE.code)
  const described = await bench.service.describeGroups(
    { groups: ['g'], includeAuthorizedOperations: false },
    bench.client(6),
  )
  assert.equal(described.groups[0]?.groupState, 'Stable')
  assert.deepEqual([...(described.groups[0]?.members[0]?.memberAssignment ?? [])], [1, 2, 3])
  const fetched = await bench.service.fetchOffsets(fetchOf('g', null), bench.client(7))
  assert.deepEqual(fetched.topics, [
    {
      name: 't1',
      partitions: [
        { partitionIndex: 0, committedOffset: 100, committedLeaderEpoch: 2, metadata: 'note', errorCode: 0 },
      ],
    },
  ])
})

test('groups of many partitions, one of which is not here', async () => {
  const bench = new ServiceBench()
  await bench.start()
  const groupIds = ['a', 'b', 'c', 'd', 'e']
  for (const groupId of groupIds) {
    await bench.service.commitOffsets(commitOf(groupId, [{ name: 't1', partitions: [0] }]), bench.client(8))
  }
  const away = bench.service.partitionFor('b')
  bench.service.onResignation(away, 0)
  const isAway = (groupId: string): boolean => bench.service.partitionFor(groupId) === away
  const list = await bench.service.listGroups({ statesFilter: [], typesFilter: [] }, bench.client(5))
  assert.equal(list.errorCode, Errors.NONE.code)
  assert.deepEqual(
    new Set(list.groups.map(({ groupId }) => groupId)),
    new Set(groupIds.filter((groupId) => !isAway(groupId))),
  )
  const asked = ['e', 'b', 'missing', 'a']
  const described = await bench.service.describeGroups(
    { groups: asked, includeAuthorizedOperations: false },
    bench.client(6),
  )
  assert.deepEqual(
    described.groups.map(({ groupId, errorCode }) => [groupId, errorCode]),
    asked.map((groupId) => [
      groupId,
      isAway(groupId) ? Errors.NOT_COORDINATOR.code : groupId === 'missing' ? Errors.GROUP_ID_NOT_FOUND.code : 0,
    ]),
  )
  const deleted = await bench.service.deleteGroups({ groupsNames: ['a', 'b', 'a'] }, bench.client(2))
  assert.deepEqual(
    deleted.results.map(({ groupId, errorCode }) => [groupId, errorCode]),
    ['a', 'b'].map((groupId) => [groupId, isAway(groupId) ? Errors.NOT_COORDINATOR.code : 0]),
  )
})

test('OffsetCommit sorts out what does not exist', async () => {
  const bench = new ServiceBench()
  await bench.start()
  const byName = await bench.service.commitOffsets(
    commitOf('g', [
      { name: 't1', partitions: [0, 7] },
      { name: 'none', partitions: [0] },
    ]),
    bench.client(9),
  )
  const unknown = Errors.UNKNOWN_TOPIC_OR_PARTITION.code
  assert.deepEqual(
    byName.topics.map(({ name, partitions }) => [
      name,
      partitions.map(({ partitionIndex, errorCode }) => [partitionIndex, errorCode]),
    ]),
    [
      [
        't1',
        [
          [7, unknown],
          [0, 0],
        ],
      ],
      ['none', [[0, unknown]]],
    ],
  )
  const byId = await bench.service.commitOffsets(
    commitOf('g', [
      { topicId: T1, partitions: [1, 7] },
      { topicId: UNKNOWN_ID, partitions: [0] },
    ]),
    bench.client(10),
  )
  assert.deepEqual(
    byId.topics.map(({ topicId, partitions }) => [
      topicId,
      partitions.map(({ partitionIndex, errorCode }) => [partitionIndex, errorCode]),
    ]),
    [
      [
        T1,
        [
          [7, unknown],
          [1, 0],
        ],
      ],
      [UNKNOWN_ID, [[0, Errors.UNKNOWN_TOPIC_ID.code]]],
    ],
  )
  const nothing = await bench.service.commitOffsets(
    { ...commitOf('g', [{ name: 'none', partitions: [0] }]), generationIdOrMemberEpoch: 99 },
    bench.client(9),
  )
  assert.equal(nothing.topics[0]?.partitions[0]?.errorCode, unknown, 'the group is not asked')
  const none = [
    { name: 't1', partitions: [] },
    { name: 'none', partitions: [] },
  ]
  const { topics } = await bench.service.commitOffsets(commitOf('g', none), bench.client(9))
  assert.deepEqual(
    topics.map(({ name }) => name),
    ['none'],
    'without partitions, what exists is left out',
  )
})

test('OffsetFetch in the shape of each version', async () => {
  const bench = new ServiceBench()
  await bench.start()
  await bench.service.commitOffsets(commitOf('g', [{ name: 't1', partitions: [0, 1] }]), bench.client(9))
  const one = await bench.service.fetchOffsets(
    fetchOf('g', [{ name: 't1', partitionIndexes: [1, 2] }]),
    bench.client(1),
  )
  assert.deepEqual(
    one.topics[0]?.partitions.map(({ committedOffset }) => committedOffset),
    [101, -1],
  )
  const many = await bench.service.fetchOffsets(
    batchedFetch([groupOf('g', null), groupOf('other', [{ name: 't1', topicId: ZERO_UUID, partitionIndexes: [0] }])]),
    bench.client(8),
  )
  assert.deepEqual(
    many.groups.map(({ groupId, topics }) => [
      groupId,
      topics[0]?.partitions.map(({ committedOffset }) => committedOffset),
    ]),
    [
      ['g', [100, 101]],
      ['other', [-1]],
    ],
  )
  const byId = await bench.service.fetchOffsets(
    batchedFetch([
      groupOf('g', [
        { name: '', topicId: T1, partitionIndexes: [0] },
        { name: '', topicId: UNKNOWN_ID, partitionIndexes: [0] },
      ]),
      groupOf('g', null),
    ]),
    bench.client(10),
  )
  assert.deepEqual(
    byId.groups.map(({ topics }) => topics.map(({ topicId, partitions }) => [topicId, partitions[0]?.errorCode])),
    [
      [
        [T1, 0],
        [UNKNOWN_ID, Errors.UNKNOWN_TOPIC_ID.code],
      ],
      [[T1, 0]],
    ],
  )
})

test('OffsetFetch says errors where each version has a place for them', async () => {
  const bench = new ServiceBench()
  bench.service.startup(ServiceBench.partitionCount)
  const code = Errors.NOT_COORDINATOR.code
  const v1 = await bench.service.fetchOffsets(fetchOf('g', [{ name: 't1', partitionIndexes: [0, 1] }]), bench.client(1))
  assert.deepEqual(
    v1.topics[0]?.partitions.map(({ errorCode }) => errorCode),
    [code, code],
  )
  const v2 = await bench.service.fetchOffsets(fetchOf('g', [{ name: 't1', partitionIndexes: [0] }]), bench.client(2))
  assert.deepEqual([v2.errorCode, v2.topics], [code, []])
  const v8 = await bench.service.fetchOffsets(batchedFetch([groupOf('g', null)]), bench.client(8))
  assert.deepEqual([v8.errorCode, v8.groups[0]?.errorCode], [0, code])
})

test('a log that does not commit in time', async () => {
  const bench = new ServiceBench()
  await bench.start()
  bench.isHeld = true
  const commit = bench.service.commitOffsets(commitOf('g', [{ name: 't1', partitions: [0] }]), bench.client(9))
  const stable = bench.service.fetchOffsets(fetchOf('g', null, true), bench.client(7))
  const anyhow = await bench.service.fetchOffsets(fetchOf('g', null), bench.client(7))
  assert.deepEqual(anyhow.topics, [], 'what is not committed is not seen')
  bench.clock.advance(5_000)
  assert.equal((await commit).topics[0]?.partitions[0]?.errorCode, Errors.COORDINATOR_NOT_AVAILABLE.code)
  assert.equal((await stable).errorCode, Errors.NOT_COORDINATOR.code)
})

test('OffsetDelete and deleted topics', async () => {
  const bench = new ServiceBench()
  await bench.start()
  await bench.service.commitOffsets(
    commitOf('g', [
      { name: 't1', partitions: [0, 1] },
      { name: 't2', partitions: [0] },
    ]),
    bench.client(9),
  )
  const partitionsOf = (...indexes: number[]): { partitionIndex: number }[] =>
    indexes.map((partitionIndex) => ({ partitionIndex }))
  const deleted = await bench.service.deleteOffsets(
    {
      groupId: 'g',
      topics: [
        { name: 't1', partitions: partitionsOf(0, 9) },
        { name: 'none', partitions: partitionsOf(0) },
      ],
    },
    bench.client(0),
  )
  const unknown = Errors.UNKNOWN_TOPIC_OR_PARTITION.code
  assert.deepEqual(
    deleted.topics.map(({ name, partitions }) => [
      name,
      partitions.map(({ partitionIndex, errorCode }) => [partitionIndex, errorCode]),
    ]),
    [
      [
        't1',
        [
          [9, unknown],
          [0, 0],
        ],
      ],
      ['none', [[0, unknown]]],
    ],
  )
  const nobodys = { groupId: '', topics: [{ name: 'none', partitions: partitionsOf(0) }] }
  const refused = await bench.service.deleteOffsets(nobodys, bench.client(0))
  assert.equal(refused.errorCode, Errors.INVALID_GROUP_ID.code)
  const missing = await bench.service.deleteOffsets({ ...nobodys, groupId: 'missing' }, bench.client(0))
  assert.deepEqual([missing.errorCode, missing.topics], [Errors.GROUP_ID_NOT_FOUND.code, []])
  await bench.service.onTopicsDeleted(['t2', 'never seen'])
  const left = await bench.service.fetchOffsets(fetchOf('g', null), bench.client(7))
  assert.deepEqual(
    left.topics.map(({ name, partitions }) => [name, partitions.map(({ partitionIndex }) => partitionIndex)]),
    [['t1', [1]]],
  )
})

test('what a request must have, and what old versions lack', async () => {
  const bench = new ServiceBench()
  await bench.start()
  const { service } = bench
  const join = joinOf('g')
  assert.equal((await service.joinGroup(joinOf(''), bench.client(9))).errorCode, Errors.INVALID_GROUP_ID.code)
  for (const sessionTimeoutMs of [5_999, 1_800_001]) {
    const refused = await service.joinGroup({ ...join, sessionTimeoutMs }, bench.client(0))
    assert.deepEqual([refused.errorCode, refused.protocolName], [Errors.INVALID_SESSION_TIMEOUT.code, ''])
  }
  const sync = {
    groupId: 'g',
    generationId: 1,
    memberId: 'm',
    groupInstanceId: null,
    protocolType: null,
    protocolName: null,
    assignments: [],
  }
  assert.equal((await service.syncGroup(sync, bench.client(5))).errorCode, Errors.INCONSISTENT_GROUP_PROTOCOL.code)
  const nowhere = { ...sync, groupId: '' }
  assert.equal((await service.syncGroup(nowhere, bench.client(5))).errorCode, Errors.INCONSISTENT_GROUP_PROTOCOL.code)
  assert.equal((await service.syncGroup(sync, bench.client(4))).errorCode, Errors.UNKNOWN_MEMBER_ID.code)
  const left = await service.leaveGroup({ groupId: 'g', memberId: 'm', members: [] }, bench.client(0))
  assert.deepEqual([left.errorCode, left.members], [Errors.UNKNOWN_MEMBER_ID.code, []])
  const topics = [{ name: 't1', partitions: [{ partitionIndex: 0 }] }]
  assert.equal(
    (await service.deleteOffsets({ groupId: '', topics }, bench.client(0))).errorCode,
    Errors.INVALID_GROUP_ID.code,
  )
  const nothing = await service.deleteOffsets({ groupId: 'missing', topics: [] }, bench.client(0))
  assert.equal(nothing.errorCode, Errors.GROUP_ID_NOT_FOUND.code)
  const empty = await service.commitOffsets(commitOf('', [{ name: 't1', partitions: [0] }]), bench.client(8))
  assert.equal(empty.topics[0]?.partitions[0]?.errorCode, Errors.NONE.code, 'a commit may have an empty group id')
})
