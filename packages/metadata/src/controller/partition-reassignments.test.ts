import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ControllerFixture } from '../testing/controller-fixture.ts'
import { listPartitionReassignments } from './partition-reassignments.ts'

function reassign(
  controller: ControllerFixture,
  partitions: readonly (readonly [partition: number, replicas: readonly number[] | null])[],
  { topic = 't', allowReplicationFactorChange = true } = {},
) {
  const wanted = partitions.map(([partitionIndex, replicas]) => ({ partitionIndex, replicas }))
  const topics = [{ name: topic, partitions: wanted }]
  const request = { timeoutMs: 0, allowReplicationFactorChange, topics }
  const { responses } = controller.run('alterPartitionReassignments', request)
  return responses[0]!.partitions.map(({ errorCode, errorMessage }) => [errorCode, errorMessage])
}

function underWay(controller: ControllerFixture) {
  return listPartitionReassignments(controller.image, { timeoutMs: 0, topics: null }).topics
}

describe('reassignments on one node', () => {
  const controller = new ControllerFixture()
  controller.createTopic('t', { numPartitions: 2 })
  controller.takeLog()

  test('to where the partitions are already are complete at once', () => {
    assert.deepEqual(
      reassign(controller, [
        [0, [1]],
        [1, [1]],
      ]),
      [
        [0, null],
        [0, null],
      ],
    )
    assert.deepEqual(controller.takeLog(), [])
    assert.deepEqual(underWay(controller), [])
  })

  test('that cannot be say why, as Apache Kafka 4.3.1 does', () => {
    const missing = (id: number) =>
      `The manual partition assignment includes broker ${id}, but no such broker is registered.`
    assert.deepEqual(
      reassign(controller, [
        [0, []],
        [0, [1, 1]],
        [0, [1, 2]],
        [0, [-1]],
        [0, null],
        [7, [1]],
      ]),
      [
        [39, 'The manual partition assignment includes an empty replica list.'],
        [39, 'The manual partition assignment includes the broker 1 more than once.'],
        [39, missing(2)],
        [39, missing(-1)],
        [85, null],
        [3, 'Unable to find partition t:7.'],
      ],
    )
    assert.deepEqual(reassign(controller, [[0, null]], { topic: 'none' }), [[3, 'Unable to find a topic named none.']])
  })
})

describe('reassignments on several brokers', () => {
  const start = () => {
    const controller = new ControllerFixture({ brokers: [1, 2, 3] })
    controller.createTopic('t', { assignments: [[0, [1, 2]]] })
    controller.takeLog()
    return controller
  }
  const partition = (controller: ControllerFixture) => controller.image.topics.get('t')!.partitions[0]!

  test('away from the leader, among those in sync: another leads', () => {
    const controller = start()
    assert.deepEqual(reassign(controller, [[0, [2]]]), [[0, null]])
    const { replicas, isr, leader } = partition(controller)
    assert.deepEqual({ replicas, isr, leader }, { replicas: [2], isr: [2], leader: 2 })
  })

  test('to a broker that has to catch up first are under way, and can be called off', () => {
    const controller = start()
    assert.deepEqual(reassign(controller, [[0, [3, 2]]]), [[0, null]])
    assert.deepEqual(underWay(controller), [
      {
        name: 't',
        partitions: [{ partitionIndex: 0, replicas: [3, 2, 1], addingReplicas: [3], removingReplicas: [1] }],
      },
    ])
    assert.deepEqual(reassign(controller, [[0, null]]), [[0, null]])
    assert.deepEqual(underWay(controller), [])
    assert.deepEqual(new Set(partition(controller).replicas), new Set([1, 2]))
  })

  test('that change the number of replicas can be forbidden', () => {
    const controller = start()
    const message = 'The replication factor is changed from 2 to 3'
    assert.deepEqual(reassign(controller, [[0, [1, 2, 3]]], { allowReplicationFactorChange: false }), [[38, message]])
  })
})

describe('a broker that is forgotten', () => {
  test('leads nothing any more, and leads again when it comes back', () => {
    const controller = new ControllerFixture({ brokers: [1, 2] })
    controller.createTopic('alone', { assignments: [[0, [1]]] })
    controller.createTopic('both', { assignments: [[0, [1, 2]]] })
    const unregistered = controller.run('unregisterBroker', { brokerId: 1 })
    assert.deepEqual([unregistered.errorCode, unregistered.errorMessage], [0, ''])
    const state = (name: string) => {
      const { leader, isr, eligibleLeaderReplicas } = controller.image.topics.get(name)!.partitions[0]!
      return { leader, isr, elr: eligibleLeaderReplicas }
    }
    assert.deepEqual(state('alone'), { leader: -1, isr: [], elr: [1] })
    assert.deepEqual(state('both'), { leader: 2, isr: [2], elr: [] })
    assert.ok(!controller.image.brokers.has(1))
    const { logDirs, endpoints, rack } = controller.image.brokers.get(2)!
    const registration = { brokerId: 1, incarnationId: 'aW5jYXJuYXRpb24tMTExMQ', endpoints, rack, logDirs }
    controller.run('registerBroker', { ...registration, cordonedLogDirs: [], previousShutdownWasClean: true })
    assert.deepEqual(state('alone'), { leader: 1, isr: [1], elr: [] })
  })

  test('cannot be one that is not there', () => {
    const { errorCode, errorMessage } = new ControllerFixture().run('unregisterBroker', { brokerId: 9 })
    assert.deepEqual([errorCode, errorMessage], [102, 'Broker ID 9 is not currently registered'])
  })
})
