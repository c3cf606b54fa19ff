import assert from 'node:assert/strict'
import { test } from 'node:test'
import { javaHashCode, partitionForGroup } from './group-routing.ts'

test("Java's hash codes", () => {
  // As printed by `"…".hashCode()`.
  assert.equal(javaHashCode(''), 0)
  assert.equal(javaHashCode('a'), 97)
  assert.equal(javaHashCode('my-group'), -1_906_497_762)
  assert.equal(javaHashCode('polygenelubricants'), -2_147_483_648)
  assert.equal(javaHashCode('größe'), 98_762_257)
})

test('the one number without an absolute value counts as 0', () => {
  assert.equal(partitionForGroup('polygenelubricants', 50), 0)
  assert.equal(partitionForGroup('a', 50), 47)
  assert.equal(partitionForGroup('my-group', 50), 12)
})
