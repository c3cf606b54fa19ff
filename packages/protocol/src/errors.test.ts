import assert from 'node:assert/strict'
import { test } from 'node:test'
import { errorByCode, Errors } from './errors.ts'

test('every code from -1 to 133 has one error, under its own name', () => {
  const all = Object.entries(Errors)
  assert.deepEqual(
    all.map(([, error]) => error.code),
    Array.from({ length: 135 }, (_, i) => i - 1),
  )
  for (const [name, error] of all) {
    assert.equal(error.name, name)
    assert.equal(errorByCode(error.code), error)
  }
})

test('a code from the future is an unknown error', () => {
  assert.equal(errorByCode(9999), Errors.UNKNOWN_SERVER_ERROR)
  assert.equal(errorByCode(-2), Errors.UNKNOWN_SERVER_ERROR)
})
