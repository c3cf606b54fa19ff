import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ControllerFixture } from '../testing/controller-fixture.ts'

type Increase = readonly [name: string, count: number, assignments?: readonly (readonly number[])[]]

function run(controller: ControllerFixture, wanted: readonly Increase[], validateOnly = false): unknown[] {
  const topics = wanted.map(([name, count, assignments]) => ({
    name,
    count,
    assignments: assignments?.map((brokerIds) => ({ brokerIds })) ?? null,
  }))
  const { results } = controller.run('createPartitions', { topics, timeoutMs: 0, validateOnly })
  return results.map(({ name, errorCode, errorMessage }) => [name, errorCode, errorMessage])
}

describe('CreatePartitions', () => {
  function withTopic(): ControllerFixture {
    const controller = new ControllerFixture()
    controller.createTopic('a', { numPartitions: 2 })
    controller.takeLog()
    return controller
  }

  test('adds the partitions that are missing', () => {
    const controller = withTopic()
    assert.deepEqual(run(controller, [['a', 4]]), [['a', 0, null]])
    assert.deepEqual(
      controller.takeLog().map((line) => line.split(' ').slice(0, 2)),
      [
        ['Partition', 'partitionId=2'],
        ['Partition', 'partitionId=3'],
      ],
    )
    assert.equal(controller.image.topics.get('a')?.partitions.length, 4)
  })

  test('as assigned, or only to see', () => {
    const controller = withTopic()
    assert.deepEqual(run(controller, [['a', 3, [[1]]]], true), [['a', 0, null]])
    assert.equal(controller.image.topics.get('a')?.partitions.length, 2)
    assert.deepEqual(run(controller, [['a', 3, [[1]]]]), [['a', 0, null]])
    assert.equal(controller.image.topics.get('a')?.partitions.length, 3)
  })

  const refused: readonly (readonly [Increase, number, string | null])[] = [
    [['nope', 3], 3, null],
    [['a', 2], 37, 'Topic already has 2 partition(s).'],
    [['a', 1], 37, 'The topic a currently has 2 partition(s); 1 would not be an increase.'],
    [['a', -1], 37, 'The topic a currently has 2 partition(s); -1 would not be an increase.'],
    [['a', 2 ** 31 - 1], -1, null],
    [['a', 4, [[1]]], 39, 'Attempted to add 2 additional partition(s), but only 1 assignment(s) were specified.'],
    [['a', 3, [[1], [1]]], 39, 'Attempted to add 1 additional partition(s), but only 2 assignment(s) were specified.'],
    [['a', 3, [[2]]], 39, 'The manual partition assignment includes broker 2, but no such broker is registered.'],
    [['a', 3, [[]]], 39, 'The manual partition assignment includes an empty replica list.'],
    [['a', 3, [[1, 1]]], 39, 'The manual partition assignment includes the broker 1 more than once.'],
  ]
  for (const [wanted, errorCode, message] of refused) {
    test(`refused with ${errorCode}: ${JSON.stringify(wanted)}`, () => {
      const controller = withTopic()
      assert.deepEqual(run(controller, [wanted]), [[wanted[0], errorCode, message]])
      assert.deepEqual(controller.takeLog(), [])
    })
  }

  test('one topic twice is refused, the others go on', () => {
    const controller = withTopic()
    controller.createTopic('b')
    assert.deepEqual(
      run(controller, [
        ['a', 3],
        ['b', 2],
        ['a', 4],
      ]),
      [
        ['a', 42, 'Duplicate topic name.'],
        ['b', 0, null],
      ],
    )
  })

  test('as many replicas as the others have', () => {
    const controller = new ControllerFixture({ brokers: [1, 2] })
    controller.createTopic('a', { replicationFactor: 2 })
    const [[, errorCode, message]] = run(controller, [['a', 2, [[1]]]]) as [[string, number, string]]
    assert.equal(errorCode, 39)
    assert.match(message, /includes a partition with 1 replica\(s\), .* which have 2 replica\(s\)\.$/)
  })
})
