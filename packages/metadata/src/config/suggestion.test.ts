import assert from 'node:assert/strict'
import { test } from 'node:test'
import { suggestName } from './suggestion.ts'

const known = ['log.dirs', 'log.dir', 'num.partitions', 'num.io.threads', 'listeners']

test('the nearest name is suggested, and none when all are far', () => {
  assert.equal(suggestName('log.drs', known), 'log.dirs')
  assert.equal(suggestName('num.partitoins', known), 'num.partitions')
  assert.equal(suggestName('num_partitions', known), 'num.partitions')
  assert.equal(suggestName('Listeners', known), 'listeners')
  assert.equal(suggestName('num.ios.threads', known), 'num.io.threads')
  assert.equal(suggestName('zookeeper.connect', known), undefined)
  assert.equal(suggestName('', known), undefined)
})
