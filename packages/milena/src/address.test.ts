import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatAddress, reachableAddress } from './address.ts'

test('an address as clients write it', () => {
  assert.equal(formatAddress({ host: 'kafka', port: 9092 }), 'kafka:9092')
  assert.equal(formatAddress({ host: '::1', port: 9092 }), '[::1]:9092')
})

test('every interface is reached by localhost', () => {
  for (const host of ['', '0.0.0.0', '::']) assert.equal(reachableAddress({ host, port: 1 }), 'localhost:1')
  assert.equal(reachableAddress({ host: '::1', port: 1 }), '[::1]:1')
})
