import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Errors } from '@milena/protocol/messages'
import { ControllerFixture, LOG_DIR_ID, type TopicOptions, topicsRequest } from '../testing/controller-fixture.ts'

const long = 'x'.repeat(250)

describe('CreateTopics', () => {
  test('writes the topic, its configs and its partitions', () => {
    const controller = new ControllerFixture()
    const result = controller.createTopic('a', { numPartitions: 2, configs: { 'retention.ms': ' 5 ' } })
    assert.deepEqual(controller.takeLog(), [
      'Topic name=a topicId=topic-id-000000000001A',
      'Config resourceType=2 resourceName=a name=retention.ms value= 5 ',
      ...[0, 1].map(
        (partition) =>
          `Partition partitionId=${partition} topicId=topic-id-000000000001A replicas=[1] isr=[1] leader=1 leaderRecoveryState=0 leaderEpoch=0 partitionEpoch=0 directories=["${LOG_DIR_ID}"]`,
      ),
    ])
    const { configs, ...rest } = result
    assert.deepEqual(rest, {
      name: 'a',
      topicId: 'topic-id-000000000001A',
      errorCode: 0,
      errorMessage: null,
      topicConfigErrorCode: 0,
      numPartitions: 2,
      replicationFactor: 1,
    })
    assert.equal(configs?.length, 33)
    const set = configs?.filter((config) => config.configSource !== 5)
    assert.deepEqual(
      set?.map(({ name, value, configSource }) => [name, value, configSource]),
      [
        ['min.insync.replicas', '1', 3],
        ['retention.ms', ' 5 ', 1],
      ],
    )
  })

  test('-1 means what the broker is configured to', () => {
    const controller = new ControllerFixture({ properties: { 'num.partitions': '4' } })
    const { numPartitions, replicationFactor } = controller.createTopic('a', {
      numPartitions: -1,
      replicationFactor: -1,
    })
    assert.deepEqual([numPartitions, replicationFactor], [4, 1])
  })

  test('a manual assignment, leaders and replicas as it says', () => {
    const controller = new ControllerFixture({ brokers: [1, 2] })
    controller.createTopic('a', {
      assignments: [
        [1, [1, 2]],
        [0, [2, 1]],
      ],
    })
    const partitions = controller.image.topics.get('a')?.partitions
    assert.deepEqual(
      partitions?.map(({ replicas, leader }) => [replicas, leader]),
      [
        [[2, 1], 2],
        [[1, 2], 1],
      ],
    )
  })

  test('replicas are spread over the brokers', () => {
    const controller = new ControllerFixture({ brokers: [1, 2, 3] })
    controller.createTopic('a', { numPartitions: 3, replicationFactor: 2 })
    const partitions = controller.image.topics.get('a')?.partitions
    assert.deepEqual(
      partitions?.map(({ replicas }) => replicas),
      [
        [1, 2],
        [2, 3],
        [3, 1],
      ],
    )
  })

  test('validating writes nothing', () => {
    const controller = new ControllerFixture()
    const { topics } = controller.run('createTopics', topicsRequest([{ name: 'a' }, { name: 'bad name' }], true))
    assert.deepEqual(
      topics.map(({ errorCode }) => errorCode),
      [0, Errors.INVALID_TOPIC_EXCEPTION.code],
    )
    assert.deepEqual(controller.takeLog(), [])
  })

  test('a name that is there twice is refused once, at the end', () => {
    const controller = new ControllerFixture()
    const { topics } = controller.run('createTopics', topicsRequest([{ name: 'd' }, { name: 'd' }, { name: 'ok' }]))
    assert.deepEqual(
      topics.map(({ name, errorCode, errorMessage }) => [name, errorCode, errorMessage]),
      [
        ['ok', 0, null],
        ['d', 42, 'Duplicate topic name.'],
      ],
    )
    assert.equal(controller.image.topics.has('d'), false)
  })

  test('more than ten thousand partitions are refused before anything is placed', () => {
    const controller = new ControllerFixture()
    const refusals = (counts: readonly number[]) => {
      const request = topicsRequest(counts.map((numPartitions, index) => ({ name: `t${index}`, numPartitions })))
      return controller
        .run('createTopics', request)
        .topics.map(({ errorCode, errorMessage }) => [errorCode, errorMessage])
    }
    const excessive = [44, 'Excessively large number of partitions per request.']
    assert.deepEqual(refusals([9999, 2]), [excessive, excessive])
    assert.deepEqual(refusals([2 ** 31 - 1]), [excessive])
    assert.deepEqual(refusals([10_000]), [[44, 'Unable to perform excessively large batch operation.']])
    assert.deepEqual(refusals([9999]), [[0, null]])
  })

  const refused: readonly (readonly [string, TopicOptions, number, string | RegExp])[] = [
    ['taken', {}, 36, "Topic 'taken' already exists."],
    ['', {}, 17, 'Topic name is invalid: the empty string is not allowed'],
    ['.', {}, 17, "Topic name is invalid: '.' is not allowed"],
    ['..', {}, 17, "Topic name is invalid: '..' is not allowed"],
    [long, {}, 17, `Topic name is invalid: the length of '${long}' is longer than the max allowed length 249`],
    ['../../etc', {}, 17, /contains one or more characters other than ASCII alphanumerics, '\.', '_' and '-'$/],
    ['dot_x', {}, 17, "Topic 'dot_x' collides with existing topic: dot.x"],
    ['__cluster_metadata', {}, 42, 'Creation of internal topic __cluster_metadata is prohibited.'],
    ['a', { numPartitions: 0 }, 37, 'Number of partitions was set to an invalid non-positive value.'],
    ['a', { numPartitions: -2 }, 37, 'Number of partitions was set to an invalid non-positive value.'],
    ['a', { replicationFactor: 0 }, 38, 'Replication factor must be larger than 0, or -1 to use the default value.'],
    ['a', { replicationFactor: -2 }, 38, 'Replication factor must be larger than 0, or -1 to use the default value.'],
    [
      'a',
      { replicationFactor: 3 },
      38,
      /^Unable to replicate the partition 3 time\(s\): .* only 1 broker\(s\) are registered/,
    ],
    ['a', { assignments: [[0, [1]]], replicationFactor: 1 }, 42, /replication factor was not set to -1\.$/],
    ['a', { assignments: [[0, [1]]], numPartitions: 1 }, 42, /numPartitions was not set to -1\.$/],
    ['a', { assignments: [[0, []]] }, 39, 'The manual partition assignment includes an empty replica list.'],
    ['a', { assignments: [[0, [1, 1]]] }, 39, 'The manual partition assignment includes the broker 1 more than once.'],
    ['a', { assignments: [[0, [7]]] }, 39, /includes broker 7, but no such broker is registered\.$/],
    ['a', { assignments: [[1, [1]]] }, 39, 'partitions should be a consecutive 0-based integer sequence'],
    [
      'a',
      {
        assignments: [
          [0, [1]],
          [0, [1]],
        ],
      },
      39,
      'Found multiple manual partition assignments for partition 0',
    ],
    ['a', { configs: { nope: '1' } }, 40, 'Unknown topic config name: nope'],
    ['a', { configs: { 'retention.ms': null } }, 40, 'Null value not supported for topic configs: retention.ms'],
    [
      'a',
      { configs: { 'retention.ms': 'abc' } },
      40,
      'Invalid value abc for configuration retention.ms: Not a number of type LONG',
    ],
  ]
  for (const [name, options, errorCode, message] of refused) {
    test(`refused with ${errorCode}: ${JSON.stringify({ name: name.slice(0, 20), ...options })}`, () => {
      const controller = new ControllerFixture()
      controller.createTopic('taken')
      controller.createTopic('dot.x')
      controller.takeLog()
      const result = controller.createTopic(name, options)
      assert.equal(result.errorCode, errorCode, result.errorMessage ?? '')
      if (typeof message === 'string') assert.equal(result.errorMessage, message)
      else assert.match(result.errorMessage ?? '', message)
      assert.deepEqual([result.numPartitions, result.replicationFactor, result.configs], [-1, -1, []])
      assert.deepEqual(controller.takeLog(), [])
    })
  }
})
