import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ManualClock } from '@milena/runtime'
import { apis } from '../apis.ts'
import { valuesOf } from '../kafka-error.ts'
import { FakeCluster, topicIdOf } from '../testing/fake-broker.ts'
import { runUntil } from '../testing/run-until.ts'
import { Admin } from './admin.ts'

function setup() {
  const clock = new ManualClock()
  const cluster = new FakeCluster([1, 2]).withTopics({ t: [1, 2] }).withCoordinator(() => 2)
  return { clock, cluster, admin: new Admin(cluster.client(clock)) }
}

test('the coordinator describes share groups', async () => {
  const { clock, cluster, admin } = setup()
  cluster.on(apis.shareGroupDescribe, ({ groupIds }) => ({
    groups: groupIds.map((groupId) => ({
      errorCode: groupId === 'nope' ? 69 : 0,
      errorMessage: groupId === 'nope' ? 'Group nope not found.' : null,
      groupId,
      groupState: 'Stable',
      groupEpoch: 3,
      assignmentEpoch: 2,
      assignorName: 'simple',
      members: [
        {
          memberId: 'm',
          memberEpoch: 4,
          clientId: 'c',
          clientHost: '/1.2.3.4',
          subscribedTopicNames: ['t'],
          assignment: { topicPartitions: [{ topicId: topicIdOf('t'), topicName: 't', partitions: [0, 1] }] },
        },
      ],
    })),
  }))
  const described = await runUntil(clock, admin.describeShareGroups(['g', 'nope']))
  const group = described.get('g')!
  assert.ok(group.ok)
  assert.deepEqual(
    [group.value.coordinator.nodeId, group.value.groupEpoch, group.value.targetAssignmentEpoch],
    [2, 3, 2],
  )
  assert.deepEqual(group.value.members[0]!.assignment, [
    { topic: 't', partition: 0 },
    { topic: 't', partition: 1 },
  ])
  assert.throws(() => valuesOf(described), { name: 'GROUP_ID_NOT_FOUND', message: 'Group nope not found.' })
})

test('where a group stands: what is not known is left out', async () => {
  const { clock, cluster, admin } = setup()
  const partition = (partitionIndex: number, startOffset: number, lag: number, errorCode = 0) => ({
    partitionIndex,
    startOffset,
    leaderEpoch: 1,
    lag,
    errorCode,
  })
  let loading = true
  cluster.on(apis.describeShareGroupOffsets, ({ groups }) => {
    const errorCode = loading ? 14 : 0
    loading = false
    const partitions = [partition(0, 5, 7), partition(1, -1, -1), partition(2, 6, -1), partition(3, 1, 1, 3)]
    return {
      groups: groups.map(({ groupId }) => ({
        groupId,
        errorCode,
        topics: [{ topicName: 't', topicId: topicIdOf('t'), partitions }],
      })),
    }
  })
  assert.deepEqual(await runUntil(clock, admin.listShareGroupOffsets('g')), [
    { topic: 't', partition: 0, startOffset: 5, leaderEpoch: 1, lag: 7 },
    { topic: 't', partition: 1 },
    { topic: 't', partition: 2, startOffset: 6, leaderEpoch: 1 },
  ])
})

test('offsets are set, after a rebalance', async () => {
  const { clock, cluster, admin } = setup()
  const codes = [27, 0]
  cluster.on(apis.alterShareGroupOffsets, ({ topics }) => ({
    errorCode: codes.shift()!,
    errorMessage: null,
    responses: topics.map(({ topicName, partitions }) => ({
      topicName,
      topicId: topicIdOf(topicName),
      partitions: partitions.map(({ partitionIndex, startOffset }) => ({
        partitionIndex,
        errorCode: startOffset === 9 ? 3 : 0,
      })),
    })),
  }))
  const altered = await runUntil(
    clock,
    admin.alterShareGroupOffsets('g', [
      { topic: 't', partition: 0, offset: 4 },
      { topic: 't', partition: 1, offset: 9 },
    ]),
  )
  assert.deepEqual([altered.get('t-0')!.ok, altered.get('t-1')!.ok, codes.length], [true, false, 0])
})

test('offsets are deleted, except of a group with members', async () => {
  const { clock, cluster, admin } = setup()
  cluster.on(apis.deleteShareGroupOffsets, ({ groupId, topics }) => ({
    errorCode: groupId === 'busy' ? 68 : 0,
    errorMessage: groupId === 'busy' ? 'The group is not empty.' : null,
    responses: topics.map(({ topicName }) => ({ topicName, topicId: topicIdOf(topicName), errorCode: 0 })),
  }))
  valuesOf(await runUntil(clock, admin.deleteShareGroupOffsets('g', ['t'])))
  await assert.rejects(runUntil(clock, admin.deleteShareGroupOffsets('busy', ['t'])), {
    name: 'NON_EMPTY_GROUP',
    message: 'The group is not empty.',
  })
})
