import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { changedVotes, inHashOrder, preferredAssignor } from './preferred-assignor.ts'

const votes = (counts: Readonly<Record<string, number>>) => inHashOrder(Object.entries(counts))

describe('preferredAssignor', () => {
  test('is the one with the most votes', () => {
    assert.equal(preferredAssignor(votes({ uniform: 1, range: 2 })), 'range')
  })

  test('of equals is the first of the hash table, whoever voted first', () => {
    assert.equal(preferredAssignor(votes({ range: 1, uniform: 1 })), 'uniform')
  })

  test('is none when nobody votes', () => {
    assert.equal(preferredAssignor(votes({ uniform: 0 })), undefined)
  })
})

describe('changedVotes', () => {
  test('of equals the one that nobody else asks for is preferred', () => {
    assert.equal(preferredAssignor(changedVotes(votes({ uniform: 1 }), null, 'range')), 'range')
    assert.equal(preferredAssignor(changedVotes(votes({ range: 1 }), null, 'uniform')), 'uniform')
    assert.equal(preferredAssignor(changedVotes(votes({ uniform: 1, range: 1 }), 'range', 'range')), 'range')
  })

  test('of equals that others ask for, too, the first is', () => {
    assert.equal(preferredAssignor(changedVotes(votes({ uniform: 2, range: 1 }), null, 'range')), 'uniform')
    assert.equal(preferredAssignor(changedVotes(votes({ uniform: 2, range: 2 }), 'range', 'range')), 'uniform')
  })

  test('a vote that is taken back is gone', () => {
    assert.deepEqual(changedVotes(votes({ uniform: 1, range: 1 }), 'uniform', null), [['range', 1]])
    assert.deepEqual(changedVotes(votes({ uniform: 1 }), 'uniform', 'range'), [['range', 1]])
  })
})
