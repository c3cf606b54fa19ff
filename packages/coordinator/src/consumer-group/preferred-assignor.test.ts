import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { preferredAssignor } from './preferred-assignor.ts'

describe('preferredAssignor', () => {
  test('is the one with the most votes', () => {
    const votes = new Map(Object.entries({ uniform: 1, range: 2 }))
    assert.equal(preferredAssignor(votes, 'uniform'), 'range')
  })

  test('of equals is the default one, whoever voted first', () => {
    const votes = new Map(Object.entries({ range: 1, uniform: 1 }))
    assert.equal(preferredAssignor(votes, 'uniform'), 'uniform')
    assert.equal(preferredAssignor(votes, 'range'), 'range')
  })

  test('is none when nobody votes', () => {
    assert.equal(preferredAssignor(new Map([['uniform', 0]]), 'uniform'), undefined)
  })
})
