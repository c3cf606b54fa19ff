import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { partitionKey, type TopicPartition } from '../cluster/cluster-metadata.ts'
import { cooperativeStickyAssignor, rangeAssignor, roundRobinAssignor, type GroupMember } from './assignors.ts'

function member(memberId: string, topics: readonly string[], rest: Partial<GroupMember> = {}): GroupMember {
  return {
    memberId,
    topics,
    groupInstanceId: null,
    userData: null,
    ownedPartitions: [],
    generationId: -1,
    rackId: null,
    ...rest,
  }
}

const shown = (assignment: ReadonlyMap<string, readonly TopicPartition[]>): Record<string, string> =>
  Object.fromEntries(
    Array.from(assignment, ([memberId, partitions]) => [memberId, partitions.map((p) => partitionKey(p)).join(' ')]),
  )

describe('as Apache Kafka 4.3.1 assigns', () => {
  const counts = new Map([
    ['t0', 7],
    ['t1', 3],
    ['t2', 1],
  ])
  const members = [
    member('c1', ['t0', 't1']),
    member('c2', ['t0', 't1', 't2']),
    member('c0', ['t0'], { groupInstanceId: 'z-static' }),
  ]

  test('range', () => {
    assert.deepEqual(shown(rangeAssignor.assign(members, counts)), {
      c0: 't0-0 t0-1 t0-2',
      c1: 't0-3 t0-4 t1-0 t1-1',
      c2: 't0-5 t0-6 t1-2 t2-0',
    })
  })

  test('roundrobin', () => {
    assert.deepEqual(shown(roundRobinAssignor.assign(members, counts)), {
      c0: 't0-0 t0-3 t0-6',
      c1: 't0-1 t0-4 t1-0 t1-2',
      c2: 't0-2 t0-5 t1-1 t2-0',
    })
  })
})

describe('cooperative-sticky', () => {
  test('a newcomer waits for what the owner first gives up', () => {
    const counts = new Map([['t', 4]])
    const owned = [0, 1, 2, 3].map((partition) => ({ topic: 't', partition }))
    const before = member('a', ['t'], { ownedPartitions: owned, generationId: 1 })
    const first = cooperativeStickyAssignor.assign([before, member('b', ['t'])], counts)
    assert.equal(first.get('a')!.length, 2)
    assert.equal(first.get('b')!.length, 0)
    const after = member('a', ['t'], { ownedPartitions: first.get('a')!, generationId: 2 })
    const second = cooperativeStickyAssignor.assign([after, member('b', ['t'], { generationId: 2 })], counts)
    assert.deepEqual(second.get('a'), first.get('a'))
    assert.equal(second.get('b')!.length, 2)
  })

  test('of two that claim a partition the newer generation has it, of the same generation nobody', () => {
    const counts = new Map([['t', 1]])
    const owned = [{ topic: 't', partition: 0 }]
    const claim = (memberId: string, generationId: number): GroupMember =>
      member(memberId, ['t'], { ownedPartitions: owned, generationId })
    assert.deepEqual(shown(cooperativeStickyAssignor.assign([claim('a', 3), claim('b', 2)], counts)), {
      a: 't-0',
      b: '',
    })
    const both = cooperativeStickyAssignor.assign([claim('a', 2), claim('b', 2)], counts)
    assert.equal(both.get('a')!.length + both.get('b')!.length, 1)
  })

  const groups = fc.record({
    counts: fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 4 }),
    wants: fc.array(fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }), { minLength: 1, maxLength: 6 }),
  })

  test('rounds end; then everything is assigned once, to who wants it, and as evenly as alike members allow', () => {
    fc.assert(
      fc.property(groups, ({ counts, wants }) => {
        const partitionCounts = new Map(counts.map((count, topic) => [`t${topic}`, count]))
        let members = wants.map((flags, index) =>
          member(
            `m${index}`,
            Array.from(partitionCounts.keys()).filter((_, topic) => flags[topic]),
          ),
        )
        let rounds = 0
        for (let settled = false; !settled; rounds++) {
          assert.ok(rounds < 5, 'the group comes to rest')
          const assignment = cooperativeStickyAssignor.assign(members, partitionCounts)
          for (const { memberId, topics } of members) {
            assert.ok(assignment.get(memberId)!.every(({ topic }) => topics.includes(topic)))
          }
          const all = Array.from(assignment.values()).flatMap((list) => list.map((p) => partitionKey(p)))
          assert.equal(new Set(all).size, all.length, 'no partition twice')
          settled = members.every(({ memberId, ownedPartitions }) => {
            const kept = new Set(assignment.get(memberId)!.map((p) => partitionKey(p)))
            return kept.size === ownedPartitions.length && ownedPartitions.every((p) => kept.has(partitionKey(p)))
          })
          if (settled) {
            const wanted = Array.from(partitionCounts).flatMap(([topic, count]) =>
              members.some(({ topics }) => topics.includes(topic)) ? count : 0,
            )
            assert.equal(
              all.length,
              wanted.reduce((sum, count) => sum + count, 0),
            )
            if (wants.every((flags) => flags.join() === wants[0]!.join())) {
              const sizes = members.map(({ memberId }) => assignment.get(memberId)!.length)
              assert.ok(Math.max(...sizes) - Math.min(...sizes) <= 1)
            }
          }
          members = members.map((each) => ({
            ...each,
            ownedPartitions: assignment.get(each.memberId)!,
            generationId: rounds,
          }))
        }
      }),
    )
  })
})
