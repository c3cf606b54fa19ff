import assert from 'node:assert/strict'
import { test } from 'node:test'
import { offsetSpec } from './get-offsets-command.ts'
import { patternListFilter, topicAndPartitionsFilter, type TopicPartitionFilter } from './topic-partition-filter.ts'

const all = ['a', 'b1', 'b2', '__consumer_offsets'].flatMap((topic) =>
  [0, 1, 2, 3].map((partition) => ({ topic, partition })),
)
const chosen = (filter: TopicPartitionFilter): string =>
  all
    .filter(filter.isAllowed)
    .map(({ topic, partition }) => `${topic}:${partition}`)
    .join(' ')

test('which partitions', () => {
  assert.equal(chosen(patternListFilter('a:1')), 'a:1')
  assert.equal(chosen(patternListFilter('a:1-3')), 'a:1 a:2')
  assert.equal(chosen(patternListFilter('b.:3-,a:-1')), 'a:0 b1:3 b2:3')
  assert.equal(chosen(patternListFilter(':2')), 'a:2 b1:2 b2:2 __consumer_offsets:2')
  assert.equal(chosen(patternListFilter('a')), 'a:0 a:1 a:2 a:3')
  assert.equal(chosen(topicAndPartitionsFilter('b.', '0,3')), 'b1:0 b1:3 b2:0 b2:3')
  assert.equal(chosen(topicAndPartitionsFilter(undefined, undefined)).split(' ').length, 16)
  assert.throws(() => patternListFilter('a:b'), { message: /TerseException: Invalid rule specification: a:b$/ })
  assert.throws(() => topicAndPartitionsFilter('a', 'x'), { message: /numeric partition ids, but received: x$/ })
})

test('which offset', () => {
  assert.deepEqual(['latest', '-2', '-6', '1500', '-7'].map(offsetSpec), [
    'latest',
    'earliest',
    'earliestPendingUpload',
    1500,
    -7,
  ])
  assert.throws(() => offsetSpec('noon'), { message: /^Error occurred: Malformed time argument noon\. / })
})
