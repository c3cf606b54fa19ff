import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseBrokerConfig } from '@milena/metadata'
import { groupConfigOf } from './group-coordinator.ts'

test('the intervals between assignments may change while the broker runs', () => {
  const start = parseBrokerConfig({ 'group.consumer.assignment.interval.ms': '700' }).config
  let dynamic = start
  const { consumerGroup, shareGroup } = groupConfigOf(start, () => dynamic)
  const intervals = () => [consumerGroup.assignmentIntervalMs, shareGroup.assignmentIntervalMs]
  assert.deepEqual(intervals(), [700, 1000])
  const layer = { 'group.consumer.assignment.interval.ms': '5', 'group.share.assignment.interval.ms': '6' }
  dynamic = start.withDynamic(new Map(Object.entries(layer)))
  assert.deepEqual(intervals(), [5, 6])
})
