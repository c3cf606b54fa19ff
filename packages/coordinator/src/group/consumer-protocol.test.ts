import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConsumerProtocolSubscription, encode } from '@milena/protocol'
import { subscribedTopics } from './consumer-protocol.ts'

const subscription = (version: number, topics: readonly string[]): Uint8Array => {
  const body = encode(ConsumerProtocolSubscription, version, { topics, userData: null })
  return Uint8Array.of(0, version, ...body)
}

test('topics of every version', () => {
  for (const version of [0, 1, 2, 3]) {
    assert.deepEqual(subscribedTopics(subscription(version, ['orders', 'payments'])), ['orders', 'payments'])
    assert.deepEqual(subscribedTopics(subscription(version, [])), [])
  }
})

test('a version that does not exist yet is read as its beginning', () => {
  const bytes = subscription(3, ['orders'])
  bytes[1] = 99
  assert.deepEqual(subscribedTopics(bytes), ['orders'])
})

test('names outside ASCII stay what they are', () => {
  const names = ['größe', 'トピック', '😀']
  assert.deepEqual(subscribedTopics(subscription(0, names)), names)
})

test('anything else is not a subscription', () => {
  assert.equal(subscribedTopics(new Uint8Array(0)), undefined)
  const noUserData = Uint8Array.of(0, 1, 0, 0, 0, 0)
  assert.equal(subscribedTopics(noUserData), undefined, 'ends before the data of the client')
  assert.equal(subscribedTopics(new TextEncoder().encode('a streams assignor')), undefined)
  assert.equal(subscribedTopics(Uint8Array.of(0, 0, 0xff, 0xff, 0xff, 0xff, 0)), undefined)
  const whole = subscription(0, ['orders', 'payments'])
  for (let length = 0; length < whole.length; length++) {
    assert.equal(subscribedTopics(whole.subarray(0, length)), undefined, `cut to ${length} bytes`)
  }
})
