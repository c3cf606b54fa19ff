import assert from 'node:assert/strict'
import { test } from 'node:test'
import { emptyImage, metadataRecord, parseBrokerConfig, replayAll, resourceTypes } from '@milena/metadata'
import { shareGroupConfigOf } from './share-group-config.ts'

const broker = parseBrokerConfig({
  'group.share.record.lock.duration.ms': '20000',
  'group.share.min.record.lock.duration.ms': '18000',
  'group.share.max.record.lock.duration.ms': '40000',
}).config

function locksWith(own: Readonly<Record<string, string>>): [number, number, number] {
  const records = Object.entries(own).map(([name, value]) =>
    metadataRecord('ConfigRecord', { resourceType: resourceTypes.GROUP, resourceName: 'g', name, value }),
  )
  const config = shareGroupConfigOf(replayAll(emptyImage('cluster'), records).image, 'g', broker)
  return [config.recordLockDurationMs, config.maxDeliveryCount, config.maxInFlightRecords]
}

test('what a group does not say is as the broker says', () => {
  assert.deepEqual(locksWith({}), [20_000, 5, 2000])
})

test('what a group was told before is brought within the bounds of the broker', () => {
  const small = { 'record.lock.duration.ms': '15000', 'delivery.count.limit': '1', 'partition.max.record.locks': '1' }
  const large = {
    'record.lock.duration.ms': '60000',
    'delivery.count.limit': '99',
    'partition.max.record.locks': '99999',
  }
  const own = (values: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [`share.${name}`, value]))
  assert.deepEqual(locksWith(own(small)), [18_000, 2, 100])
  assert.deepEqual(locksWith(own(large)), [40_000, 10, 4000])
  assert.deepEqual(locksWith(own({ 'delivery.count.limit': '7' })), [20_000, 7, 2000])
})
