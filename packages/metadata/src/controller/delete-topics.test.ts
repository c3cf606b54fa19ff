import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Errors, ZERO_UUID } from '@milena/protocol/messages'
import { ControllerFixture } from '../testing/controller-fixture.ts'

type Wanted = readonly [name: string | null, topicId?: string | undefined]

function run(controller: ControllerFixture, wanted: readonly Wanted[], apiVersion = 6): unknown[] {
  const topics = wanted.map(([name, topicId = ZERO_UUID]) => ({ name, topicId }))
  const { responses } = controller.run('deleteTopics', { topics, topicNames: [], timeoutMs: 0 }, apiVersion)
  return responses.map(({ name, topicId, errorCode, errorMessage }) => [name, topicId, errorCode, errorMessage])
}

describe('DeleteTopics', () => {
  function three(): { controller: ControllerFixture; ids: string[] } {
    const controller = new ControllerFixture()
    const ids = ['a', 'b', 'c'].map((name) => controller.createTopic(name, { configs: { 'segment.ms': '9' } }).topicId)
    controller.takeLog()
    return { controller, ids }
  }

  test('by name and by id, configs and all', () => {
    const { controller, ids } = three()
    assert.deepEqual(run(controller, [['a'], [null, ids[1]]]), [
      ['a', ids[0], 0, null],
      ['b', ids[1], 0, null],
    ])
    assert.deepEqual(controller.takeLog(), [`RemoveTopic topicId=${ids[0]}`, `RemoveTopic topicId=${ids[1]}`])
    assert.deepEqual([...controller.image.topics.keys()], ['c'])
    assert.deepEqual([controller.image.topicNamesById.size, controller.image.configs.has('2:a')], [1, false])
  })

  test('by name alone, as before version 6', () => {
    const { controller, ids } = three()
    const { responses } = controller.run('deleteTopics', { topics: [], topicNames: ['c'], timeoutMs: 0 }, 5)
    assert.deepEqual(responses, [{ name: 'c', topicId: ids[2], errorCode: 0, errorMessage: null }])
  })

  test('what is not there', () => {
    const { controller } = three()
    const unknown = 'AAAAAAAAAAAAAAAAAAAA9A'
    assert.deepEqual(run(controller, [['nope'], [null, unknown]]), [
      ['nope', ZERO_UUID, 3, Errors.UNKNOWN_TOPIC_OR_PARTITION.message],
      [null, unknown, 100, Errors.UNKNOWN_TOPIC_ID.message],
    ])
  })

  test('what is ambiguous is refused, and nothing of it deleted', () => {
    const { controller, ids } = three()
    assert.deepEqual(run(controller, [['a'], ['a'], [null, ids[1]], [null, ids[1]], ['c', ids[2]], [null]]), [
      ['a', ZERO_UUID, 42, 'Duplicate topic name.'],
      [null, ids[1], 42, 'Duplicate topic id.'],
      ['c', ids[2], 42, 'You may not specify both topic name and topic id.'],
      [null, ZERO_UUID, 42, 'Neither topic name nor id were specified.'],
    ])
    const alias = [['a', ids[0], 42, 'The provided topic name maps to an ID that was already supplied.']]
    assert.deepEqual(run(controller, [['a'], [null, ids[0]]]), alias)
    assert.deepEqual(run(controller, [[null, ids[0]], ['a']]), alias)
    assert.equal(controller.image.topics.size, 3)
  })

  test('what is no name, or two, is refused as often as it is there', () => {
    const { controller, ids } = three()
    const both = ['c', ids[2], 42, 'You may not specify both topic name and topic id.']
    const neither = [null, ZERO_UUID, 42, 'Neither topic name nor id were specified.']
    assert.deepEqual(run(controller, [['c', ids[2]], ['c', ids[2]], [null], [null]]), [both, both, neither, neither])
  })

  test('a name given twice does not keep its id from being deleted', () => {
    const { controller, ids } = three()
    assert.deepEqual(run(controller, [['a'], ['a'], [null, ids[0]]]), [
      ['a', ZERO_UUID, 42, 'Duplicate topic name.'],
      ['a', ids[0], 0, null],
    ])
  })

  test('not where deleting is switched off', () => {
    const controller = new ControllerFixture({ properties: { 'delete.topic.enable': 'false' } })
    controller.createTopic('a')
    assert.deepEqual((run(controller, [['a']])[0] as unknown[])[2], 73)
    assert.deepEqual((run(controller, [['a']], 2)[0] as unknown[])[2], 42)
    assert.equal(controller.image.topics.size, 1)
  })
})
