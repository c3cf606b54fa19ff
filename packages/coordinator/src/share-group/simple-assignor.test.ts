import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Dice } from '../testing/dice.ts'
import type { AssignableMember } from './simple-assignor.ts'
import { assignSimply } from './simple-assignor.ts'
import type { PartitionsByTopic } from './share-group-member.ts'
import { samePartitions } from './share-group-member.ts'
import { rangeOfPartitions } from './state-partitions.ts'

const topics = (counts: Readonly<Record<string, number>>): PartitionsByTopic =>
  new Map(Object.entries(counts).map(([topicId, count]) => [topicId, rangeOfPartitions(count)]))

const member = (memberId: string, subscribedTopicIds: readonly string[]): AssignableMember => ({
  memberId,
  subscribedTopicIds,
  assigned: new Map(),
})

const shown = (assignment: ReadonlyMap<string, PartitionsByTopic>): string[] =>
  Array.from(
    assignment,
    ([memberId, partitions]) =>
      `${memberId}: ${Array.from(partitions, ([topicId, assigned]) => `${topicId}${[...assigned].join()}`).join(' ')}`,
  )

test('fewer members than partitions: each partition has one member', () => {
  const members = [member('a', ['t']), member('b', ['t'])]
  assert.deepEqual(shown(assignSimply(members, topics({ t: 3 }))), ['a: t0,2', 'b: t1'])
})

test('more members than partitions: members share', () => {
  const members = ['a', 'b', 'c'].map((id) => member(id, ['t']))
  assert.deepEqual(shown(assignSimply(members, topics({ t: 1 }))), ['a: t0', 'b: t0', 'c: t0'])
})

test('different subscriptions are shared out topic by topic', () => {
  const members = [member('a', ['t', 'u']), member('b', ['u'])]
  assert.deepEqual(shown(assignSimply(members, topics({ t: 1, u: 2 }))), ['a: t0 u0', 'b: u1'])
})

test('nothing that is not assignable is given away', () => {
  assert.deepEqual(shown(assignSimply([member('a', ['t', 'gone'])], topics({ t: 0 }))), ['a: '])
  assert.deepEqual(shown(assignSimply([], topics({ t: 1 }))), [])
})

test('what members have stays when another one comes', () => {
  const before = assignSimply([member('a', ['t']), member('b', ['t'])], topics({ t: 6 }))
  const known = ['a', 'b'].map((id) => ({ ...member(id, ['t']), assigned: before.get(id) ?? new Map() }))
  const after = assignSimply([...known, member('c', ['t'])], topics({ t: 6 }))
  for (const { memberId, assigned } of known) {
    for (const partition of after.get(memberId)?.get('t') ?? []) assert.ok(assigned.get('t')?.has(partition))
  }
  assert.deepEqual(
    Array.from(after.values(), (partitions) => partitions.get('t')?.size),
    [2, 2, 2],
  )
})

test('random groups: every partition has members, every member has partitions, evenly, and again the same', () => {
  for (let seed = 1; seed <= 300; seed++) {
    const dice = new Dice(seed)
    const counts = Object.fromEntries(['t', 'u', 'v'].map((id) => [id, dice.below(7)]))
    const assignable = topics(counts)
    const isAlike = dice.chance(0.5)
    const oneSubscription = ['t', 'u']
    let members = Array.from({ length: 1 + dice.below(9) }, (_, index) => {
      const subscribed = isAlike ? oneSubscription : ['t', 'u', 'v'].filter(() => dice.chance(0.6))
      return member(`m${index}`, subscribed)
    })
    for (let round = 0; round < 4; round++) {
      const assignment = assignSimply(members, assignable)
      check(members, assignable, assignment, `seed ${seed} round ${round}`)
      members = members.map((each) => ({ ...each, assigned: assignment.get(each.memberId) ?? new Map() }))
      const again = assignSimply(members, assignable)
      for (const each of members) {
        const same = samePartitions(each.assigned, again.get(each.memberId) ?? new Map())
        assert.ok(same, `seed ${seed} round ${round}: assigned anew without need`)
      }
      if (dice.chance(0.5) && members.length > 1) members = members.toSpliced(dice.below(members.length), 1)
      else members = [...members, member(`n${round}`, isAlike ? oneSubscription : ['t', 'v'])]
    }
  }
})

const check = (
  members: readonly AssignableMember[],
  assignable: PartitionsByTopic,
  assignment: ReadonlyMap<string, PartitionsByTopic>,
  place: string,
): void => {
  for (const { memberId, subscribedTopicIds } of members) {
    const partitions = assignment.get(memberId) ?? new Map<string, Set<number>>()
    for (const [topicId, assigned] of partitions) {
      assert.ok(subscribedTopicIds.includes(topicId), `${place}: ${memberId} did not subscribe to ${topicId}`)
      for (const partition of assigned) assert.ok(assignable.get(topicId)?.has(partition), place)
    }
    const mayHave = subscribedTopicIds.some((topicId) => (assignable.get(topicId)?.size ?? 0) > 0)
    assert.equal(partitions.size > 0, mayHave, `${place}: ${memberId} has nothing, or too much`)
  }
  for (const [topicId, partitions] of assignable) {
    const subscribers = members.filter(({ subscribedTopicIds }) => subscribedTopicIds.includes(topicId))
    for (const partition of partitions) {
      const holders = subscribers.filter(({ memberId }) => assignment.get(memberId)?.get(topicId)?.has(partition))
      assert.equal(holders.length > 0, subscribers.length > 0, `${place}: ${topicId}-${partition} has no member`)
    }
  }
}
