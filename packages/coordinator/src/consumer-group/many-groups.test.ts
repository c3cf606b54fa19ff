import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defaultGroupConfig } from '../group/group-config.ts'
import type { GroupRequestContext, GroupState } from '../group/group-types.ts'
import { replayed } from '../testing/group-invariants.ts'
import { noExpressions, TestTopics } from '../testing/test-topics.ts'
import { consumerGroupHeartbeat } from './consumer-group-heartbeat.ts'
import { newConsumerGroupMember } from './consumer-group-member.ts'
import { currentAssignmentRecord, groupEpochRecord, memberMetadataRecord } from './consumer-group-records.ts'
import { topicsChanged } from './topics-changed.ts'

const COUNT = 10_000

/** Ten thousand groups of one member; the eighth is subscribed to another topic than the rest. */
const manyGroups = (): GroupState => {
  const groups = Array.from({ length: COUNT }, (_, index) => ({
    groupId: `g${index}`,
    member: {
      ...newConsumerGroupMember('m'),
      clientId: 'c',
      clientHost: '/127.0.0.1',
      subscribedTopicNames: [index === 7 ? 't2' : 't1'],
      memberEpoch: 2,
    },
  }))
  return replayed(
    groups.flatMap(({ groupId, member }) => [
      memberMetadataRecord(groupId, member),
      groupEpochRecord(groupId, 2, 1n),
      currentAssignmentRecord(groupId, member),
    ]),
  )
}

const context = (): GroupRequestContext => ({
  nowMs: 1_000,
  environment: {
    config: defaultGroupConfig,
    configOf: () => new Map(),
    topics: new TestTopics(),
    expressions: noExpressions,
  },
  nextUuid: () => '1',
  requestId: 1,
  clientId: 'c',
  clientHost: '/127.0.0.1',
  apiVersion: 1,
})

test('among ten thousand groups an operation touches its own', () => {
  const state = manyGroups()
  assert.equal(state.groups.size, COUNT)
  assert.deepEqual(
    topicsChanged(state, new Set(['t2', 't3'])).changes,
    [{ kind: 'requestMetadataRefresh', groupId: 'g7' }],
    'a topic that changes is told to those who subscribe to it',
  )
  // Whatever else it asked the state for would fail.
  const own = { ...state, groups: { get: (groupId: string) => state.groups.get(groupId) } } as unknown as GroupState
  const request = {
    groupId: 'g9',
    memberId: 'm',
    memberEpoch: 2,
    instanceId: null,
    rackId: null,
    rebalanceTimeoutMs: -1,
    subscribedTopicNames: null,
    subscribedTopicRegex: null,
    serverAssignor: null,
    topicPartitions: null,
  }
  const result = consumerGroupHeartbeat(own, request, context())
  assert.ok(result.answer.kind === 'now' && result.answer.value.errorCode === 0)
  for (const record of result.records) assert.equal('groupId' in record.key && record.key.groupId, 'g9')
})
