import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  DeleteGroupsRequest,
  DeleteGroupsResponse,
  DeleteTopicsRequest,
  DeleteTopicsResponse,
  DescribeGroupsRequest,
  DescribeGroupsResponse,
  Errors,
  JoinGroupRequest,
  JoinGroupResponse,
  ListGroupsRequest,
  ListGroupsResponse,
} from '@milena/protocol'
import { GroupMember, newestGroupVersions, oldestGroupVersions } from '../testing/group-member.ts'
import { TestBroker } from '../testing/test-broker.ts'
import { commitOffset, fetchOffset, findCoordinator } from '../testing/offsets.ts'
import { createTopic } from '../testing/topics.ts'
import type { WireClient } from '../testing/wire-client.ts'

async function describeGroup(client: WireClient, groupId: string, version: number) {
  const { groups } = await client.send(DescribeGroupsRequest, DescribeGroupsResponse, version, {
    groups: [groupId],
    ...(version >= 3 && { includeAuthorizedOperations: true }),
  })
  return groups[0]!
}

/** Two members in one generation; the first leads. */
async function formGroup(first: GroupMember, second: GroupMember): Promise<void> {
  assert.equal((await first.join()).errorCode, Errors.NONE.code)
  assert.equal(await first.sync({ [first.memberId]: 'all' }), 'all')
  const joined = second.join()
  await first.heartbeatUntil(Errors.REBALANCE_IN_PROGRESS.code)
  const [led, followed] = await Promise.all([first.join(), joined])
  assert.equal(led.leader, first.memberId)
  assert.deepEqual(led.members.map(({ memberId }) => memberId).toSorted(), [first.memberId, second.memberId].toSorted())
  assert.deepEqual(followed.members, [])
  assert.equal(followed.generationId, led.generationId)
  const synced = second.sync()
  assert.equal(await first.sync({ [first.memberId]: 'one', [second.memberId]: 'two' }), 'one')
  assert.equal(await synced, 'two')
}

describe('a classic group', () => {
  for (const [age, versions, admin] of [
    ['oldest', oldestGroupVersions, { commit: 2, fetch: 1, describe: 0, list: 0, delete: 0 }],
    ['newest', newestGroupVersions, { commit: 10, fetch: 10, describe: 6, list: 5, delete: 2 }],
  ] as const) {
    test(`forms, commits, shrinks and goes away, in the ${age} versions`, async () => {
      await using broker = await TestBroker.start()
      const [a, b] = [await broker.connect('a'), await broker.connect('b')]
      const topic = { name: 'events', id: await createTopic(a, 'events', { partitions: 2 }) }
      assert.equal(await findCoordinator(a, 'g'), Errors.NONE.code)
      const first = new GroupMember({ client: a, groupId: 'g', versions })
      const second = new GroupMember({ client: b, groupId: 'g', versions })
      await formGroup(first, second)
      assert.equal(await second.heartbeat(), Errors.NONE.code)

      const { memberId, generationId } = second
      const commit = (partition: number) =>
        commitOffset(b, admin.commit, { groupId: 'g', memberId, generationId, topic, partition, offset: 7 })
      assert.equal(await commit(1), Errors.NONE.code)
      assert.equal(await commit(2), Errors.UNKNOWN_TOPIC_OR_PARTITION.code)
      const stale = { groupId: 'g', memberId, generationId: generationId - 1, topic, partition: 1, offset: 8 }
      assert.equal(await commitOffset(b, admin.commit, stale), Errors.ILLEGAL_GENERATION.code)
      assert.equal(await fetchOffset(a, admin.fetch, { groupId: 'g', topic, partition: 1 }), 7)
      assert.equal(await fetchOffset(a, admin.fetch, { groupId: 'g', topic, partition: 0 }), -1)

      const described = await describeGroup(a, 'g', admin.describe)
      assert.equal(described.groupState, 'Stable')
      assert.deepEqual(described.members.map(({ clientId }) => clientId).toSorted(), ['a', 'b'])
      assert.ok(described.members.every(({ clientHost }) => clientHost === '/127.0.0.1'))
      assert.equal(described.authorizedOperations, admin.describe >= 3 ? 3400 : -(2 ** 31))
      const list = await a.send(ListGroupsRequest, ListGroupsResponse, admin.list, {})
      assert.deepEqual(list.groups, [
        {
          groupId: 'g',
          protocolType: 'consumer',
          groupState: admin.list >= 4 ? 'Stable' : '',
          groupType: admin.list >= 5 ? 'classic' : '',
        },
      ])

      const remove = async (): Promise<number> => {
        const body = { groupsNames: ['g'] }
        return (await a.send(DeleteGroupsRequest, DeleteGroupsResponse, admin.delete, body)).results[0]!.errorCode
      }
      assert.equal(await remove(), Errors.NON_EMPTY_GROUP.code)
      assert.equal(await second.leave(), Errors.NONE.code)
      await first.heartbeatUntil(Errors.REBALANCE_IN_PROGRESS.code)
      assert.equal(await first.leave(), Errors.NONE.code)
      assert.equal((await describeGroup(a, 'g', admin.describe)).groupState, 'Empty')
      assert.equal(await remove(), Errors.NONE.code)
      assert.equal(await fetchOffset(a, admin.fetch, { groupId: 'g', topic, partition: 1 }), -1)
      const gone = await describeGroup(a, 'g', admin.describe)
      assert.equal(gone.groupState, 'Dead')
      assert.equal(gone.errorCode, admin.describe >= 6 ? Errors.GROUP_ID_NOT_FOUND.code : Errors.NONE.code)
    })
  }

  test('a join that is refused has no protocol, in every version', async () => {
    await using broker = await TestBroker.start()
    const client = await broker.connect()
    for (let version = 0; version <= 9; version++) {
      const response = await client.send(JoinGroupRequest, JoinGroupResponse, version, {
        groupId: '',
        sessionTimeoutMs: 10_000,
        rebalanceTimeoutMs: 10_000,
        memberId: '',
        protocolType: 'consumer',
        protocols: [{ name: 'range', metadata: Buffer.alloc(0) }],
      })
      assert.equal(response.errorCode, Errors.INVALID_GROUP_ID.code)
      assert.equal(response.protocolName, version >= 7 ? null : '')
    }
  })

  test('whoever hangs up while a join waits does no harm to the others', async () => {
    await using broker = await TestBroker.start()
    const [a, b] = [await broker.connect(), await broker.connect()]
    await findCoordinator(a, 'g')
    const first = new GroupMember({ client: a, groupId: 'g', versions: oldestGroupVersions })
    await first.join()
    await first.sync()
    const lost = new GroupMember({ client: b, groupId: 'g', versions: oldestGroupVersions }).join()
    await first.heartbeatUntil(Errors.REBALANCE_IN_PROGRESS.code)
    const rejected = assert.rejects(lost)
    await b.close()
    await rejected
    const led = await first.join()
    assert.equal(led.errorCode, Errors.NONE.code)
    assert.equal(led.members.length, 2)
  })
})

describe('what a group knows', () => {
  test('is there again after a restart', async () => {
    let before: { memberId: string; generationId: number; id: string }
    const first = await TestBroker.start()
    {
      const client = await first.connect()
      await findCoordinator(client, 'g')
      const id = await createTopic(client, 'events')
      const member = new GroupMember({ client, groupId: 'g' })
      await member.join()
      await member.sync({ [member.memberId]: 'all' })
      const { memberId, generationId } = member
      const topic = { name: 'events', id }
      const commit = { groupId: 'g', memberId, generationId, topic, partition: 0, offset: 42 }
      assert.equal(await commitOffset(client, 8, commit), Errors.NONE.code)
      before = { memberId, generationId, id }
    }
    await first.close()

    await using second = await TestBroker.start({ fs: first.fs })
    const client = await second.connect()
    const described = await describeGroup(client, 'g', 5)
    assert.equal(described.groupState, 'Stable')
    assert.equal(described.members[0]?.memberId, before.memberId)
    assert.equal(Buffer.from(described.members[0].memberAssignment).toString(), 'all')
    const topic = { name: 'events', id: before.id }
    assert.equal(await fetchOffset(client, 8, { groupId: 'g', topic, partition: 0 }), 42)
    const member = new GroupMember({ client, groupId: 'g' })
    Object.assign(member, { memberId: before.memberId, generationId: before.generationId })
    assert.equal(await member.heartbeat(), Errors.NONE.code)
  })

  test('of a topic goes with the topic', async () => {
    await using broker = await TestBroker.start()
    const client = await broker.connect()
    await findCoordinator(client, 'g')
    const commit = async (): Promise<number> => {
      const topic = { name: 'events', id: await createTopic(client, 'events') }
      const simple = { groupId: 'g', memberId: '', generationId: -1, topic, partition: 0, offset: 3 }
      return commitOffset(client, 8, simple)
    }
    assert.equal(await commit(), Errors.NONE.code)
    await client.send(DeleteTopicsRequest, DeleteTopicsResponse, 5, { topicNames: ['events'], timeoutMs: 1000 })
    const topic = { name: 'events', id: await createTopic(client, 'events') }
    assert.equal(await fetchOffset(client, 8, { groupId: 'g', topic, partition: 0 }), -1)
  })
})
