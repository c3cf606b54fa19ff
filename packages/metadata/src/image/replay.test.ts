import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { ControllerFixture, topicsRequest } from '../testing/controller-fixture.ts'
import { imageRecords } from './image-records.ts'
import type { MetadataImage } from './metadata-image.ts'
import { configsOf, parseConfigKey, partitionOf, topicById } from './metadata-image.ts'
import { type MetadataRecord, metadataRecord } from './metadata-record.ts'
import { emptyImage, replay, replayAll, ReplayError } from './replay.ts'

/** Everything in an image, for comparison; hash order and the offset left out. */
function contentOf(image: MetadataImage): unknown {
  const sorted = <V>(entries: Iterable<[string, V]>) =>
    Object.fromEntries([...entries].toSorted(([a], [b]) => (a < b ? -1 : 1)))
  return {
    topics: sorted(image.topics),
    names: sorted(image.topicNamesById),
    configs: sorted([...image.configs].map(([key, values]) => [key, sorted(values)] as [string, unknown])),
    brokers: [...image.brokers.values()],
    features: sorted(image.features),
    nextProducerId: image.nextProducerId,
    quotas: sorted(image.clientQuotas),
  }
}

const topicName = fc.constantFrom('a', 'b', 'c', 'd')
const configValue = fc.constantFrom('100000', '200000', '300000')
const operation = fc.oneof(
  fc.record({
    kind: fc.constant('create' as const),
    name: topicName,
    count: fc.integer({ min: 1, max: 4 }),
    value: configValue,
  }),
  fc.record({ kind: fc.constant('delete' as const), name: topicName }),
  fc.record({ kind: fc.constant('grow' as const), name: topicName, count: fc.integer({ min: 1, max: 8 }) }),
  fc.record({
    kind: fc.constant('configure' as const),
    name: topicName,
    operation: fc.constantFrom(0, 1),
    value: configValue,
  }),
  fc.record({ kind: fc.constant('restart' as const), clean: fc.boolean() }),
  fc.record({ kind: fc.constant('producers' as const) }),
)

function run(controller: ControllerFixture, step: typeof operation extends fc.Arbitrary<infer T> ? T : never): void {
  const timeoutMs = 0
  switch (step.kind) {
    case 'create':
      controller.run(
        'createTopics',
        topicsRequest([{ name: step.name, numPartitions: step.count, configs: { 'retention.ms': step.value } }]),
      )
      return
    case 'delete':
      controller.run('deleteTopics', { topics: [], topicNames: [step.name], timeoutMs })
      return
    case 'grow':
      controller.run('createPartitions', {
        topics: [{ name: step.name, count: step.count, assignments: null }],
        timeoutMs,
        validateOnly: false,
      })
      return
    case 'configure': {
      const configs = [{ name: 'segment.ms', configOperation: step.operation, value: step.value }]
      controller.run('incrementalAlterConfigs', {
        resources: [{ resourceType: 2, resourceName: step.name, configs }],
        validateOnly: false,
      })
      return
    }
    case 'restart': {
      const previous = controller.image.brokers.get(1)!
      controller.run('registerBroker', {
        ...previous,
        previousShutdownWasClean: step.clean,
      })
      return
    }
    case 'producers': {
      const { brokerEpoch } = controller.image.brokers.get(1)!
      controller.run('allocateProducerIds', { brokerId: 1, brokerEpoch })
    }
  }
}

describe('state and log', () => {
  test('the state is the replay of the log, and of its own snapshot, after any history', () => {
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 40 }), (steps) => {
        const controller = new ControllerFixture()
        const start = controller.image
        for (const step of steps) run(controller, step)
        const oneByOne = controller.log.reduce<MetadataImage>(replay, start)
        assert.deepEqual(contentOf(oneByOne), contentOf(controller.image))
        assert.equal(oneByOne.offset, controller.image.offset)
        assert.deepEqual(contentOf(replayAll(start, controller.log).image), contentOf(controller.image))
        const restored = replayAll(emptyImage('cluster'), [...imageRecords(controller.image)]).image
        assert.deepEqual(contentOf(restored), contentOf(controller.image))
      }),
      { numRuns: 60 },
    )
  })

  test('an image never changes once it is there', () => {
    const controller = new ControllerFixture()
    controller.createTopic('a', { numPartitions: 2, configs: { 'segment.ms': '5' } })
    const before = controller.image
    const content = structuredClone(contentOf(before))
    controller.createTopic('b')
    controller.run('createPartitions', {
      topics: [{ name: 'a', count: 3, assignments: null }],
      timeoutMs: 0,
      validateOnly: false,
    })
    controller.run('deleteTopics', { topics: [], topicNames: ['a'], timeoutMs: 0 })
    assert.deepEqual(contentOf(before), content)
  })
})

describe('replay', () => {
  test('says what changed', () => {
    const controller = new ControllerFixture()
    const { topicId } = controller.createTopic('old', { configs: { 'segment.ms': '5' } })
    controller.log.length = 0
    controller.createTopic('new')
    controller.run('deleteTopics', { topics: [], topicNames: ['old'], timeoutMs: 0 })
    const image = replayAll(emptyImage('c'), [metadataRecord('TopicRecord', { name: 'old', topicId })]).image
    const delta = replayAll(image, controller.log)
    assert.deepEqual(
      delta.changedTopics.map(({ name }) => name),
      ['new'],
    )
    assert.deepEqual(
      delta.deletedTopics.map(({ name }) => name),
      ['old'],
    )
    assert.deepEqual(delta.changedConfigs, [{ resourceType: 2, resourceName: 'old' }])
    assert.deepEqual([delta.brokersChanged, delta.featuresChanged, delta.previous], [false, false, image])
  })

  test('a topic can go and come back within a batch', () => {
    const records: MetadataRecord[] = [
      metadataRecord('RemoveTopicRecord', { topicId: 'one' }),
      metadataRecord('TopicRecord', { name: 't', topicId: 'two' }),
    ]
    const first = replay(emptyImage('c'), metadataRecord('TopicRecord', { name: 't', topicId: 'one' }))
    const { image } = replayAll(first, records)
    assert.equal(image.topics.get('t')?.topicId, 'two')
    assert.deepEqual([topicById(image, 'one'), topicById(image, 'two')?.name], [undefined, 't'])
  })

  test('client quotas, by entity whatever its order', () => {
    const entity = [
      { entityType: 'user', entityName: 'u' },
      { entityType: 'client-id', entityName: null },
    ]
    const quota = (key: string, value: number, remove = false) =>
      metadataRecord('ClientQuotaRecord', { entity: entity.toReversed(), key, value, remove })
    const set = replayAll(emptyImage('c'), [
      quota('a', 1),
      metadataRecord('ClientQuotaRecord', { entity, key: 'b', value: 2, remove: false }),
    ])
    assert.equal(set.image.clientQuotas.size, 1)
    assert.deepEqual(
      [...set.image.clientQuotas.values()][0]?.values,
      new Map([
        ['a', 1],
        ['b', 2],
      ]),
    )
    const removed = replayAll(set.image, [quota('a', 0, true), quota('b', 0, true)])
    assert.equal(removed.image.clientQuotas.size, 0)
  })

  test('what does not fit is an error, not a guess', () => {
    const image = emptyImage('c')
    const misfits: MetadataRecord[] = [
      metadataRecord('RemoveTopicRecord', { topicId: 'x' }),
      metadataRecord('FenceBrokerRecord', { id: 1, epoch: 0 }),
    ]
    for (const record of misfits) assert.throws(() => replay(image, record), ReplayError)
  })

  test('look-ups', () => {
    const controller = new ControllerFixture()
    controller.createTopic('a', { configs: { 'segment.ms': '5' } })
    assert.equal(partitionOf(controller.image, 'a', 0)?.leader, 1)
    assert.equal(partitionOf(controller.image, 'a', 1), undefined)
    assert.deepEqual([...configsOf(controller.image, { resourceType: 2, resourceName: 'a' })], [['segment.ms', '5']])
    assert.equal(configsOf(controller.image, { resourceType: 2, resourceName: 'b' }).size, 0)
    assert.deepEqual(parseConfigKey('32:a:b'), { resourceType: 32, resourceName: 'a:b' })
  })
})
