import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  AlterShareGroupOffsetsRequest,
  AlterShareGroupOffsetsResponse,
  DeleteGroupsRequest,
  DeleteGroupsResponse,
  DeleteShareGroupOffsetsRequest,
  DeleteShareGroupOffsetsResponse,
  DeleteShareGroupStateRequest,
  DeleteShareGroupStateResponse,
  DescribeShareGroupOffsetsRequest,
  DescribeShareGroupOffsetsResponse,
  Errors,
  FindCoordinatorRequest,
  FindCoordinatorResponse,
  InitializeShareGroupStateRequest,
  InitializeShareGroupStateResponse,
  ListGroupsRequest,
  ListGroupsResponse,
  ReadShareGroupStateRequest,
  ReadShareGroupStateResponse,
  ReadShareGroupStateSummaryRequest,
  ReadShareGroupStateSummaryResponse,
  ShareGroupDescribeRequest,
  ShareGroupDescribeResponse,
  ShareGroupHeartbeatRequest,
  ShareGroupHeartbeatResponse,
  UpdateFeaturesRequest,
  UpdateFeaturesResponse,
  WriteShareGroupStateRequest,
  WriteShareGroupStateResponse,
} from '@milena/protocol'
import { commitOffset, findCoordinator } from '../testing/offsets.ts'
import { TestBroker } from '../testing/test-broker.ts'
import { batchOf, createTopic, produceTo } from '../testing/topics.ts'
import type { WireClient } from '../testing/wire-client.ts'

const properties = {
  'share.coordinator.state.topic.num.partitions': '2',
  // Every heartbeat may assign, so that a test need not wait.
  'group.share.assignment.interval.ms': '0',
}
const codeOf = (name: keyof typeof Errors): number => Errors[name].code

interface Beat {
  readonly memberEpoch?: number
  readonly memberId?: string
  readonly topics?: readonly string[] | null
}

function heartbeat(client: WireClient, { memberEpoch = 0, memberId = 'm', topics = null }: Beat) {
  const body = { groupId: 'g', memberId, memberEpoch, subscribedTopicNames: topics === null ? null : [...topics] }
  return client.send(ShareGroupHeartbeatRequest, ShareGroupHeartbeatResponse, 1, body)
}

/** Joins, and beats until it has partitions; the state of a partition is begun beside the heartbeats. */
async function joinUntilAssigned(client: WireClient, topics: readonly string[]) {
  let response = await heartbeat(client, { topics })
  while (response.errorCode === 0 && (response.assignment?.topicPartitions.length ?? 0) === 0) {
    response = await heartbeat(client, { topics, memberEpoch: response.memberEpoch })
  }
  assert.equal(response.errorCode, Errors.NONE.code)
  return response
}

async function offsetsOf(client: WireClient, version = 1) {
  const { groups } = await client.send(DescribeShareGroupOffsetsRequest, DescribeShareGroupOffsetsResponse, version, {
    groups: [{ groupId: 'g', topics: null }],
  })
  return groups[0]!.topics.flatMap(({ topicName, partitions }) =>
    partitions.map(
      ({ partitionIndex, startOffset, lag }) => `${topicName}:${partitionIndex}@${startOffset} lag ${lag}`,
    ),
  )
}

async function alterOffset(client: WireClient, startOffset: number) {
  const partitions = [{ partitionIndex: 0, startOffset }]
  const topics = [{ topicName: 'events', partitions }]
  return client.send(AlterShareGroupOffsetsRequest, AlterShareGroupOffsetsResponse, 0, { groupId: 'g', topics })
}

describe('a share group', () => {
  test('is joined, described, listed and left', async () => {
    await using broker = await TestBroker.start({ properties })
    const client = await broker.connect('client')
    const topicId = await createTopic(client, 'events', { partitions: 2 })
    assert.equal(await findCoordinator(client, 'g'), Errors.NONE.code)
    const joined = await joinUntilAssigned(client, ['events'])
    assert.deepEqual(joined.assignment?.topicPartitions, [{ topicId, partitions: [0, 1] }])
    assert.equal((await heartbeat(client, { memberEpoch: joined.memberEpoch })).assignment, null)

    const { groups } = await client.send(ShareGroupDescribeRequest, ShareGroupDescribeResponse, 1, {
      groupIds: ['g', 'other', ''],
      includeAuthorizedOperations: true,
    })
    const [described, ...missing] = groups
    assert.equal(described?.groupState, 'Stable')
    assert.equal(described.assignorName, 'simple')
    assert.equal(described.groupEpoch, joined.memberEpoch)
    assert.deepEqual(described.members[0]?.assignment.topicPartitions, [
      { topicId, topicName: 'events', partitions: [0, 1] },
    ])
    assert.deepEqual(
      missing.map(({ errorCode }) => errorCode),
      [codeOf('GROUP_ID_NOT_FOUND'), codeOf('INVALID_GROUP_ID')],
    )
    const listed = await client.send(ListGroupsRequest, ListGroupsResponse, 5, {
      statesFilter: [],
      typesFilter: ['share'],
    })
    assert.deepEqual(listed.groups, [{ groupId: 'g', protocolType: 'share', groupState: 'Stable', groupType: 'share' }])
    assert.equal((await heartbeat(client, { memberEpoch: -1 })).memberEpoch, -1)
    const deleted = await client.send(DeleteGroupsRequest, DeleteGroupsResponse, 2, { groupsNames: ['g'] })
    assert.deepEqual(deleted.results, [{ groupId: 'g', errorCode: Errors.NONE.code }])
    assert.deepEqual(await offsetsOf(client), [])
  })

  test('says what is wrong with a heartbeat', async () => {
    await using broker = await TestBroker.start({ properties })
    const client = await broker.connect()
    await createTopic(client, 'events')
    assert.equal(await findCoordinator(client, 'g'), Errors.NONE.code)
    const errorOf = async (beat: Beat): Promise<number> => (await heartbeat(client, beat)).errorCode
    assert.equal(await errorOf({ topics: null }), codeOf('INVALID_REQUEST'))
    assert.equal(await errorOf({ topics: ['events'], memberId: '' }), codeOf('INVALID_REQUEST'))
    assert.equal(await errorOf({ topics: ['events'], memberId: 'x'.repeat(37) }), codeOf('INVALID_REQUEST'))
    assert.equal(await errorOf({ topics: ['events'], memberEpoch: -2 }), codeOf('INVALID_REQUEST'))
    assert.equal(await errorOf({ memberEpoch: 1 }), codeOf('GROUP_ID_NOT_FOUND'))
    assert.equal(await errorOf({ topics: ['events'] }), codeOf('NONE'))
    assert.equal(await errorOf({ memberEpoch: 9 }), codeOf('FENCED_MEMBER_EPOCH'))
    assert.equal(await errorOf({ memberEpoch: 1, memberId: 'other' }), codeOf('UNKNOWN_MEMBER_ID'))
  })

  test('is where it was after the broker starts again', async () => {
    const first = await TestBroker.start({ properties })
    let client = await first.connect()
    await createTopic(client, 'events')
    await produceTo(client, 'events', batchOf(['a', 'b', 'c']))
    assert.equal(await findCoordinator(client, 'g'), Errors.NONE.code)
    assert.equal((await alterOffset(client, 1)).responses[0]?.partitions[0]?.errorCode, Errors.NONE.code)
    assert.deepEqual(await offsetsOf(client), ['events:0@1 lag 2'])
    const { memberEpoch } = await joinUntilAssigned(client, ['events'])
    await first.close()

    await using second = await TestBroker.start({ properties, fs: first.fs })
    client = await second.connect()
    assert.equal((await heartbeat(client, { memberEpoch })).errorCode, Errors.NONE.code)
    assert.deepEqual(await offsetsOf(client), ['events:0@1 lag 2'])
    assert.deepEqual(await offsetsOf(client, 0), ['events:0@1 lag -1'])
    assert.equal((await alterOffset(client, 0)).errorCode, codeOf('NON_EMPTY_GROUP'))
  })

  test('forgets how far it is when told to', async () => {
    await using broker = await TestBroker.start({ properties })
    const client = await broker.connect()
    await createTopic(client, 'events')
    assert.equal(await findCoordinator(client, 'g'), Errors.NONE.code)
    const forget = async () => {
      const body = { groupId: 'g', topics: [{ topicName: 'events' }, { topicName: 'nope' }] }
      return client.send(DeleteShareGroupOffsetsRequest, DeleteShareGroupOffsetsResponse, 0, body)
    }
    assert.equal((await forget()).errorCode, codeOf('GROUP_ID_NOT_FOUND'))
    assert.equal((await alterOffset(client, 7)).errorCode, Errors.NONE.code)
    assert.deepEqual(
      (await forget()).responses.map(({ topicName, errorCode }) => `${topicName} ${errorCode}`),
      ['events 0', `nope ${codeOf('UNKNOWN_TOPIC_OR_PARTITION')}`],
    )
    assert.deepEqual(await offsetsOf(client), [])
  })

  test('is none of another kind under the same id', async () => {
    await using broker = await TestBroker.start({ properties })
    const client = await broker.connect()
    const id = await createTopic(client, 'events')
    assert.equal(await findCoordinator(client, 'g'), Errors.NONE.code)
    const commit = {
      groupId: 'g',
      memberId: '',
      generationId: -1,
      topic: { name: 'events', id },
      partition: 0,
      offset: 1,
    }
    assert.equal(await commitOffset(client, 9, commit), Errors.NONE.code)
    assert.equal((await heartbeat(client, { topics: ['events'] })).errorCode, codeOf('GROUP_ID_NOT_FOUND'))
    const deleted = await client.send(DeleteGroupsRequest, DeleteGroupsResponse, 2, { groupsNames: ['g'] })
    assert.equal(deleted.results[0]?.errorCode, Errors.NONE.code)
    await joinUntilAssigned(client, ['events'])
    assert.equal(await commitOffset(client, 9, commit), codeOf('GROUP_ID_NOT_FOUND'))
  })

  test('is not to be had while the feature is off', async () => {
    await using broker = await TestBroker.start({ properties })
    const client = await broker.connect()
    const featureUpdates = [{ feature: 'share.version', maxVersionLevel: 0, allowDowngrade: false, upgradeType: 2 }]
    const switched = await client.send(UpdateFeaturesRequest, UpdateFeaturesResponse, 2, { featureUpdates })
    assert.equal(switched.errorCode, Errors.NONE.code)
    assert.equal((await heartbeat(client, { topics: ['events'] })).errorCode, codeOf('UNSUPPORTED_VERSION'))
    const asked = { groups: [{ groupId: 'g', topics: null }] }
    const { groups } = await client.send(DescribeShareGroupOffsetsRequest, DescribeShareGroupOffsetsResponse, 1, asked)
    assert.equal(groups[0]?.errorCode, codeOf('UNSUPPORTED_VERSION'))
    assert.equal(groups[0]?.errorMessage, null)
  })
})

describe('the state of a share group', () => {
  test('is begun, read, written and dropped over the wire', async () => {
    await using broker = await TestBroker.start({ properties })
    const client = await broker.connect()
    const topicId = await createTopic(client, 'events')
    const place = <Partition extends object>(partition: Partition) => ({
      groupId: 'g',
      topics: [{ topicId, partitions: [{ partition: 0, ...partition }] }],
    })
    const first = <Result>({ results }: { results: readonly { partitions: readonly Result[] }[] }): Result =>
      results[0]!.partitions[0]!
    const coordinator = async (key: string) => {
      const body = { keyType: 2, coordinatorKeys: [key] }
      const found = await client.send(FindCoordinatorRequest, FindCoordinatorResponse, 6, body)
      return found.coordinators[0]!.errorCode
    }
    const readAt = async (leaderEpoch: number) =>
      first(await client.send(ReadShareGroupStateRequest, ReadShareGroupStateResponse, 0, place({ leaderEpoch })))
    assert.equal((await readAt(0)).errorCode, codeOf('NOT_COORDINATOR'))
    assert.equal(await coordinator('g:nonsense:0'), codeOf('INVALID_REQUEST'))
    assert.equal(await coordinator(`g:${topicId}:0`), Errors.NONE.code)
    const begin = async (stateEpoch: number) => {
      const body = place({ stateEpoch, startOffset: 3 })
      return first(await client.send(InitializeShareGroupStateRequest, InitializeShareGroupStateResponse, 0, body))
    }
    // The coordinator loads its partition of the topic that has just been made.
    while ((await readAt(0)).errorCode === codeOf('COORDINATOR_LOAD_IN_PROGRESS')) continue
    assert.equal((await readAt(0)).errorCode, codeOf('INVALID_REQUEST'))
    assert.equal((await begin(2)).errorCode, Errors.NONE.code)
    assert.equal((await begin(1)).errorCode, codeOf('FENCED_STATE_EPOCH'))
    assert.equal((await readAt(5)).startOffset, 3)
    assert.equal((await readAt(4)).errorCode, codeOf('FENCED_LEADER_EPOCH'))
    const write = async (leaderEpoch: number) => {
      const stateBatches = [{ firstOffset: 3, lastOffset: 9, deliveryState: 2, deliveryCount: 1 }]
      const body = place({ stateEpoch: 2, leaderEpoch, startOffset: 4, deliveryCompleteCount: 6, stateBatches })
      return first(await client.send(WriteShareGroupStateRequest, WriteShareGroupStateResponse, 1, body))
    }
    assert.equal((await write(4)).errorCode, codeOf('FENCED_LEADER_EPOCH'))
    assert.deepEqual(await write(5), { partition: 0, errorCode: 0, errorMessage: null })
    assert.deepEqual((await readAt(5)).stateBatches, [
      { firstOffset: 4, lastOffset: 9, deliveryState: 2, deliveryCount: 1 },
    ])
    const summary = first(
      await client.send(
        ReadShareGroupStateSummaryRequest,
        ReadShareGroupStateSummaryResponse,
        1,
        place({ leaderEpoch: 5 }),
      ),
    )
    assert.deepEqual([summary.startOffset, summary.deliveryCompleteCount, summary.leaderEpoch], [4, 6, 5])
    const dropped = await client.send(DeleteShareGroupStateRequest, DeleteShareGroupStateResponse, 0, place({}))
    assert.equal(first(dropped).errorCode, Errors.NONE.code)
    assert.equal((await readAt(5)).errorCode, codeOf('INVALID_REQUEST'))
  })
})
