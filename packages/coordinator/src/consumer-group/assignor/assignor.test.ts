import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Dice } from '../../testing/dice.ts'
import type { PartitionsByTopic } from '../consumer-group-member.ts'
import type { Assignor, AssignorInput, AssignorMember } from './assignor.ts'
import { rangeAssignor } from './range-assignor.ts'
import { uniformAssignor } from './uniform-assignor.ts'

type Assigned = ReadonlyMap<string, PartitionsByTopic>

interface World {
  readonly partitions: Map<string, number>
  readonly subscriptions: Map<string, ReadonlySet<string>>
  assigned: Assigned
}

const inputOf = ({ partitions, subscriptions, assigned }: World): AssignorInput => {
  const members = new Map<string, AssignorMember>()
  for (const [memberId, subscribedTopicIds] of subscriptions) {
    members.set(memberId, { instanceId: null, subscribedTopicIds, assigned: assigned.get(memberId) ?? new Map() })
  }
  const [first = new Set<string>()] = subscriptions.values()
  const isHomogeneous = [...subscriptions.values()].every(
    (topics) => topics.size === first.size && [...topics].every((topic) => first.has(topic)),
  )
  return { members, isHomogeneous, partitionCount: (topicId) => partitions.get(topicId) ?? 0 }
}

const placesOf = (assignment: PartitionsByTopic = new Map()): string[] =>
  Array.from(assignment).flatMap(([topicId, indexes]) => Array.from(indexes, (index) => `${topicId}:${index}`))

/** Every partition that anyone subscribes to has one owner, who subscribes to it. */
const assertComplete = ({ partitions, subscriptions }: World, assigned: Assigned): void => {
  const owners = new Map<string, string>()
  for (const [memberId, assignment] of assigned) {
    for (const [topicId, indexes] of assignment) {
      assert.ok(subscriptions.get(memberId)?.has(topicId), `${memberId} has what it does not subscribe to`)
      assert.ok(indexes.size > 0)
    }
    for (const place of placesOf(assignment)) {
      assert.ok(!owners.has(place), `${place} has two owners`)
      owners.set(place, memberId)
    }
  }
  const wanted = new Set([...subscriptions.values()].flatMap((topics) => [...topics]))
  let count = 0
  for (const topicId of wanted) count += partitions.get(topicId) ?? 0
  assert.equal(owners.size, count)
}

const sizesOf = ({ subscriptions }: World, assigned: Assigned): number[] =>
  Array.from(subscriptions.keys(), (memberId) => placesOf(assigned.get(memberId)).length)

/** No member could give one to another that has two less and subscribes to its topic. */
const assertBalanced = (world: World, assigned: Assigned): void => {
  for (const [memberId, assignment] of assigned) {
    const size = placesOf(assignment).length
    for (const topicId of assignment.keys()) {
      for (const [otherId, topics] of world.subscriptions) {
        const otherSize = placesOf(assigned.get(otherId)).length
        assert.ok(!topics.has(topicId) || size - otherSize <= 1, `${memberId} has ${size}, ${otherId} ${otherSize}`)
      }
    }
  }
}

const movedBetween = (before: Assigned, after: Assigned): number => {
  let moved = 0
  for (const [memberId, assignment] of before) {
    const kept = new Set(placesOf(after.get(memberId)))
    if (after.has(memberId)) moved += placesOf(assignment).filter((place) => !kept.has(place)).length
  }
  return moved
}

const TOPICS = ['t1', 't2', 't3', 't4']

/** Members come and go, topics grow, subscriptions change; after each step there is a new assignment. */
const live = (
  assign: Assignor,
  seed: number,
  isHomogeneous: boolean,
  check: (world: World, next: Assigned) => void,
) => {
  const dice = new Dice(seed)
  const world: World = {
    partitions: new Map(TOPICS.map((topic) => [topic, dice.below(9)])),
    subscriptions: new Map(),
    assigned: new Map(),
  }
  for (let step = 0; step < 40; step++) {
    const roll = dice.roll()
    const names = [...world.subscriptions.keys()]
    const topics = (): ReadonlySet<string> =>
      new Set(isHomogeneous ? ['t1', 't2', 't3'] : TOPICS.filter(() => dice.chance(0.6)))
    if (roll < 0.5 || names.length === 0) world.subscriptions.set(`m${dice.below(12)}`, topics())
    else if (roll < 0.8) world.subscriptions.delete(dice.pick(names))
    else if (roll < 0.9) {
      const topic = dice.pick(TOPICS)
      world.partitions.set(topic, (world.partitions.get(topic) ?? 0) + 1)
    }
    const input = inputOf(world)
    const next = assign(input)
    check(world, next)
    assert.deepEqual(assign(inputOf(world)), next, 'the same input, the same output')
    world.assigned = new Map([...next].filter(([memberId]) => world.subscriptions.has(memberId)))
    assert.equal(movedBetween(world.assigned, assign(inputOf(world))), 0, 'nothing has changed, nothing moves')
  }
}

test('uniform: complete, even and calm, when all subscribe to the same', () => {
  for (let seed = 1; seed <= 20; seed++) {
    live(uniformAssignor, seed, true, (world, next) => {
      assertComplete(world, next)
      const sizes = sizesOf(world, next)
      if (sizes.length > 0) assert.ok(Math.max(...sizes) - Math.min(...sizes) <= 1)
    })
  }
})

test('uniform: complete and as even as subscriptions let it be', () => {
  for (let seed = 1; seed <= 20; seed++) {
    live(uniformAssignor, seed, false, (world, next) => {
      assertComplete(world, next)
      assertBalanced(world, next)
    })
  }
})

test('range: complete', () => {
  for (let seed = 1; seed <= 20; seed++) live(rangeAssignor, seed, seed % 2 === 0, assertComplete)
})

test('uniform: a member that comes takes its share and moves nothing else', () => {
  const world: World = {
    partitions: new Map([['t1', 12]]),
    subscriptions: new Map([
      ['a', new Set(['t1'])],
      ['b', new Set(['t1'])],
    ]),
    assigned: new Map(),
  }
  world.assigned = uniformAssignor(inputOf(world))
  world.subscriptions.set('c', new Set(['t1']))
  assert.equal(movedBetween(world.assigned, uniformAssignor(inputOf(world))), 4)
})

test('uniform: of members that leave, only what they had moves', () => {
  const world: World = {
    partitions: new Map([['t1', 12]]),
    subscriptions: new Map(['a', 'b', 'c'].map((name) => [name, new Set(['t1'])])),
    assigned: new Map(),
  }
  world.assigned = uniformAssignor(inputOf(world))
  world.subscriptions.delete('b')
  assert.equal(movedBetween(world.assigned, uniformAssignor(inputOf(world))), 0)
})

test('range: topics with equally many partitions are cut alike', () => {
  const world: World = {
    partitions: new Map([
      ['t1', 5],
      ['t2', 5],
    ]),
    subscriptions: new Map(['a', 'b', 'c'].map((name) => [name, new Set(['t1', 't2'])])),
    assigned: new Map(),
  }
  const assigned = rangeAssignor(inputOf(world))
  const cut = Array.from(assigned.values(), (assignment) => [...assignment.values()].map((indexes) => [...indexes]))
  assert.deepEqual(cut, [
    [
      [0, 1],
      [0, 1],
    ],
    [
      [2, 3],
      [2, 3],
    ],
    [[4], [4]],
  ])
})

test('range: members with an instance id come first, in its order', () => {
  const member = (instanceId: string | null): AssignorMember => ({
    instanceId,
    subscribedTopicIds: new Set(['t1']),
    assigned: new Map(),
  })
  const members = new Map([
    ['a', member(null)],
    ['b', member('i2')],
    ['c', member('i1')],
  ])
  const assigned = rangeAssignor({ members, isHomogeneous: true, partitionCount: () => 3 })
  assert.deepEqual(
    Array.from(assigned, ([memberId, assignment]) => [memberId, ...placesOf(assignment)]),
    [
      ['c', 't1:0'],
      ['b', 't1:1'],
      ['a', 't1:2'],
    ],
  )
})
