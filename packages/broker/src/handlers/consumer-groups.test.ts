import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { ConsumerGroupHeartbeatResponse as HeartbeatResponse } from '@milena/protocol'
import {
  ConsumerGroupDescribeRequest,
  ConsumerGroupDescribeResponse,
  ConsumerGroupHeartbeatRequest,
  ConsumerGroupHeartbeatResponse,
  CreatePartitionsRequest,
  CreatePartitionsResponse,
  Errors,
  IncrementalAlterConfigsRequest,
  IncrementalAlterConfigsResponse,
  ListGroupsRequest,
  ListGroupsResponse,
} from '@milena/protocol'
import { commitOffset, fetchOffset, findCoordinator } from '../testing/offsets.ts'
import { TestBroker } from '../testing/test-broker.ts'
import { createTopic } from '../testing/topics.ts'
import type { WireClient } from '../testing/wire-client.ts'

const GROUP_RESOURCE = 32
/** Assignments need not wait for each other in a test. */
const AT_ONCE = { 'group.consumer.assignment.interval.ms': '0' }

type Heartbeat = Parameters<typeof beat>[1]

/** Partial, as heartbeats are; a new member says everything. */
const beat = (
  client: WireClient,
  fields: {
    memberId: string
    memberEpoch: number
    subscribedTopicNames?: string[]
    subscribedTopicRegex?: string
    topicPartitions?: { topicId: string; partitions: number[] }[]
  },
  version = 1,
): Promise<HeartbeatResponse> =>
  client.send(ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse, version, {
    groupId: 'g',
    ...(fields.memberEpoch === 0 && { rebalanceTimeoutMs: 60_000, topicPartitions: [] }),
    ...fields,
  })

const join = (client: WireClient, memberId: string, topic: Partial<Heartbeat>): Promise<HeartbeatResponse> =>
  beat(client, { memberId, memberEpoch: 0, ...topic })

/** Heartbeats until the answer is what is waited for; each is a round trip, not a moment of time. */
const beatUntil = async (
  client: WireClient,
  fields: Heartbeat,
  isDone: (response: HeartbeatResponse) => boolean,
): Promise<HeartbeatResponse> => {
  let { memberEpoch } = fields
  for (let round = 0; round < 500; round++) {
    const response = await beat(client, { ...fields, memberEpoch })
    assert.equal(response.errorCode, Errors.NONE.code)
    memberEpoch = response.memberEpoch
    if (isDone(response)) return response
  }
  throw new Error('It never came')
}

describe('a consumer group', () => {
  test('shares its partitions, keeps offsets by epoch, is described and listed', async () => {
    await using broker = await TestBroker.start({ properties: AT_ONCE })
    const [a, b] = [await broker.connect('a'), await broker.connect('b')]
    const topicId = await createTopic(a, 'events', { partitions: 2 })
    await findCoordinator(a, 'g')
    const first = await join(a, 'a', { subscribedTopicNames: ['events'] })
    assert.deepEqual(first.assignment?.topicPartitions, [{ topicId, partitions: [0, 1] }])
    const second = await join(b, 'b', { subscribedTopicNames: ['events'] })
    assert.deepEqual(second.assignment?.topicPartitions, [])
    const all = [{ topicId, partitions: [0, 1] }]
    const less = await beat(a, { memberId: 'a', memberEpoch: first.memberEpoch, topicPartitions: all })
    assert.equal(less.assignment?.topicPartitions[0]?.partitions.length, 1)
    const owned = less.assignment?.topicPartitions.map(({ partitions }) => ({ topicId, partitions: [...partitions] }))
    const done = await beat(a, { memberId: 'a', memberEpoch: less.memberEpoch, topicPartitions: owned ?? [] })
    const more = await beat(b, { memberId: 'b', memberEpoch: second.memberEpoch })
    assert.equal(more.assignment?.topicPartitions[0]?.partitions.length, 1)
    assert.equal(more.memberEpoch, done.memberEpoch)

    const partition = owned?.[0]?.partitions[0] ?? -1
    const topic = { name: 'events', id: topicId }
    const commit = { groupId: 'g', memberId: 'a', generationId: done.memberEpoch, topic, partition, offset: 7 }
    assert.equal(await commitOffset(a, 10, commit), Errors.NONE.code)
    assert.equal(await commitOffset(a, 10, { ...commit, generationId: 99 }), Errors.STALE_MEMBER_EPOCH.code)
    assert.equal(await commitOffset(a, 8, commit), Errors.UNSUPPORTED_VERSION.code)
    assert.equal(await fetchOffset(a, 10, { groupId: 'g', topic, partition }), 7)

    const { groups } = await a.send(ConsumerGroupDescribeRequest, ConsumerGroupDescribeResponse, 1, {
      groupIds: ['g', 'none', ''],
      includeAuthorizedOperations: true,
    })
    const [group, missing, invalid] = groups
    assert.deepEqual([group?.groupState, group?.assignorName, group?.authorizedOperations], ['Stable', 'uniform', 3400])
    assert.deepEqual(
      group?.members.map(({ memberId, memberType, clientId }) => [memberId, memberType, clientId]).toSorted(),
      [
        ['a', 1, 'a'],
        ['b', 1, 'b'],
      ],
    )
    assert.equal(missing?.errorCode, Errors.GROUP_ID_NOT_FOUND.code)
    assert.equal(invalid?.errorCode, Errors.INVALID_GROUP_ID.code)
    const listed = await a.send(ListGroupsRequest, ListGroupsResponse, 5, {
      typesFilter: ['Consumer'],
      statesFilter: ['stable'],
    })
    assert.deepEqual(listed.groups, [
      { groupId: 'g', protocolType: 'consumer', groupState: 'Stable', groupType: 'consumer' },
    ])
  })

  test('follows topics that appear and grow, by name and by expression', async () => {
    await using broker = await TestBroker.start({ properties: AT_ONCE })
    const client = await broker.connect('a')
    const first = await createTopic(client, 'events-1', { partitions: 1 })
    await findCoordinator(client, 'g')
    const joined = await join(client, 'a', { subscribedTopicRegex: 'events-.*' })
    assert.deepEqual(joined.assignment?.topicPartitions, [], 'the answer does not wait for the expression')
    const member = { memberId: 'a', memberEpoch: joined.memberEpoch }
    const resolved = await beatUntil(client, member, ({ assignment }) => assignment !== null)
    assert.deepEqual(resolved.assignment?.topicPartitions, [{ topicId: first, partitions: [0] }])
    await client.send(CreatePartitionsRequest, CreatePartitionsResponse, 3, {
      topics: [{ name: 'events-1', count: 2, assignments: null }],
      timeoutMs: 5_000,
      validateOnly: false,
    })
    const known = { ...member, memberEpoch: resolved.memberEpoch }
    const grown = await beatUntil(client, known, ({ assignment }) => assignment !== null)
    assert.deepEqual(grown.assignment?.topicPartitions, [{ topicId: first, partitions: [0, 1] }])
    const invalid = await join(client, 'b', { subscribedTopicRegex: '(' })
    assert.equal(invalid.errorCode, Errors.INVALID_REGULAR_EXPRESSION.code)
  })

  test('says what is wrong with a heartbeat', async () => {
    await using broker = await TestBroker.start()
    const client = await broker.connect('a')
    await findCoordinator(client, 'g')
    const codeOf = async (fields: Partial<Heartbeat>, version = 1): Promise<number> =>
      (await beat(client, { memberId: 'a', memberEpoch: 0, ...fields }, version)).errorCode
    assert.equal(await codeOf({}), Errors.INVALID_REQUEST.code, 'joins without a subscription')
    assert.equal(await codeOf({ memberId: '', subscribedTopicNames: ['t'] }), Errors.INVALID_REQUEST.code)
    assert.equal(await codeOf({ memberEpoch: -3 }), Errors.INVALID_REQUEST.code)
    assert.equal(await codeOf({ memberEpoch: 7 }), Errors.GROUP_ID_NOT_FOUND.code)
    const named = await beat(client, { memberId: '', memberEpoch: 0, subscribedTopicNames: ['t'] }, 0)
    assert.equal(named.errorCode, Errors.NONE.code)
    assert.notEqual(named.memberId, '', 'v0: the coordinator makes the id')
    assert.equal(await codeOf({ memberEpoch: 9, memberId: named.memberId ?? '' }), Errors.FENCED_MEMBER_EPOCH.code)
  })

  test('is configured while it runs', async () => {
    await using broker = await TestBroker.start()
    const client = await broker.connect('a')
    await findCoordinator(client, 'g')
    const joined = await join(client, 'a', { subscribedTopicNames: [] })
    assert.equal(joined.heartbeatIntervalMs, 5_000)
    await client.send(IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse, 1, {
      resources: [
        {
          resourceType: GROUP_RESOURCE,
          resourceName: 'g',
          configs: [{ name: 'consumer.heartbeat.interval.ms', configOperation: 0, value: '7000' }],
        },
      ],
      validateOnly: false,
    })
    const next = await beat(client, { memberId: 'a', memberEpoch: joined.memberEpoch })
    assert.equal(next.heartbeatIntervalMs, 7_000)
  })

  test('is not there where its protocol is switched off', async () => {
    await using broker = await TestBroker.start({ properties: { 'group.coordinator.rebalance.protocols': 'classic' } })
    const client = await broker.connect('a')
    const { errorCode, errorMessage } = await join(client, 'a', { subscribedTopicNames: [] })
    assert.deepEqual({ errorCode, errorMessage }, { errorCode: Errors.UNSUPPORTED_VERSION.code, errorMessage: null })
    const { groups } = await client.send(ConsumerGroupDescribeRequest, ConsumerGroupDescribeResponse, 0, {
      groupIds: ['g'],
      includeAuthorizedOperations: false,
    })
    assert.equal(groups[0]?.errorCode, Errors.UNSUPPORTED_VERSION.code)
  })
})
