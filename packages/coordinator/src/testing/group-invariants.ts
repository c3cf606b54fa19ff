import assert from 'node:assert/strict'
import type { ClassicGroup } from '../group/classic-group.ts'
import { hasAllMembersJoined } from '../group/classic-group.ts'
import { hasSatisfiedHeartbeat, protocolMetadata, sessionTimerKey } from '../group/classic-member.ts'
import { groupShard } from '../group/group-shard.ts'
import type { GroupRecord, GroupState } from '../group/group-types.ts'
import { joinTimerKey, syncTimerKey } from '../group/rebalance.ts'
import { Timeline } from '../runtime/timeline.ts'
import type { GroupBench } from './group-bench.ts'

/** The state that the first records of a log make. */
export const replayed = (records: readonly GroupRecord[]): GroupState => {
  const timeline = new Timeline()
  const state = groupShard.initial(timeline)
  records.forEach((record, offset) => {
    timeline.advanceCommitted(offset)
    groupShard.replay(state, record, offset)
  })
  return state
}

/** What of a group is in the log. */
const hardView = (group: ClassicGroup): object => ({
  state: group.state,
  stateTimestampMs: group.stateTimestampMs,
  generationId: group.generationId,
  protocolType: group.protocolType,
  protocolName: group.protocolName,
  leaderId: group.leaderId,
  subscribedTopics: group.subscribedTopics,
  members: Array.from(group.members.values(), (member) => ({
    memberId: member.memberId,
    groupInstanceId: member.groupInstanceId,
    clientId: member.clientId,
    clientHost: member.clientHost,
    rebalanceTimeoutMs: member.rebalanceTimeoutMs,
    sessionTimeoutMs: member.sessionTimeoutMs,
    metadata: protocolMetadata(member, group.protocolName ?? ''),
    assignment: member.assignment,
  })),
})

const offsetsView = (state: GroupState, isCommitted: boolean): Map<string, object> => {
  const view = new Map<string, object>()
  for (const [groupId, topics] of isCommitted ? state.offsets.committedEntries() : state.offsets.entries()) {
    for (const [topic, partitions] of isCommitted ? topics.committedEntries() : topics.entries()) {
      for (const [partition, offset] of isCommitted ? partitions.committedEntries() : partitions.entries()) {
        view.set(`${groupId} ${topic} ${partition}`, offset)
      }
    }
  }
  return view
}

/** What is known equals what the log says, both as far as it is written and as far as it is committed. */
export const assertStateIsReplayOfLog = (bench: GroupBench): void => {
  const { shardState: state } = bench.partition
  const written = replayed(bench.records)
  assert.deepEqual(new Set(state.groups.keys()), new Set(written.groups.keys()))
  assert.deepEqual(offsetsView(state, false), offsetsView(written, false))
  for (const [groupId, group] of state.groups.entries()) {
    const logged = written.groups.get(groupId)
    assert.ok(logged !== undefined)
    if (group.type !== 'classic' || logged.type !== 'classic') {
      assert.equal(group.type, logged.type)
      continue
    }
    if (group.state === 'Stable' || group.state === 'Empty') assert.deepEqual(hardView(group), hardView(logged))
    else assert.ok(logged.generationId <= group.generationId)
  }
  const committed = replayed(bench.records.slice(0, bench.log.committedOffset + 1))
  const committedGroups = Array.from(state.groups.committedEntries(), ([groupId]) => groupId)
  assert.deepEqual(new Set(committedGroups), new Set(committed.groups.keys()))
  assert.deepEqual(offsetsView(state, true), offsetsView(committed, false))
}

/** The parts of a group agree with each other, and nobody is forgotten: all who wait have a timer that ends it. */
export const assertGroupsAreSound = (bench: GroupBench): void => {
  const timers = new Set(Array.from(bench.timers.timersOf(bench.partition), ({ key }) => key))
  const awaited: number[] = []
  for (const group of bench.partition.shardState.groups.values()) {
    if (group.type !== 'classic') continue
    assertGroupIsSound(group, timers)
    for (const { awaitingJoin, awaitingSync } of group.members.values()) {
      if (awaitingJoin !== null) awaited.push(awaitingJoin)
      if (awaitingSync !== null) awaited.push(awaitingSync)
    }
  }
  assert.deepEqual(
    new Set(awaited),
    new Set(bench.partition.parkedIds),
    'those who are parked are those whom members await',
  )
  assert.equal(new Set(awaited).size, awaited.length, 'each request is awaited once')
}

const assertGroupIsSound = (group: ClassicGroup, timers: ReadonlySet<string>): void => {
  const members = [...group.members.values()]
  assert.equal(group.awaitingJoinCount, members.filter(({ awaitingJoin }) => awaitingJoin !== null).length)
  const counts = new Map<string, number>()
  for (const { protocols } of members) {
    for (const name of new Set(protocols.map((protocol) => protocol.name)))
      counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  assert.deepEqual(group.protocolCounts, counts)
  if (members.length > 0) assert.ok([...counts.values()].includes(members.length), 'members have a protocol in common')
  const instances = members.filter(({ groupInstanceId }) => groupInstanceId !== null)
  assert.deepEqual(
    new Map(group.staticMembers),
    new Map(instances.map((member) => [member.groupInstanceId, member.memberId])),
  )
  assert.equal(group.leaderId === null, members.length === 0)
  assert.ok(group.leaderId === null || group.members.has(group.leaderId), 'the leader is a member')
  for (const memberId of group.pendingSync) assert.ok(group.members.has(memberId))
  for (const memberId of group.pendingJoin) {
    assert.ok(!group.members.has(memberId))
    assert.ok(timers.has(sessionTimerKey(group.groupId, memberId)))
  }
  for (const member of members) {
    assert.ok(hasSatisfiedHeartbeat(member) || timers.has(member.sessionTimerKey), `${member.memberId} has a session`)
    if (group.state !== 'PreparingRebalance') assert.equal(member.awaitingJoin, null)
    if (group.state !== 'CompletingRebalance') assert.equal(member.awaitingSync, null)
  }
  assertStateIsSound(group, timers)
}

const assertStateIsSound = (group: ClassicGroup, timers: ReadonlySet<string>): void => {
  assert.equal(timers.has(joinTimerKey(group.groupId)), group.state === 'PreparingRebalance')
  switch (group.state) {
    case 'Empty':
      assert.equal(group.members.size, 0)
      break
    case 'PreparingRebalance':
      assert.equal(group.pendingSync.size, 0)
      if (group.previousState !== 'Empty' && group.members.size > 0) assert.ok(!hasAllMembersJoined(group))
      break
    case 'CompletingRebalance':
      assert.ok(group.members.size > 0 && group.pendingSync.size > 0)
      assert.ok(group.leaderId !== null && group.pendingSync.has(group.leaderId), 'the leader has not synced')
      assert.ok(timers.has(syncTimerKey(group.groupId)))
      break
    case 'Stable':
      assert.ok(group.members.size > 0)
      if (group.pendingSync.size > 0) assert.ok(timers.has(syncTimerKey(group.groupId)))
  }
}
