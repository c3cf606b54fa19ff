import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { metadataRecord } from '../image/metadata-record.ts'
import { ControllerFixture, LOG_DIR_ID, registration } from '../testing/controller-fixture.ts'
import { partitionChange } from './partition-change.ts'

describe('a new cluster', () => {
  test('has every supported feature at its highest level', () => {
    const { image } = new ControllerFixture({ brokers: [] })
    assert.deepEqual(Object.fromEntries(image.features), {
      'metadata.version': 30,
      'transaction.version': 2,
      'group.version': 1,
      'eligible.leader.replicas.version': 1,
      'share.version': 1,
      'streams.version': 1,
    })
    assert.deepEqual([...(image.configs.get('4:') ?? [])], [['min.insync.replicas', '1']])
  })
})

describe('AllocateProducerIds', () => {
  test('gives each thousand once', () => {
    const controller = new ControllerFixture()
    const { brokerEpoch } = controller.image.brokers.get(1)!
    const starts = [1, 2, 3].map(
      () => controller.run('allocateProducerIds', { brokerId: 1, brokerEpoch }).producerIdStart,
    )
    assert.deepEqual(starts, [0, 1000, 2000])
    assert.equal(controller.image.nextProducerId, 3000)
    assert.equal(controller.takeLog()[0], `ProducerIds brokerId=1 brokerEpoch=${brokerEpoch} nextProducerId=1000`)
  })

  test('to nobody else than a broker in its present run', () => {
    const controller = new ControllerFixture()
    assert.equal(controller.run('allocateProducerIds', { brokerId: 9, brokerEpoch: 0 }).errorCode, 102)
    assert.equal(controller.run('allocateProducerIds', { brokerId: 1, brokerEpoch: 999 }).errorCode, 77)
    assert.deepEqual(controller.takeLog(), [])
  })
})

describe('the registration of a broker', () => {
  test('gives it an epoch that only grows', () => {
    const controller = new ControllerFixture()
    const first = controller.image.brokers.get(1)!.brokerEpoch
    const { brokerEpoch } = controller.run('registerBroker', registration())
    assert.ok(brokerEpoch > first)
    assert.equal(controller.image.brokers.get(1)?.brokerEpoch, brokerEpoch)
    assert.equal(controller.image.brokers.get(1)?.fenced, false)
    assert.deepEqual(controller.image.brokers.get(1)?.features.get('group.version'), { min: 0, max: 1 })
  })

  test('after a crash begins new leader epochs, after an orderly stop not', () => {
    const controller = new ControllerFixture()
    controller.createTopic('a', { numPartitions: 2 })
    const epochs = () => controller.image.topics.get('a')?.partitions.map((each) => each.leaderEpoch)
    controller.run('registerBroker', registration())
    assert.deepEqual(epochs(), [0, 0])
    controller.run('registerBroker', { ...registration(), previousShutdownWasClean: false })
    assert.deepEqual(epochs(), [1, 1])
  })

  test('takes up partitions that have no leader', () => {
    const controller = new ControllerFixture()
    const { topicId } = controller.createTopic('a')
    controller.apply([partitionChange({ topicId, partitionId: 0, leader: -1 })])
    controller.run('registerBroker', registration())
    const partition = controller.image.topics.get('a')?.partitions[0]
    assert.deepEqual([partition?.leader, partition?.leaderEpoch, partition?.partitionEpoch], [1, 2, 2])
  })

  test('with several log folders the broker chooses among them later', () => {
    const controller = new ControllerFixture({ brokers: [] })
    controller.run('registerBroker', { ...registration(), logDirs: [LOG_DIR_ID, 'b3RoZXItZGlyLWlkLTExMQ'] })
    controller.createTopic('a')
    assert.deepEqual(controller.image.topics.get('a')?.partitions[0]?.directories, ['AAAAAAAAAAAAAAAAAAAAAA'])
  })
})

describe('ElectLeaders', () => {
  const elect = (controller: ControllerFixture, electionType: number, topic?: string, partitions = [0]) =>
    controller.run('electLeaders', {
      electionType,
      timeoutMs: 0,
      topicPartitions: topic === undefined ? null : [{ topic, partitions }],
    })

  test('is not needed where the preferred leader leads', () => {
    const controller = new ControllerFixture()
    controller.createTopic('a')
    const [result] = elect(controller, 0, 'a', [0, 1]).replicaElectionResults
    assert.deepEqual(
      result?.partitionResult.map(({ errorCode, errorMessage }) => [errorCode, errorMessage]),
      [
        [84, 'Leader election not needed for topic partition.'],
        [3, 'No such partition as a-1'],
      ],
    )
    assert.deepEqual(elect(controller, 1, 'a').replicaElectionResults[0]?.partitionResult[0]?.errorCode, 84)
    assert.deepEqual(
      elect(controller, 0, 'x').replicaElectionResults[0]?.partitionResult[0]?.errorMessage,
      'No such topic as x',
    )
    assert.deepEqual(elect(controller, 0).replicaElectionResults, [{ topic: 'a', partitionResult: [] }])
    assert.deepEqual(controller.takeLog().length, 2)
  })

  test('of a kind that is none is refused, but of nothing it is nothing', () => {
    const controller = new ControllerFixture()
    controller.createTopic('a')
    assert.equal(elect(controller, 2, 'a').errorCode, 42)
    const { errorCode } = controller.run('electLeaders', { electionType: 2, timeoutMs: 0, topicPartitions: [] })
    assert.equal(errorCode, 0)
  })

  test('brings the preferred leader back when it can', () => {
    const controller = new ControllerFixture({ brokers: [1, 2] })
    const { topicId } = controller.createTopic('a', { assignments: [[0, [2, 1]]] })
    controller.apply([partitionChange({ topicId, partitionId: 0, leader: 1 })])
    assert.equal(elect(controller, 0, 'a').replicaElectionResults[0]?.partitionResult[0]?.errorCode, 0)
    assert.equal(controller.image.topics.get('a')?.partitions[0]?.leader, 2)
    controller.apply([partitionChange({ topicId, partitionId: 0, leader: 1, isr: [1] })])
    assert.equal(elect(controller, 0, 'a').replicaElectionResults[0]?.partitionResult[0]?.errorCode, 80)
  })

  test('takes who is left when asked to be unclean', () => {
    const controller = new ControllerFixture({ brokers: [1, 2] })
    const { topicId } = controller.createTopic('a', { assignments: [[0, [2, 1]]] })
    controller.apply([
      partitionChange({ topicId, partitionId: 0, leader: -1, isr: [2] }),
      metadataRecord('FenceBrokerRecord', { id: 2, epoch: 0 }),
    ])
    assert.equal(elect(controller, 1, 'a').replicaElectionResults[0]?.partitionResult[0]?.errorCode, 0)
    const { leader, isr, leaderRecoveryState } = controller.image.topics.get('a')!.partitions[0]!
    assert.deepEqual([leader, isr, leaderRecoveryState], [1, [1], 1])
    controller.apply([
      partitionChange({ topicId, partitionId: 0, leader: -1 }),
      metadataRecord('FenceBrokerRecord', { id: 1, epoch: 0 }),
    ])
    assert.equal(elect(controller, 1, 'a').replicaElectionResults[0]?.partitionResult[0]?.errorCode, 83)
  })

  test('knows two kinds of election', () => {
    const controller = new ControllerFixture()
    controller.createTopic('a')
    const { errorCode, replicaElectionResults } = elect(controller, 7, 'a')
    assert.deepEqual(
      [errorCode, replicaElectionResults[0]?.partitionResult[0]?.errorMessage],
      [42, 'Unknown election type 7'],
    )
  })
})

describe('UpdateFeatures', () => {
  const UPGRADE = 1
  const SAFE = 2
  const update = (
    controller: ControllerFixture,
    feature: string,
    maxVersionLevel: number,
    upgradeType: number,
    validateOnly = false,
  ) =>
    controller.run('updateFeatures', {
      timeoutMs: 0,
      validateOnly,
      featureUpdates: [{ feature, maxVersionLevel, upgradeType, allowDowngrade: false }],
    })

  test('lowers a level when told that it may, and raises it again', () => {
    const controller = new ControllerFixture()
    assert.equal(update(controller, 'transaction.version', 1, SAFE, true).errorCode, 0)
    assert.deepEqual(controller.takeLog(), [])
    assert.equal(update(controller, 'transaction.version', 0, SAFE).errorCode, 0)
    assert.equal(controller.image.features.has('transaction.version'), false)
    assert.equal(update(controller, 'transaction.version', 2, UPGRADE).errorCode, 0)
    assert.deepEqual(controller.takeLog(), [
      'FeatureLevel name=transaction.version featureLevel=0',
      'FeatureLevel name=transaction.version featureLevel=2',
    ])
  })

  test('what holds already is no change', () => {
    const controller = new ControllerFixture()
    for (const [feature, level] of [
      ['group.version', 1],
      ['kraft.version', 1],
    ] as const) {
      assert.equal(update(controller, feature, level, UPGRADE).errorCode, 0)
    }
    assert.deepEqual(controller.takeLog(), [])
  })

  test('the flag that said before version 1 whether lowering is allowed allows nothing, as in Kafka', () => {
    const controller = new ControllerFixture()
    const featureUpdates = [
      { feature: 'group.version', maxVersionLevel: 0, upgradeType: UPGRADE, allowDowngrade: true },
    ]
    const { errorCode } = controller.run('updateFeatures', { timeoutMs: 0, validateOnly: false, featureUpdates }, 0)
    assert.deepEqual([errorCode, controller.image.features.has('group.version')], [95, true])
  })

  const refused: readonly (readonly [string, number, number, string])[] = [
    [
      'transaction.version',
      1,
      UPGRADE,
      "Invalid update version 1 for feature transaction.version. Can't downgrade the version of this feature without setting the upgrade type to either safe or unsafe downgrade.",
    ],
    [
      'transaction.version',
      9,
      UPGRADE,
      'Invalid update version 9 for feature transaction.version. Local controller 1 only supports versions 0-2',
    ],
    [
      'transaction.version',
      -1,
      UPGRADE,
      'Invalid update version -1 for feature transaction.version. A feature version cannot be less than 0.',
    ],
    [
      'transaction.version',
      1,
      0,
      'Invalid update version 1 for feature transaction.version. The controller does not support the given upgrade type.',
    ],
    [
      'nope',
      1,
      UPGRADE,
      'Invalid update version 1 for feature nope. Local controller 1 does not support this feature.',
    ],
    [
      'metadata.version',
      29,
      SAFE,
      'Unsupported metadata.version downgrade from 30 to 29. Refusing to perform the requested downgrade because it might delete metadata information.',
    ],
  ]
  for (const [feature, level, type, message] of refused) {
    test(`refuses ${feature} ${level} as ${type}`, () => {
      const controller = new ControllerFixture()
      const { errorCode, errorMessage } = update(controller, feature, level, type)
      assert.equal(errorCode, 95)
      assert.equal(
        errorMessage,
        `The update failed for all features since the following feature had an error: ${message}`,
      )
      assert.deepEqual(controller.takeLog(), [])
    })
  }
})
