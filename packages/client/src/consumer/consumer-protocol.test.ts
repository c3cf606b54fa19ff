import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeAssignment, decodeSubscription, encodeAssignment, encodeSubscription } from './consumer-protocol.ts'

// Written by Apache Kafka 4.3.1's ConsumerProtocol.
const subscriptions = [
  '000000000002000161000162000000020102',
  '000100000002000161000162000000020102000000020001610000000200000000000000010001620000000100000000',
  '00020000000200016100016200000002010200000002000161000000020000000000000001000162000000010000000000000007',
  '0003000000020001610001620000000201020000000200016100000002000000000000000100016200000001000000000000000700057261636b31',
]
const assignment = '0003000000020001610000000200000001000000000001620000000100000000ffffffff'

const owned = [
  { topic: 'a', partition: 1 },
  { topic: 'b', partition: 0 },
  { topic: 'a', partition: 0 },
]

test('a subscription is written as by the Java client', () => {
  const bytes = encodeSubscription({
    topics: ['b', 'a'],
    userData: Uint8Array.of(1, 2),
    ownedPartitions: owned,
    generationId: 7,
    rackId: 'rack1',
  })
  assert.equal(Buffer.from(bytes).toString('hex'), subscriptions[3])
})

test('subscriptions of every version are read, and those of later ones as far as we know them', () => {
  for (const [version, hex] of subscriptions.entries()) {
    const { topics, ownedPartitions, generationId, rackId } = decodeSubscription(Buffer.from(hex, 'hex'))
    assert.deepEqual(topics, ['a', 'b'])
    assert.equal(ownedPartitions.length, version >= 1 ? 3 : 0)
    assert.equal(generationId, version >= 2 ? 7 : -1)
    assert.equal(rackId, version >= 3 ? 'rack1' : null)
  }
  const later = Buffer.from(`0009${subscriptions[3]!.slice(4)}00112233`, 'hex')
  assert.equal(decodeSubscription(later).rackId, 'rack1')
})

test('an assignment is written and read as by the Java client', () => {
  assert.equal(Buffer.from(encodeAssignment({ partitions: owned, userData: null })).toString('hex'), assignment)
  assert.deepEqual(decodeAssignment(Buffer.from(assignment, 'hex')).partitions, [
    { topic: 'a', partition: 1 },
    { topic: 'a', partition: 0 },
    { topic: 'b', partition: 0 },
  ])
})

test('other bytes are refused', () => {
  for (const hex of ['', '00', 'ffff0000']) {
    assert.throws(() => decodeAssignment(Buffer.from(hex, 'hex')), { name: 'MALFORMED_RESPONSE' })
  }
})
