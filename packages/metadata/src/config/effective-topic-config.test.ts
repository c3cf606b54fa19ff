import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { brokerConfig } from '../testing/controller-fixture.ts'
import { LONG_MAX } from './config-value.ts'
import { effectiveTopicConfig, logConfigFor } from './effective-topic-config.ts'

describe('what a topic obeys', () => {
  test("its own configs, then the broker's, then Kafka's defaults", () => {
    const broker = brokerConfig({ 'log.retention.minutes': '2', 'message.max.bytes': '5000' })
    const config = logConfigFor(
      new Map([
        ['cleanup.policy', 'compact,delete'],
        ['max.message.bytes', '99'],
      ]),
      broker,
    )
    assert.deepEqual(config.cleanupPolicy, ['compact', 'delete'])
    assert.equal(config.maxMessageBytes, 99)
    assert.equal(config.retentionMs, 120_000)
    assert.equal(config.segmentMs, 604_800_000)
    assert.equal(config.flushMs, LONG_MAX)
    assert.equal(config.minCleanableDirtyRatio, 0.5)
    assert.equal(config.preallocate, false)
  })

  test('the typed value of one config', () => {
    const size: number = effectiveTopicConfig('segment.bytes', new Map(), brokerConfig())
    assert.equal(size, 1_073_741_824)
    const unlimited = brokerConfig({ 'log.retention.hours': '-1' })
    assert.equal(effectiveTopicConfig('retention.ms', new Map(), unlimited), -1)
  })

  test('the internal segment size of tests goes before the public one', () => {
    assert.equal(logConfigFor(new Map([['internal.segment.bytes', '100']]), brokerConfig()).segmentBytes, 100)
  })

  test('an override that cannot be read any more gives way', () => {
    assert.equal(
      effectiveTopicConfig('segment.bytes', new Map([['segment.bytes', 'x']]), brokerConfig()),
      1_073_741_824,
    )
  })
})
