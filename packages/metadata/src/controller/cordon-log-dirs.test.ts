import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { resourceTypes } from '../config/config-source.ts'
import { metadataRecord } from '../image/metadata-record.ts'
import { brokerConfig, ControllerFixture, LOG_DIR_ID, registration } from '../testing/controller-fixture.ts'

const OTHER_DIR_ID = 'b3RoZXItZGlyLWlkLTExMQ'
const INVALID_REPLICATION_FACTOR = 38
const ALL_CORDONED = 'All brokers are currently fenced, or have all their log directories cordoned.'

/** Broker 1 with two folders. */
function fixture(): ControllerFixture {
  const controller = new ControllerFixture({ brokers: [], properties: { 'log.dirs': '/one,/two' } })
  controller.run('registerBroker', { ...registration(), logDirs: [LOG_DIR_ID, OTHER_DIR_ID] })
  controller.takeLog()
  return controller
}

function cordon(controller: ControllerFixture, cordonedLogDirs: readonly string[]): number {
  const { brokerEpoch } = controller.image.brokers.get(1)!
  return controller.run('cordonLogDirs', { brokerId: 1, brokerEpoch, cordonedLogDirs }).errorCode
}

function lowerMetadataVersion(controller: ControllerFixture): void {
  controller.apply([metadataRecord('FeatureLevelRecord', { name: 'metadata.version', featureLevel: 29 })])
  controller.takeLog()
}

describe('cordoned log folders', () => {
  test('a broker that has no other is given no replicas, until one is open again', () => {
    const controller = fixture()
    controller.createTopic('a')
    assert.equal(cordon(controller, [LOG_DIR_ID]), 0)
    assert.equal(controller.createTopic('b').errorCode, 0)
    assert.equal(cordon(controller, [LOG_DIR_ID, OTHER_DIR_ID]), 0)
    const refused = controller.createTopic('c')
    assert.deepEqual(
      [refused.errorCode, refused.errorMessage],
      [INVALID_REPLICATION_FACTOR, `Unable to replicate the partition 1 time(s): ${ALL_CORDONED}`],
    )
    const grow = (name: string) =>
      controller.run('createPartitions', {
        topics: [{ name, count: 2, assignments: null }],
        timeoutMs: 0,
        validateOnly: false,
      }).results[0]
    assert.deepEqual([grow('a')?.errorCode, grow('a')?.errorMessage], [INVALID_REPLICATION_FACTOR, ALL_CORDONED])
    assert.equal(cordon(controller, []), 0)
    assert.equal(controller.createTopic('c').errorCode, 0)
    assert.equal(grow('a')?.errorCode, 0)
  })

  test('what a user places by hand is placed', () => {
    const controller = fixture()
    cordon(controller, [LOG_DIR_ID, OTHER_DIR_ID])
    assert.equal(controller.createTopic('a', { assignments: [[0, [1]]] }).errorCode, 0)
  })

  test('of several brokers those with an open folder are given replicas', () => {
    const controller = new ControllerFixture({ brokers: [1, 2] })
    cordon(controller, [LOG_DIR_ID])
    controller.createTopic('a', { numPartitions: 3 })
    assert.deepEqual(
      controller.image.topics.get('a')?.partitions.map(({ replicas }) => replicas),
      [[2], [2], [2]],
    )
    const { errorCode, errorMessage } = controller.createTopic('b', { replicationFactor: 2 })
    assert.equal(errorCode, INVALID_REPLICATION_FACTOR)
    assert.match(
      errorMessage!,
      /because only 1 broker\(s\) are registered or some brokers have all their log directories/,
    )
  })

  test('are written down when they change, and only then', () => {
    const controller = fixture()
    const { brokerEpoch } = controller.image.brokers.get(1)!
    cordon(controller, [])
    cordon(controller, [LOG_DIR_ID, OTHER_DIR_ID])
    cordon(controller, [OTHER_DIR_ID, LOG_DIR_ID])
    assert.deepEqual(controller.takeLog(), [
      `BrokerRegistrationChange brokerId=1 brokerEpoch=${brokerEpoch} fenced=0 inControlledShutdown=0 cordonedLogDirs=["${LOG_DIR_ID}","${OTHER_DIR_ID}"]`,
    ])
    assert.deepEqual(controller.image.brokers.get(1)?.cordonedLogDirs, [LOG_DIR_ID, OTHER_DIR_ID])
    controller.run('registerBroker', { ...registration(), cordonedLogDirs: [LOG_DIR_ID] })
    assert.deepEqual(controller.image.brokers.get(1)?.cordonedLogDirs, [LOG_DIR_ID])
  })

  test('of a broker that is none, or of an earlier run of it', () => {
    const controller = fixture()
    const request = { brokerEpoch: 999, cordonedLogDirs: [LOG_DIR_ID] }
    assert.equal(controller.run('cordonLogDirs', { ...request, brokerId: 9 }).errorCode, 102)
    assert.equal(controller.run('cordonLogDirs', { ...request, brokerId: 1 }).errorCode, 77)
    assert.deepEqual(controller.takeLog(), [])
  })

  test('wait for a metadata.version that has them', () => {
    const controller = fixture()
    lowerMetadataVersion(controller)
    assert.equal(cordon(controller, [LOG_DIR_ID, OTHER_DIR_ID]), 0)
    const all = { ...registration(), cordonedLogDirs: [LOG_DIR_ID] }
    controller.run('registerBroker', all)
    assert.deepEqual(controller.image.brokers.get(1)?.cordonedLogDirs, [])
    assert.equal(controller.createTopic('a').errorCode, 0)
  })
})

describe('cordoned.log.dirs', () => {
  const SET = 0
  function set(controller: ControllerFixture, value: string): readonly [number, string | null] {
    const { responses } = controller.run('incrementalAlterConfigs', {
      validateOnly: false,
      resources: [
        {
          resourceType: resourceTypes.BROKER,
          resourceName: '1',
          configs: [{ name: 'cordoned.log.dirs', configOperation: SET, value }],
        },
      ],
    })
    return [responses[0]!.errorCode, responses[0]!.errorMessage]
  }

  test('names folders of the broker, or all of them', () => {
    const controller = fixture()
    for (const value of ['/one', '/two,/one', '*', '*,*', '']) assert.deepEqual(set(controller, value)[0], 0, value)
    assert.deepEqual(set(controller, '/one,/nowhere,/three'), [
      42,
      'requirement failed: All entries in cordoned.log.dirs must be present in log.dirs or log.dir. Missing entries : /nowhere, /three',
    ])
    assert.deepEqual(set(controller, '*,/one'), [
      42,
      'requirement failed: When cordoned.log.dirs is set to *, it must not contain other values',
    ])
  })

  test('cannot be set before metadata.version has them', () => {
    const controller = fixture()
    lowerMetadataVersion(controller)
    assert.deepEqual(set(controller, '/one'), [
      40,
      'The cordoned.log.dirs configuration value cannot be set because it requires metadata.version >= 4.3-IV0',
    ])
  })

  test('is refused at a start like any other mistake', () => {
    const dirs = { 'log.dirs': '/one,/two' }
    assert.deepEqual(brokerConfig({ ...dirs, 'cordoned.log.dirs': '*' }).cordonedLogDirs, ['/one', '/two'])
    assert.deepEqual(brokerConfig({ ...dirs, 'cordoned.log.dirs': '/two' }).cordonedLogDirs, ['/two'])
    assert.throws(() => brokerConfig({ ...dirs, 'cordoned.log.dirs': '/three' }), {
      message:
        'cordoned.log.dirs: the value "/three" is not allowed: /three must be among log.dirs, which are /one, /two.',
    })
    assert.throws(() => brokerConfig({ ...dirs, 'cordoned.log.dirs': '*,/one' }), /must stand alone/)
  })
})
